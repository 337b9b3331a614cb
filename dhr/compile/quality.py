"""Inspections, nonconformances with what was decided, deviations, corrections."""

from __future__ import annotations

from typing import Any

from dhr.compile.scope import RecordScope


def inspections(scope: RecordScope) -> list[dict[str, Any]]:
    operations = {card.pk: card.operation for card in scope.cards}
    return [
        {
            "number": row.number,
            "kind": row.kind,
            "operation": operations.get(row.card_id or 0, 0),
            "unit_no": ", ".join(str(number) for number in row.unit_numbers),
            "result": row.result,
            "inspector": row.inspector_name,
            "at": row.at,
            "note": row.note,
        }
        for row in scope.inspections
    ]


def nonconformances(scope: RecordScope) -> list[dict[str, Any]]:
    return [
        {
            "number": row.number,
            "source": row.source,
            "unit_no": ", ".join(str(number) for number in row.unit_numbers),
            "defect": row.defect_code,
            "description": row.description,
            "quantity": row.quantity,
            "unit": row.unit,
            "state": row.state,
            "cause": row.cause,
            "dispositions": [
                {
                    "kind": one.kind,
                    "quantity": one.quantity,
                    "justification": one.justification,
                    "by": one.decided_by.name,
                    "at": one.decided_at,
                    "executed_at": one.executed_at,
                }
                for one in scope.dispositions
                if one.nonconformance_id == row.pk
            ],
        }
        for row in scope.nonconformances
    ]


def deviations(scope: RecordScope) -> list[dict[str, Any]]:
    return [
        {
            "number": row.number,
            "planned": row.planned,
            "description": row.description,
            "state": row.state,
            "decision": row.decision,
            "decided_by": row.decided_by.name if row.decided_by else "",
            "at": row.raised_at,
        }
        for row in scope.deviations
    ]


def corrections(scope: RecordScope) -> list[dict[str, Any]]:
    return [
        {
            "where": f"{row.record.step_key} {row.record.unit_no or ''}".strip(),
            "was": row.record.value,
            "becomes": row.new_value,
            "reason": row.reason,
            "state": row.state,
            "asked_by": row.asked_by_name,
            "approved_by": row.decided_by_name,
            "at": row.decided_at or row.asked_at,
        }
        for row in scope.corrections
    ]
