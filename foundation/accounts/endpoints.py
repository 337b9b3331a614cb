"""What every address of the API has: a known actor who may read, a body in its shape, and one way to sign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from foundation.accounts.policies import require
from foundation.accounts.scope import visible_rows
from foundation.accounts.web import actor_of
from foundation.core.actor import Actor
from foundation.records.services import API, Credentials

IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="A UUID; a repeat gives the first answer again"
)
KEY_REQUIRED = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description="A UUID, kept with what it makes"
)
SHOWN = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag of what is signed, where the body has no `shown`"
)
SIGNING = [KEY_REQUIRED, SHOWN]


class Endpoint(APIView):
    """``self.actor`` asks. Reading needs ``view_permission`` (`""`: the view asks itself), writing what its service asks.

    ``always``: the permission is asked before writes too, where a reader's right is the least that any write needs.
    """

    view_permission = ""
    always = False
    actor: Actor
    prepare: ClassVar[Callable[[list[Any]], None] | None] = (
        None  # of a list: reads what its rows need, once for all of them
    )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.actor = actor_of(_plain(request))
        if self.view_permission and (self.always or request.method in ("GET", "HEAD")):
            require(self.actor, self.view_permission)

    def paginate_queryset(self, queryset: Any) -> Any:
        """Of a list: a page of rows, prepared."""
        page = super().paginate_queryset(queryset)  # type: ignore[misc]
        prepare = type(self).prepare
        if page is not None and prepare is not None:
            prepare(page)
        return page

    def read(
        self, shape: type[serializers.Serializer[Any]], request: Request, *, partial: bool = False
    ) -> dict[str, Any]:
        """The body in its shape. ValidationError (422) otherwise."""
        asked = shape(data=request.data, partial=partial)
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)


class SeenEndpoint(Endpoint):
    """Of lists whose rows belong to sites: what this reader sees."""

    def get_queryset(self) -> Any:
        return visible_rows(super().get_queryset(), self.actor)  # type: ignore[misc]


class SignSerializer(serializers.Serializer[Any]):
    """An electronic signature. ``identity``: user name or badge, at the first signing of a session; ``secret``: at every one;
    ``factor``: the authenticator's code where policy asks for one; ``shown``: the hash of what was read (or ``If-Match``)."""

    identity = serializers.CharField(write_only=True, required=False, default="", allow_blank=True)
    secret = serializers.CharField(write_only=True, trim_whitespace=False)
    factor = serializers.CharField(write_only=True, required=False, default="", allow_blank=True, max_length=20)
    shown = serializers.CharField(write_only=True, required=False, default="", allow_blank=True, max_length=64)


FIELDS = tuple(SignSerializer().fields)


def credentials_in(request: Request, data: dict[str, Any]) -> Credentials:
    """Takes the signature out of the body, and leaves in ``data`` what the service is told beside it.

    What was shown is ``shown`` or ``If-Match``; the Idempotency-Key stands for the dialog, which is answered once. A signature
    without them is refused where it would be given (`records.sign`), after the service has asked who may.
    """
    given = {name: str(data.pop(name, "")) for name in FIELDS}
    key = request.headers.get("Idempotency-Key", "").strip()
    return Credentials(
        secret=given["secret"],
        identity=given["identity"].strip(),
        code=given["factor"].strip(),
        shown=given["shown"].strip() or request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"'),
        dialog=f"api:{key}"[:64] if key else "",
        door=API,
    )


def _plain(request: Request) -> HttpRequest:
    return request  # it passes everything on to the request that it wraps
