"""Reads of quality."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Q, QuerySet, Sum, prefetch_related_objects

from foundation.core import clock
from foundation.records.models import Signature
from foundation.records.selectors import attach_manifests
from quality.models import Deviation, Disposition, GaugeAssessment, Inspection, Nonconformance
from quality.states import DeviationState, NonconformanceState


def undecided_quantity(nonconformance: Nonconformance) -> Decimal:
    """What no disposition speaks of yet, in the nonconformance's unit."""
    decided = Disposition.objects.filter(nonconformance=nonconformance).aggregate(total=Sum("quantity"))["total"]
    return Decimal(nonconformance.quantity - (decided or Decimal(0)))


def undecided_pieces(nonconformance: Nonconformance) -> list[int]:
    """Numbers of the pieces that no disposition speaks of yet."""
    decided = Disposition.objects.filter(nonconformance=nonconformance).values_list("unit_numbers", flat=True)
    taken = {number for numbers in decided for number in numbers}
    return [number for number in nonconformance.unit_numbers if number not in taken]


def disposition_content(nonconformance: Nonconformance, disposition: Disposition) -> dict[str, Any]:
    """What the decider sees and signs. Decimals as decimals: `canonical_json` writes them."""
    return {
        "schema": "disposition/1",
        "nonconformance": nonconformance.number,
        "lot": nonconformance.lot.number,
        "item": nonconformance.item.number,
        "found": nonconformance.quantity.normalize(),
        "unit": nonconformance.unit,
        "pieces": list(nonconformance.unit_numbers),
        "defect": nonconformance.defect_code,
        "description": nonconformance.description,
        "kind": disposition.kind,
        "quantity": disposition.quantity.normalize(),
        "decided_pieces": list(disposition.unit_numbers),
        "justification": disposition.justification,
        "rework_operation": disposition.rework_operation,
        "regulatory_requirements_met": disposition.regulatory_requirements_met,
        "expires_on": disposition.expires_on,
    }


def nonconformance_shown(nonconformance: Nonconformance) -> dict[str, Any]:
    """What the decider has before them when they open the dialog: what was found, and what of it is decided already."""
    decided = nonconformance.dispositions.order_by("pk").values_list("pk", "kind", "quantity", "executed_at")
    return {
        "schema": "nonconformance-shown/1",
        "number": nonconformance.number,
        "state": str(nonconformance.state),
        "found": nonconformance.quantity.normalize(),
        "pieces": list(nonconformance.unit_numbers),
        "defect": nonconformance.defect_code,
        "description": nonconformance.description,
        "cause": [nonconformance.cause_code, nonconformance.cause],
        "decided": [[pk, str(kind), quantity.normalize(), at] for pk, kind, quantity, at in decided],
    }


def deviation_content(deviation: Deviation) -> dict[str, Any]:
    """What the decider of a deviation sees and signs."""
    return {
        "schema": "deviation/1",
        "number": deviation.number,
        "planned": deviation.planned,
        "source": deviation.source,
        "order": deviation.order_number,
        "subject": deviation.subject_number,
        "description": deviation.description,
        "interval": [deviation.interval_from, deviation.interval_until],
        "gate": deviation.gate,
        "gate_code": deviation.gate_code,
        "details": dict(deviation.details),
        "valid_until": deviation.valid_until,
        "accepted": was_accepted(deviation),
        "decision": deviation.decision,
    }


def assessment_content(assessment: GaugeAssessment) -> dict[str, Any]:
    """What is seen and signed: the calibration that failed, and every reading it puts into doubt."""
    calibration = assessment.calibration
    return {
        "schema": "gauge-assessment/1",
        "number": assessment.number,
        "gauge": calibration.equipment.code,
        "certificate": calibration.certificate,
        "as_found": calibration.as_found,
        "doubt": [calibration.doubt_low, calibration.doubt_high],
        "calibrated_at": calibration.done_at,
        "batch": assessment.subject_number,
        "order": assessment.order_number,
        "readings": [
            {name: row[name] for name in ("key", "card", "step", "piece", "value", "unit", "at", "by")}
            for row in assessment.readings
        ],
        "judgement": assessment.state,
        "reason": assessment.reason,
    }


def attach_deviation_signatures(rows: list[Deviation]) -> None:
    """Give each ``.manifests``; the rows were read with ``signature``."""
    attach_manifests(rows, content=lambda row, _signature: deviation_content(row))


