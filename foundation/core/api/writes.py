"""Writes through the API: asked twice, done once; and edits only of what was read.

``Idempotency-Key`` (a UUID) on POST: the same key with the same request gives the first answer again, marked
``Idempotent-Replayed: true``. ``If-Match`` on PUT and PATCH: the etag that GET gave.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.core import clock
from foundation.core.canonical import content_hash
from foundation.core.errors import Conflict, NotValid, Refusal
from foundation.core.models import IdempotencyKey

Answer = tuple[int, Mapping[str, Any]]


class PreconditionRequired(Refusal):
    """An edit without If-Match could overwrite what was never read (RFC 6585)."""

    code = "if-match-required"
    status = 428


def once(request: Request, scope: str, do: Callable[[], Answer]) -> Response:
    """Run ``do`` (one service call, answering (status, body)) once for this key; without a key, just run it.

    The key is claimed before the act and gets its answer after it. If the process dies in between, a repeat is answered
    with Conflict (``answer-unknown``) instead of being done twice. A refusal frees the key: nothing was changed.
    NotValid when the key is no UUID, or was used for another request.
    """
    key = _key_of(request)
    if key is None:
        status, body = do()
        return Response(body, status=status)
    scope = f"{scope}:{request.user.pk}"
    asked = json.dumps(_without_secret(json.loads(JSONRenderer().render(request.data) or b"null")), sort_keys=True)
    digest = content_hash([request.path, request.method, asked])
    claimed = _claim(scope, key, digest)
    if not claimed:
        return _repeat(scope, key, digest)
    try:
        status, body = do()
    except Refusal:
        IdempotencyKey.objects.filter(scope=scope, key=key).delete()
        raise
    plain = json.loads(JSONRenderer().render(body))
    IdempotencyKey.objects.filter(scope=scope, key=key).update(response={"status": status, "body": plain})
    return Response(body, status=status)


def etag_given(request: Request) -> str:
    """The etag of ``If-Match``, without its quotes. PreconditionRequired when it is missing."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise PreconditionRequired(_("Send If-Match with the ETag that you read."))
    return given.removeprefix("W/").strip('"')


def with_etag(response: Response, etag: str) -> Response:
    """The answer with its ETag."""
    response["ETag"] = f'"{etag}"'
    return response


def _without_secret(data: Any) -> Any:
    """A signature's secret is no part of what is remembered of a request: a short PIN could be guessed from its hash."""
    return {name: value for name, value in data.items() if name != "secret"} if isinstance(data, dict) else data


def _key_of(request: Request) -> UUID | None:
    given = request.headers.get("Idempotency-Key", "").strip()
    if not given:
        return None
    try:
        return UUID(given)
    except ValueError:
        raise NotValid(_("An idempotency key is a UUID."), code="idempotency-key", field="Idempotency-Key") from None


def _claim(scope: str, key: UUID, digest: str) -> bool:
    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(scope=scope, key=key, request_hash=digest, created_at=clock.now())
    except IntegrityError:
        return False
    return True


def _repeat(scope: str, key: UUID, digest: str) -> Response:
    first = IdempotencyKey.objects.get(scope=scope, key=key)
    if first.request_hash != digest:
        raise NotValid(
            _("This idempotency key was used for another request."),
            code="idempotency-key-reused",
            field="Idempotency-Key",
        )
    if not first.response:
        raise Conflict(
            _("The first request with this key is still running, or its answer was lost: read before you repeat."),
            code="answer-unknown",
        )
    answer = Response(first.response["body"], status=first.response["status"])
    answer["Idempotent-Replayed"] = "true"
    return answer
