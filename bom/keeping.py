"""Items, for those who keep records: a legal hold on one covers every record of its products."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bom.models import Item
from foundation.accounts.policies import may
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.retention.subjects import RecordKind


def kinds() -> list[RecordKind]:
    """Provider of ``retention.kinds``."""
    return [RecordKind("bom.item", _("Item"), _find)]


def _find(actor: Actor, number: str) -> RecordRef | None:
    found = Item.objects.filter(number__iexact=number).first() if may(actor, "bom.view_bom") else None
    return RecordRef.to(found) if found else None
