"""Record what an inspector found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from foundation.accounts.policies import require, require_about
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.numbering import next_number
from foundation.records.act import act
from quality.events import InspectionRecorded
from quality.models import Inspection
from quality.policies import person_of
from quality.services.places import NOWHERE, Found, found_at
from quality.states import InspectionKind, InspectionResult


def record_inspection(
    *,
    actor: Actor,
    kind: str,
    result: str,
    checks: Sequence[Mapping[str, Any]] = (),
    note: str = "",
    lot_id: int | None = None,
    found: Found = NOWHERE,
) -> Inspection:
    """An inspection with its result; a rejected one needs words. What follows from it is the caller's.

    ``checks``: [{"name", "value", "unit", "lower", "upper", "ok"}], numbers as strings. NotValid; PermissionDenied without
    ``quality.inspect``. ISO 13485 8.2.6: the identity of the inspector is part of the record.
    """
    with act(actor=actor, verb="quality.inspection.recorded") as this:
        about = found_at(found, lot_id)
        if about is None:
            require(actor, "quality.inspect")
        else:
            require_about(actor, "quality.inspect", about)
        if kind not in InspectionKind.values or result not in InspectionResult.values:
            raise NotValid(_("Unknown kind or result of an inspection."), field="kind")
        if result == InspectionResult.REJECTED and not note.strip():
            raise NotValid(_("Say why it is rejected."), code="reason-required", field="note")
        inspection = Inspection(
            number=next_number("quality.inspection", prefix="INS"),
            kind=kind,
            lot_id=lot_id,
            result=result,
            checks=[dict(check) for check in checks],
            note=note.strip(),
            inspector_id=person_of(actor),
            inspector_name=actor.name,
            station=actor.station,
            at=this.at,
            **found.as_fields(),
        )
        inspection.save()
        this.about(inspection)
        this.publish(InspectionRecorded(inspection_id=inspection.pk, kind=kind, result=result, card_id=found.card_id))
    return inspection
