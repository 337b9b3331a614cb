"""Errors of the API as problem details (RFC 9457): code, reason, field."""

from typing import Any

from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from foundation.core.errors import Refusal
from foundation.core.web.refusals import note_refusal

CONTENT_TYPE = "application/problem+json"


def problem_body(code: str, reason: str, http_status: int, **more: Any) -> dict[str, Any]:
    """The one shape that the API refuses in."""
    return {"type": f"urn:arteria:problem:{code}", "title": reason, "status": http_status, "code": code, **more}


def problem(code: str, reason: str, http_status: int, **more: Any) -> Response:
    return Response(problem_body(code, reason, http_status, **more), status=http_status, content_type=CONTENT_TYPE)


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """A refusal of a service, or an error of the framework, in the one shape that the API answers with."""
    error = note_refusal(context["request"], error)
    if isinstance(error, Refusal):
        return problem(error.code, str(error.reason), error.status, field=error.field, details=error.details)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        fields = {name: [str(text) for text in _texts(texts)] for name, texts in _by_field(error.detail).items()}
        first = next(iter(fields), "")
        reason = fields[first][0] if first else "Not valid"
        return problem(
            "not-valid", reason, status.HTTP_422_UNPROCESSABLE_ENTITY, field=first, details={"fields": fields}
        )
    code = getattr(error, "default_code", "error")
    answer = problem(str(code), str(getattr(error, "detail", error)), response.status_code)
    for name in ("WWW-Authenticate", "Retry-After"):
        if name in response:
            answer[name] = response[name]
    return answer


def _by_field(detail: Any) -> dict[str, Any]:
    return detail if isinstance(detail, dict) else {"": detail}


def _texts(texts: Any) -> list[Any]:
    return texts if isinstance(texts, list) else [texts]
