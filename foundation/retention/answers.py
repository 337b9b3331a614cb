"""The trail's own entries, as a kind of record: each is kept as long as the record that it tells of (21 CFR 11.10(e))."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.core.refs import RecordRef
from foundation.records.models import LedgerEntry
from foundation.retention.subjects import Facts, RecordKind

LEDGER = "records.ledgerentry"


def kinds() -> list[RecordKind]:
    """Provider of ``retention.kinds``."""
    return [RecordKind(LEDGER, _("Entry of the audit trail"), None, _facts)]


def _facts(ids: Sequence[int]) -> Mapping[int, Facts]:
    return {row.pk: _of(row) for row in LedgerEntry.objects.filter(pk__in=ids)}


def _of(row: LedgerEntry) -> Facts:
    day = timezone.localtime(row.captured_at).date()
    told = [RecordRef.from_json(ref) for ref in [row.subject, *row.related] if ref and ref["id"] is not None]
    return Facts(
        number=str(row.pk),
        of_a_device=False,
        begun_on=day,
        closed_on=day,
        follows=tuple(ref for ref in told if ref.label != LEDGER),
        belongs_to=tuple(told),
    )
