"""Lots, for those who keep records: a legal hold on one covers the records of what was made as this lot."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.retention.subjects import RecordKind
from resources.inventory.models import Lot
from resources.inventory.selectors.finding import lots_named


def kinds() -> list[RecordKind]:
    """Provider of ``retention.kinds``."""
    return [RecordKind("inventory.lot", _("Lot or serial"), _find)]


def _find(actor: Actor, number: str) -> RecordRef | None:
    found = lots_named(number, Lot.objects.visible_to(actor))
    return RecordRef("inventory.lot", found[0].pk, found[0].display_number) if len(found) == 1 else None
