"""What a gauge measured while it may have been out of tolerance, batch by batch."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation.core.units import convert, same_dimension
from resources.equipment.models import Calibration
from shopfloor.models import ProductionBatch, SecondCheck, StepRecord


def readings_in_doubt(calibration: Calibration) -> dict[int, list[dict[str, Any]]]:
    """Batch id → its readings and re-measurements with the gauge since the calibration before, within the range that was out.

    Three queries whatever the number of batches. A reading without a number (a check with the gauge) is always in doubt.
    """
    before = (
        Calibration.objects.filter(equipment=calibration.equipment_id, done_at__lt=calibration.done_at)
        .order_by("-done_at", "-pk")
        .first()
    )
    since = before.done_at if before else None
    found: dict[int, list[dict[str, Any]]] = {}
    rows = StepRecord.objects.filter(equipment=calibration.equipment_id, captured_at__lt=calibration.done_at)
    checks = SecondCheck.objects.filter(equipment=calibration.equipment_id, at__lt=calibration.done_at)
    if since is not None:
        rows, checks = rows.filter(captured_at__gte=since), checks.filter(at__gte=since)
    for row in rows.select_related("card__batch").order_by("pk"):
        if in_doubt(calibration, row.number, row.unit):
            found.setdefault(row.card.batch_id, []).append(_row(f"r{row.pk}", row, row, row.captured_at))
    for check in checks.select_related("record__card__batch").order_by("pk"):
        if in_doubt(calibration, check.number, check.record.unit):
            found.setdefault(check.record.card.batch_id, []).append(_row(f"c{check.pk}", check.record, check, check.at))
    return found


def in_doubt(calibration: Calibration, number: Decimal | None, unit: str) -> bool:
    """Does a value lie where the gauge was out? Unknown means yes."""
    if calibration.doubt_low is None or calibration.doubt_high is None or number is None:
        return True
    if not unit or not same_dimension(unit, calibration.equipment.unit):
        return True
    return bool(calibration.doubt_low <= convert(number, unit, calibration.equipment.unit) <= calibration.doubt_high)


def _row(key: str, record: StepRecord, measured: StepRecord | SecondCheck, at: datetime) -> dict[str, Any]:
    by_id = measured.performer_id if isinstance(measured, StepRecord) else measured.checker_id
    by = measured.performer_name if isinstance(measured, StepRecord) else measured.checker_name
    return {
        "key": key,
        "card": record.card.number,
        "card_id": record.card_id,
        "step": record.step_key,
        "piece": record.unit_no,
        "value": measured.value,
        "unit": record.unit,
        "at": at.isoformat(),
        "by": by,
        "by_id": by_id,
    }


def batches_in_doubt(calibration: Calibration) -> list[tuple[ProductionBatch, list[dict[str, Any]]]]:
    """The batches themselves, with their order and lot, in the order in which they were made."""
    readings = readings_in_doubt(calibration)
    rows = ProductionBatch.objects.filter(pk__in=readings).select_related("order", "lot").order_by("pk")
    return [(batch, readings[batch.pk]) for batch in rows]