def attach_assessment_signatures(rows: list[GaugeAssessment]) -> None:
    """Give each ``.manifests``; the rows were read with their gauge."""
    attach_manifests(rows, content=lambda row, _signature: assessment_content(row))


def attach_nonconformance_signatures(rows: list[Nonconformance]) -> None:
    """Give each ``.manifests``: those of its dispositions; the rows were read with item and lot."""
    prefetch_related_objects(rows, "dispositions")

    def signed(row: Nonconformance, signature: Signature) -> dict[str, Any] | str:
        found = next((one for one in row.dispositions.all() if one.signature_id == signature.pk), None)
        return disposition_content(row, found) if found else ""

    attach_manifests(rows, content=signed)


def assessments(*, lot_ids: Iterable[int] | None = None, state: str = "") -> QuerySet[GaugeAssessment]:
    """Judgements of batches that a gauge out of tolerance measured; newest first."""
    rows: QuerySet[GaugeAssessment] = GaugeAssessment.objects.select_related(
        "calibration__equipment", "lot__item", "decided_by", "signature"
    ).order_by("-pk")
    if lot_ids is not None:
        rows = rows.filter(lot__in=list(lot_ids))
    return rows.filter(state=state) if state else rows


def was_accepted(deviation: Deviation) -> bool:
    """Quality accepted it. Once it is closed, what was signed says which way it went: a rejected one stays rejected."""
    if deviation.state == DeviationState.CLOSED:
        return deviation.signature is not None and deviation.signature.meaning == "approved"
    return bool(deviation.state == DeviationState.ACCEPTED)


def override_for(card_id: int, gate: str, gate_code: str, lot_id: int | None = None) -> Deviation | None:
    """The accepted deviation that opens this gate for this card, if quality signed one and it has not run out.

    ``lot_id``: the material that it must name (``details["lot_id"]``).
    """
    rows = Deviation.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=clock.now()),
        card_id=card_id,
        gate=gate,
        gate_code=gate_code,
        state=DeviationState.ACCEPTED,
    )
    if lot_id is not None:
        rows = rows.filter(details__lot_id=lot_id)
    found: Deviation | None = rows.order_by("-pk").first()
    return found


def nonconformances(
    *, lot_ids: Iterable[int] | None = None, order_number: str = "", card_ids: Iterable[int] | None = None
) -> QuerySet[Nonconformance]:
    """Nonconformances of lots, an order or cards, with their dispositions; newest first."""
    rows: QuerySet[Nonconformance] = (
        Nonconformance.objects.select_related("item", "lot", "stock_unit", "raised_by")
        .prefetch_related(Prefetch("dispositions", Disposition.objects.select_related("decided_by").order_by("pk")))
        .order_by("-pk")
    )
    if lot_ids is not None:
        rows = rows.filter(lot_id__in=list(lot_ids))
    if order_number:
        rows = rows.filter(order_number=order_number)
    if card_ids is not None:
        rows = rows.filter(card_id__in=list(card_ids))
    return rows


def undispositioned(lot_ids: Iterable[int]) -> QuerySet[Nonconformance]:
    """Open or not carried out: what refuses a release."""
    return nonconformances(lot_ids=lot_ids).filter(state__in=[NonconformanceState.OPEN, NonconformanceState.DECIDED])


def deviations(
    *, order_number: str = "", card_ids: Iterable[int] | None = None, state: str = ""
) -> QuerySet[Deviation]:
    """Deviations of an order or of cards; newest first."""
    rows: QuerySet[Deviation] = Deviation.objects.select_related("lot", "raised_by", "decided_by").order_by("-pk")
    if order_number:
        rows = rows.filter(order_number=order_number)
    if card_ids is not None:
        rows = rows.filter(card_id__in=list(card_ids))
    if state:
        rows = rows.filter(state=state)
    return rows


def inspections(*, card_ids: Iterable[int], kind: str = "") -> QuerySet[Inspection]:
    """Inspections on work cards, in the order in which they were made."""
    rows: QuerySet[Inspection] = Inspection.objects.filter(card_id__in=list(card_ids)).order_by("pk")
    return rows.filter(kind=kind) if kind else rows


def search(text: str, limit: int = 10) -> list[Nonconformance | Deviation]:
    """Nonconformances and deviations by number or words."""
    found: list[Nonconformance | Deviation] = []
    for model in (Nonconformance, Deviation):
        match = Q(number__icontains=text) | Q(description__icontains=text) | Q(order_number__iexact=text)
        found.extend(model.objects.filter(match).order_by("-pk")[:limit])
    return found[:limit]
