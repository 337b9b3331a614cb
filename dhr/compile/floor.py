"""Operations: each step with person, time, value and limits; each report."""

from __future__ import annotations

from typing import Any

from dhr.compile.answers import answer
from dhr.compile.scope import RecordScope
from shopfloor.models import SecondCheck, StepRecord, WorkCard
from shopfloor.states import Bucket

OUTCOMES = {"done": "done", "in": "in", "below": "out", "above": "out", "failed": "out", "pending": "invalid"}


def operations(scope: RecordScope) -> list[dict[str, Any]]:
    """One entry per work card, rework cards after the card that sent the pieces."""
    return [_operation(scope, card) for card in scope.cards]


def _operation(scope: RecordScope, card: WorkCard) -> dict[str, Any]:
    plan = scope.operations.get(card.operation, {})
    ledger = scope.ledgers[card.pk]
    return {
        "number": card.operation,
        "name": plan.get("name", {}),
        "work_center": card.work_center,
        "card": card.number,
        "kind": card.kind,
        "state": card.state,
        "started_at": card.started_at,
        "completed_at": card.completed_at,
        "quantities": {
            "in": ledger.arrived,
            "good": ledger.count(Bucket.GOOD),
            "scrap": ledger.count(Bucket.SCRAP),
            "rework": ledger.count(Bucket.REWORK),
            "held": ledger.count(Bucket.HELD),
        },
        "steps": [_step(scope, row) for row in scope.steps if row.card_id == card.pk],
        "reports": [
            {
                "person": report.reported_by_name,
                "at": report.captured_at,
                "good": report.good,
                "scrap": report.scrap,
                "rework": report.rework,
            }
            for report in scope.reports
            if report.card_id == card.pk
        ],
    }


def _step(scope: RecordScope, row: StepRecord) -> dict[str, Any]:
    plan = scope.step_plans.get(row.step_key, {})
    files = [file for file in scope.test_files if (file.card_id, file.step_key) == (row.card_id, row.step_key)]
    return {
        "key": row.step_key,
        "kind": row.kind,
        "instruction": plan.get("instruction", {}),
        "unit_no": str(row.unit_no or ""),
        "value": row.value,
        "answer": answer(plan, row),
        # Of a scan the value is the container; what was taken of it has a number of its own.
        "unit": "" if row.quantity is not None else row.unit,
        "quantity": row.quantity,
        "quantity_unit": row.unit if row.quantity is not None else "",
        "target": row.target,
        "lower": row.lower,
        "upper": row.upper,
        "outcome": OUTCOMES.get(row.outcome, row.outcome),
        "person": row.performer_name,
        "station": row.station,
        "captured_at": row.captured_at,
        "received_at": row.received_at,
        "late": row.late,
        "equipment": row.equipment.code if row.equipment else "",
        "attempt": row.attempt,
        "superseded": row.pk in {other.corrects_id for other in scope.steps},
        "note": row.note,
        "attachment": files[-1].sha256 if files and row.kind == "file" else "",
        "second_check": _second_check([check for check in scope.second_checks if check.record_id == row.pk]),
    }


def _second_check(checks: list[SecondCheck]) -> dict[str, Any] | None:
    if not checks:
        return None
    last = checks[-1]
    return {"kind": last.kind, "person": last.checker_name, "at": last.at, "value": last.value, "agreed": last.agreed}


def attachments(scope: RecordScope) -> list[dict[str, Any]]:
    """Recorded tests: the original with its hash, where it came from, and what was computed and excluded."""
    return [
        {
            "path": attachment_path(file.sha256, file.file_name),
            "name": file.file_name,
            "sha256": file.sha256,
            "size": file.attachment.file.size,
            "media_type": file.attachment.file.media_type,
            "origin": "asserted by operator" if file.origin == "asserted" else file.origin,
            "person": file.attached_by_name,
            "at": file.captured_at,
            "facts": {
                "samples": str(file.sample_count),
                "implausible": ", ".join(
                    f"row {one['row']} {one['column']}={one['value']}" for one in file.implausible
                ),
                "excluded": "; ".join(
                    f"row {one.row}: {one.reason} ({one.excluded_by_name})"
                    for one in scope.exclusions
                    if one.test_file_id == file.pk
                ),
            },
        }
        for file in scope.test_files
    ]


def attachment_path(sha256: str, name: str) -> str:
    """Where an attachment lies in a package; the name is made safe for every file system."""
    safe = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name)[-80:]
    return f"attachments/{sha256[:12]}-{safe}"
