"""Completeness: what the pinned card demands against what exists. Independent of the floor's own checks, on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from dhr.compile.materials import net_links
from dhr.compile.scope import RecordScope
from dhr.compile.units import good_pieces
from shopfloor.models import StepRecord, WorkCard
from shopfloor.states import CardKind, CardState, StepOutcome

CONFORMING = (StepOutcome.DONE, StepOutcome.IN)
ONCE = ("card_start", "card_end", "first_piece", "last_piece", "sample", "every_n")


@dataclass(frozen=True, slots=True)
class Missing:
    """One demand that nothing meets: ``where`` is operation, step and piece."""

    code: str
    text: str
    where: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Completeness:
    """How many things the card demands, and which of them are missing."""

    demanded: int = 0
    missing: list[Missing] = field(default_factory=list)

    def demand(self, met: bool, code: str, text: str, where: str) -> None:
        self.demanded += 1
        if not met:
            self.missing.append(Missing(code, text, where))


def completeness(scope: RecordScope) -> Completeness:
    """Every operation done, every demanded entry there and conforming for every good piece, every part in it."""
    result = Completeness()
    pieces = good_pieces(scope)
    in_force = _in_force(scope)
    cards = {card.operation: card for card in scope.cards if card.kind == CardKind.NORMAL}
    for number, operation in scope.operations.items():
        card = cards.get(number)
        where = f"{number}"
        result.demand(
            card is not None and card.state in (CardState.COMPLETED, CardState.SKIPPED),
            "operation-open",
            _("Operation %(number)s is not completed.") % {"number": number},
            where,
        )
        if card is None or card.state == CardState.SKIPPED:
            continue
        if operation.get("first_piece"):
            result.demand(
                card.first_piece_accepted,
                "first-piece",
                _("The first piece of operation %(number)s was not accepted.") % {"number": number},
                where,
            )
        for step in operation["steps"]:
            _demand_entries(result, scope, step, in_force, pieces)
    _demand_materials(result, scope, len(pieces))
    for card in _rework_open(scope):
        result.demand(False, "rework-open", _("Rework card %(card)s is open.") % {"card": card.number}, card.number)
    return result


def _in_force(scope: RecordScope) -> dict[tuple[str, int | None], StepRecord]:
    """The newest entry per step and piece; a corrected one does not count any more."""
    corrected = {row.corrects_id for row in scope.steps if row.corrects_id}
    return {(row.step_key, row.unit_no): row for row in scope.steps if row.pk not in corrected}


def _demand_entries(
    result: Completeness,
    scope: RecordScope,
    step: dict[str, Any],
    in_force: dict[tuple[str, int | None], StepRecord],
    pieces: list[int],
) -> None:
    if step["kind"] == "material_scan":
        return  # what went in is demanded by the parts list
    for label, entries in _wanted(step, in_force, pieces):
        counting = [entry for entry in entries if _counts(entry)]
        where = f"{step['key']} {label}".strip()
        result.demand(
            bool(counting), "entry-missing", _("Step %(where)s has no entry that counts.") % {"where": where}, where
        )
        if step.get("second_check") and counting:
            checked = {check.record_id for check in scope.second_checks if check.agreed}
            result.demand(
                any(entry.pk in checked for entry in counting),
                "second-check-missing",
                _("The second check of step %(where)s is missing.") % {"where": where},
                where,
            )


def _counts(entry: StepRecord) -> bool:
    """It conforms, or quality answers for it: an undecided deviation or nonconformance is a blocker of its own."""
    return entry.outcome in CONFORMING or bool(entry.deviation_id or entry.nonconformance_id)


def _wanted(
    step: dict[str, Any], in_force: dict[tuple[str, int | None], StepRecord], pieces: list[int]
) -> Iterator[tuple[str, list[StepRecord]]]:
    """What is demanded of a step: (piece, the entries that could meet it)."""
    key, rule = step["key"], step["when"]["rule"]
    if rule in ONCE:
        yield "", [row for (step_key, _piece), row in in_force.items() if step_key == key]
        return
    for piece in pieces:
        found = in_force.get((key, piece)) or (in_force.get((key, None)) if len(pieces) == 1 else None)
        yield f"#{piece}", [found] if found else []


def _demand_materials(result: Completeness, scope: RecordScope, made: int) -> None:
    """Every line that an operation consumes is in it, net of what was taken out, in the quantity of the parts list."""
    net: dict[str, Decimal] = {}
    for (_lot, position), quantity in net_links(scope).items():
        net[position] = net.get(position, Decimal(0)) + quantity
    for line in scope.plan["bom"]["lines"]:
        if line["optional"] or line.get("made_here") or not line["operation"]:
            continue
        positions = [line["position"], *(alternate["position"] for alternate in line["alternates"])]
        have = sum((net.get(position, Decimal(0)) for position in positions), Decimal(0))
        need = Decimal(line["quantity"]) * (made if line["basis"] == "per_unit" else 1)
        result.demand(
            have >= need,
            "material-missing",
            _("%(item)s (%(position)s): %(have)s of %(need)s %(unit)s went in.")
            % {
                "item": line["item_number"],
                "position": line["position"],
                "have": format(have.normalize(), "f"),
                "need": format(need.normalize(), "f"),
                "unit": line["unit"],
            },
            f"{line['operation']} {line['position']}",
        )


def _rework_open(scope: RecordScope) -> list[WorkCard]:
    return [
        card
        for card in scope.cards
        if card.kind == CardKind.REWORK and card.state not in (CardState.COMPLETED, CardState.CANCELLED)
    ]
