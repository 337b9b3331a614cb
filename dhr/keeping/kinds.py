"""The kinds of record that dhr speaks for: it stands above all that tells of a batch."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from changecontrol.models import ChangeRequest
from dhr.keeping import about, records
from dhr.models import DeviceHistoryRecord
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.retention.subjects import Found, RecordKind
from quality.models import Deviation, Nonconformance
from shopfloor.models import WorkOrder


def kinds() -> list[RecordKind]:
    """Provider of ``retention.kinds``."""
    return [
        RecordKind(
            records.RECORD,
            _("Batch record"),
            _by_number(DeviceHistoryRecord),
            records.record_facts,
            records.records_closed_before,
            records.record_contents,
        ),
        RecordKind(
            "quality.nonconformance",
            _("Nonconformance"),
            _by_number(Nonconformance),
            about.nonconformance_facts,
            about.nonconformances_closed_before,
        ),
        RecordKind(
            "quality.deviation",
            _("Deviation"),
            _by_number(Deviation),
            about.deviation_facts,
            about.deviations_closed_before,
        ),
        RecordKind(
            "changecontrol.changerequest",
            _("Change request"),
            _by_number(ChangeRequest),
            about.change_facts,
            about.changes_closed_before,
        ),
        RecordKind("shopfloor.workorder", _("Work order"), _by_number(WorkOrder)),
    ]


def _by_number(model: Any) -> Found:
    def find(actor: Actor, number: str) -> RecordRef | None:
        found = model.objects.visible_to(actor).filter(number__iexact=number).first()
        return RecordRef.to(found) if found else None

    return find
