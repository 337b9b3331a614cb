"""Writes through the API: asked twice, done once; and edits only of what was read.

``Idempotency-Key`` (a UUID) on POST: the same key with the same request gives the first answer again, marked
``Idempotent-Replayed: true``. ``If-Match`` on PUT and PATCH: the etag that GET gave.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.core import clock
from foundation.core.canonical import content_hash
from foundation.core.errors import Conflict, NotValid, Refusal
from foundation.core.idempotency import claim_of, one_at_a_time
from foundation.core.models import IdempotencyKey

SECRET = ("secret", "factor")
Answer = tuple[int, Mapping[str, Any]]


class PreconditionRequired(Refusal):
    """An edit without If-Match could overwrite what was never read (RFC 6585)."""

    code = "if-match-required"
    status = 428


def once(request: Request, scope: str, do: Callable[[], Answer]) -> Response:
    """Run ``do`` (one service call, answering (status, body)) once for this key; without a key, just run it.

    The key is claimed before the act, and gets its answer after it. When the process dies before the act is committed, a
    repeat does it; when it dies after that, a repeat is told so (Conflict ``answer-unknown``, with the ledger's entry). A
    refusal frees the key: nothing was changed. Conflict (``still-running``) while the first request is at work. NotValid
    when the key is no UUID, or was used for another request.
    """
    key = _key_of(request)
    if key is None:
        status, body = do()
        return Response(body, status=status)
    scope = f"{scope}:{request.user.pk}"
    asked = json.dumps(_without_secret(json.loads(JSONRenderer().render(request.data) or b"null")), sort_keys=True)
    digest = content_hash([request.path, request.method, asked])
    with one_at_a_time(scope, key) as alone:
        if not alone:
            raise Conflict(_("The first request with this key is still at work."), code="still-running")
        claimed, is_new = _claim(scope, key, digest)
        if not is_new and (answer := _answered(claimed, digest)) is not None:
            return answer
        return _do(claimed, do)


def _do(claimed: IdempotencyKey, do: Callable[[], Answer]) -> Response:
    mine = IdempotencyKey.objects.filter(pk=claimed.pk)
    try:
        with claim_of(claimed):
            status, body = do()
    except Refusal:
        mine.delete()
        raise
    plain = json.loads(JSONRenderer().render(body))
    mine.update(response={"status": status, "body": plain})
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
    return {name: value for name, value in data.items() if name not in SECRET} if isinstance(data, dict) else data


def _key_of(request: Request) -> UUID | None:
    given = request.headers.get("Idempotency-Key", "").strip()
    if not given:
        return None
    try:
        return UUID(given)
    except ValueError:
        raise NotValid(_("An idempotency key is a UUID."), code="idempotency-key", field="Idempotency-Key") from None


def _claim(scope: str, key: UUID, digest: str) -> tuple[IdempotencyKey, bool]:
    return IdempotencyKey.objects.get_or_create(
        scope=scope, key=key, defaults={"request_hash": digest, "created_at": clock.now()}
    )


def _answered(first: IdempotencyKey, digest: str) -> Response | None:
    """The first answer again; None when the first request died before it did anything."""
    if first.request_hash != digest:
        raise NotValid(
            _("This idempotency key was used for another request."),
            code="idempotency-key-reused",
            field="Idempotency-Key",
        )
    if not first.response:
        return None
    if "status" not in first.response:
        raise Conflict(
            _("The first request with this key was carried out, but its answer was lost: read before you go on."),
            code="answer-unknown",
            details={"ledger_entry": first.response["act"]},
        )
    answer = Response(first.response["body"], status=first.response["status"])
    answer["Idempotent-Replayed"] = "true"
    return answer
