"""What every endpoint of the floor has: a known actor who may read; an act that is done once."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request

from foundation.accounts.endpoints import SeenEndpoint
from foundation.core.errors import NotValid


class FloorView(SeenEndpoint):
    """Reading needs ``view_permission``, writes ask their services; lists show what this reader sees."""

    view_permission = "shopfloor.view_order"


def key_of(request: Request) -> UUID:
    """The idempotency key of an entry: it is kept in the entry itself. NotValid without one."""
    try:
        return UUID(request.headers.get("Idempotency-Key", ""))
    except ValueError:
        raise NotValid(
            _("Send an Idempotency-Key (UUID) with every entry."), code="idempotency-key", field="Idempotency-Key"
        ) from None
