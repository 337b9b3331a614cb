"""Equipment with its calibration, people with their qualification and reading, at the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from dhr.compile.scope import RecordScope
from foundation.accounts.models import User
from foundation.core.refs import RecordRef
from resources.equipment.models import Calibration, Equipment
from resources.personnel.models import QualificationGrant, ReadingConfirmation


@dataclass(frozen=True, slots=True)
class GaugeUse:
    """One measurement with a gauge: an entry (key ``r<id>``) or a second person's (``c<id>``)."""

    key: str
    equipment_id: int
    at: datetime
    number: Decimal | None
    unit: str


def uses_of_gauges(scope: RecordScope) -> list[GaugeUse]:
    """Every measurement of the record that names what it was taken with."""
    units = {row.pk: row.unit for row in scope.steps}
    found = [
        GaugeUse(f"r{row.pk}", row.equipment_id, row.captured_at, row.number, row.unit)
        for row in scope.steps
        if row.equipment_id
    ]
    found += [
        GaugeUse(f"c{check.pk}", check.equipment_id, check.at, check.number, units[check.record_id])
        for check in scope.second_checks
        if check.equipment_id
    ]
    return found


def gauge_assessments(scope: RecordScope) -> list[dict[str, Any]]:
    """Gauges that were found out of tolerance after they measured here, and what quality judged."""
    return [
        {
            "number": row.number,
            "gauge": row.calibration.equipment.code,
            "certificate": row.calibration.certificate,
            "as_found": row.calibration.as_found,
            "readings": len(row.readings),
            "state": row.state,
            "reason": row.reason,
            "decided_by": row.decided_by.name if row.decided_by else "",
            "at": row.decided_at or row.opened_at,
        }
        for row in scope.assessments
    ]


def equipment(scope: RecordScope) -> list[dict[str, Any]]:
    """Every machine and gauge that an entry or a card names, with the calibration in force when it was last used."""
    used: dict[int, set[int]] = {}
    operations = {card.pk: card.operation for card in scope.cards}
    uses = [(row.equipment_id, row.card_id) for row in scope.steps]
    uses += [(event.equipment_id, event.card_id) for event in scope.card_events]
    for equipment_id, card_id in uses:
        if equipment_id:
            used.setdefault(equipment_id, set()).add(operations[card_id])
    last = {row.equipment_id: row.captured_at for row in scope.steps if row.equipment_id}
    machines = Equipment.objects.filter(pk__in=used).select_related("equipment_class").order_by("code")
    return [_machine(machine, sorted(used[machine.pk]), last.get(machine.pk)) for machine in machines]


def _machine(machine: Equipment, operations: list[int], used_at: Any) -> dict[str, Any]:
    calibrations = Calibration.objects.filter(equipment=machine)
    if used_at is not None:
        calibrations = calibrations.filter(done_at__lte=used_at)
    calibration = calibrations.order_by("-done_at", "-id").first()
    return {
        "code": machine.code,
        "name": machine.name,
        "class": machine.equipment_class.code,
        "operations": operations,
        "calibrated_on": calibration.done_at.date() if calibration else None,
        "calibration_due": calibration.due if calibration else machine.calibration_due,
        "certificate": calibration.certificate if calibration else "",
        "status": machine.status,
    }


def people(scope: RecordScope) -> list[dict[str, Any]]:
    """Who worked on it: operations, qualifications they held then, and when they read this card."""
    worked: dict[int, set[int]] = {}
    operations = {card.pk: card.operation for card in scope.cards}
    for step in scope.steps:
        if step.performer_id:
            worked.setdefault(step.performer_id, set()).add(operations[step.card_id])
    for report in scope.reports:
        if report.reported_by_id:
            worked.setdefault(report.reported_by_id, set()).add(operations[report.card_id])
    names = {user.pk: user for user in User.objects.filter(pk__in=worked)}
    return [_person(scope, names[user_id], sorted(worked[user_id])) for user_id in sorted(worked)]


def _person(scope: RecordScope, user: User, operations: list[int]) -> dict[str, Any]:
    wanted = {code for number in operations for code in scope.operations.get(number, {}).get("qualifications", [])}
    started = min((card.started_at for card in scope.cards if card.started_at), default=scope.record.opened_at)
    grants = QualificationGrant.objects.filter(user=user, qualification__code__in=wanted, valid_from__lte=started)
    return {
        "name": user.name,
        "user": user.username,
        "operations": operations,
        "qualifications": [
            {"code": grant.qualification.code, "valid_until": grant.valid_until}
            for grant in grants.select_related("qualification").order_by("qualification__code", "id")
        ],
        "read_card_at": _read_at(scope, user),
    }


def _read_at(scope: RecordScope, user: User) -> Any:
    card = scope.record.batch.order.process_card
    if card is None:
        return None
    subject = RecordRef.to(card)
    confirmation = (
        ReadingConfirmation.objects.filter(
            user=user, subject_label=subject.label, subject_id=subject.id, content_hash=card.content_hash
        )
        .order_by("id")
        .first()
    )
    return confirmation.at if confirmation else None
