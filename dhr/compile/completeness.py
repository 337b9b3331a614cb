"""Completeness: what the pinned card demands against what exists. Independent of the floor's own checks, on purpose."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from dhr.compile.demands import ONCE, entries_missing
from dhr.compile.entries import Entries
from dhr.compile.materials import net_links
from dhr.compile.scope import RecordScope
from dhr.compile.units import good_pieces
from dhr.words import unit_sign
from foundation.core.units import convert
from shopfloor.models import StepRecord, WorkCard
from shopfloor.states import CardKind, CardState


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
    """Every operation done, every demanded entry there and conforming, every part in it.

    Asked of every work card, a rework's too: what was done again was verified again. A piece that was scrapped is not
    asked for; what looks at all pieces (samples, first, last) is asked of as many as the card was reported at.
    """
    result = Completeness()
    good = set(good_pieces(scope))
    entries = Entries(scope)
    cards = {card.operation: card for card in scope.cards if card.kind == CardKind.NORMAL}
    for number in scope.operations:
        _demand_operation(result, scope, number, cards.get(number))
    for card in scope.cards:
        if card.state in (CardState.SKIPPED, CardState.CANCELLED):
            continue
        for step in scope.operations[card.operation]["steps"]:
            _demand_entries(result, scope, card, step, entries, good)
    _demand_materials(result, scope, len(good))
    for card in _rework_open(scope):
        result.demand(False, "rework-open", _("Rework card %(card)s is open.") % {"card": card.number}, card.number)
    return result


def _demand_operation(result: Completeness, scope: RecordScope, number: int, card: WorkCard | None) -> None:
    nothing_came = card is not None and card.state == CardState.CANCELLED and not scope.ledgers[card.pk].place
    result.demand(
        nothing_came or (card is not None and card.state in (CardState.COMPLETED, CardState.SKIPPED)),
        "operation-open",
        _("Operation %(number)s is not completed.") % {"number": number},
        f"{number}",
    )
    done = card is not None and card.state not in (CardState.SKIPPED, CardState.CANCELLED)
    if card is not None and done and scope.operations[number].get("first_piece"):
        result.demand(
            card.first_piece_accepted,
            "first-piece",
            _("The first piece of operation %(number)s was not accepted.") % {"number": number},
            f"{number}",
        )


def _demand_entries(
    result: Completeness,
    scope: RecordScope,
    card: WorkCard,
    step: dict[str, Any],
    entries: Entries,
    good: set[int],
) -> None:
    """The entries that one step asks for on one card."""
    rule, mark = step["when"]["rule"], f"{step['key']}" + (f" ({card.number})" if card.kind == CardKind.REWORK else "")
    reported = scope.ledgers[card.pk].reported & good
    if step["kind"] == "material_scan":
        _demand_scans(result, scope, card, step, entries, reported)
    elif entries.together(card):
        return  # serials done together: the signed list is the entry, and only instructions are done so
    elif rule in ONCE:
        _demand_one(result, step, mark, entries.in_force(card, step["key"], None), entries)
    elif rule == "every_unit":
        for piece in sorted(reported):
            _demand_one(result, step, f"{mark} #{piece}", entries.in_force(card, step["key"], piece), entries)
    else:
        _demand_spread(result, step, mark, card, entries)


def _demand_one(
    result: Completeness, step: dict[str, Any], where: str, entry: StepRecord | None, entries: Entries
) -> None:
    """One entry that counts, looked at by a second person where the card wants it."""
    words = {"where": where}
    if entry is None:
        result.demand(False, "entry-missing", _("Step %(where)s has no entry that counts.") % words, where)
        return
    against = entries.against(entry)
    result.demand(not against, "entry-not-conforming", f"{where}: {against}", where)
    if not against:
        _demand_check(result, step, where, [entry], entries)


def _demand_spread(result: Completeness, step: dict[str, Any], mark: str, card: WorkCard, entries: Entries) -> None:
    """As many as the rule asks for, on different pieces; of a serial, counted over its whole batch."""
    reported = entries.reported_at(card)
    counting = entries.counting(card, step["key"])
    missing = entries_missing(step["when"]["rule"], int(step["when"].get("n") or 1), reported, set(counting))
    result.demanded += len(counting)
    for number in range(missing):
        result.demand(
            False,
            "entry-missing",
            _("Step %(where)s: %(have)d of %(need)d entries are there, of %(pieces)d pieces reported.")
            % {
                "where": mark,
                "have": len(counting),
                "need": len(counting) + missing,
                "pieces": len(reported),
            },
            f"{mark} ({number + 1})",
        )
    own = [entry for entry in counting.values() if entry.card_id == card.pk]
    for entry in own:
        _demand_check(result, step, f"{mark} #{entry.unit_no}", [entry], entries)


def _demand_scans(
    result: Completeness,
    scope: RecordScope,
    card: WorkCard,
    step: dict[str, Any],
    entries: Entries,
    reported: set[int],
) -> None:
    """What went in as a whole is demanded by the parts list; here, that each good piece has its own part."""
    _demand_check(result, step, step["key"], entries.scans_left(card, step["key"]), entries)
    if step["when"]["rule"] != "every_unit" or entries.together(card):
        return
    lines = {line["position"]: line for line in scope.plan["bom"]["lines"] if line["operation"] == card.operation}
    for position in step.get("materials") or []:
        line = lines.get(position)
        if line is None or line["optional"] or line.get("made_here"):
            continue
        for piece in sorted(reported):
            have, need = entries.scanned(card, position, piece), Decimal(line["quantity"])
            where = f"{card.operation} {position} #{piece}"
            _demand_quantity(result, line, have, need, where)


def _demand_check(
    result: Completeness, step: dict[str, Any], where: str, rows: list[StepRecord], entries: Entries
) -> None:
    if not step.get("second_check"):
        return
    for entry in rows:
        result.demand(
            entries.is_checked(entry),
            "second-check-missing",
            _("The second check of step %(where)s is missing.") % {"where": where},
            where,
        )


def _demand_materials(result: Completeness, scope: RecordScope, made: int) -> None:
    """Every line that an operation consumes is in it, net of what was taken out, in the quantity of the parts list."""
    net: dict[str, Decimal] = {}
    units = {link.consumed_lot_id: link.unit for link in scope.links}
    lines = [line for line in scope.plan["bom"]["lines"] if _is_demanded(scope, line)]
    in_unit = {position: line["unit"] for line in lines for position in _positions(line)}
    for (lot, position), quantity in net_links(scope).items():
        converted = convert(quantity, units[lot], in_unit.get(position, units[lot]))
        net[position] = net.get(position, Decimal(0)) + converted
    # A line that two operations consume is two lines with one position: what is in it is asked for together.
    need: dict[str, Decimal] = {}
    for line in lines:
        quantity = Decimal(line["quantity"]) * (made if line["basis"] == "per_unit" else 1)
        need[line["position"]] = need.get(line["position"], Decimal(0)) + quantity
    for line in lines:
        have = sum((net.get(position, Decimal(0)) for position in _positions(line)), Decimal(0))
        _demand_quantity(result, line, have, need[line["position"]], f"{line['operation']} {line['position']}")


def _is_demanded(scope: RecordScope, line: dict[str, Any]) -> bool:
    if line["optional"] or line.get("made_here") or not line["operation"]:
        return False
    cards = [card for card in scope.cards if card.operation == line["operation"] and card.kind == CardKind.NORMAL]
    return not cards or any(card.state not in (CardState.SKIPPED, CardState.CANCELLED) for card in cards)


def _positions(line: dict[str, Any]) -> list[str]:
    return [line["position"], *(alternate["position"] for alternate in line["alternates"])]


def _demand_quantity(result: Completeness, line: dict[str, Any], have: Decimal, need: Decimal, where: str) -> None:
    result.demand(
        have >= need,
        "material-missing",
        _("%(item)s (%(position)s): %(have)s of %(need)s %(unit)s went in.")
        % {
            "item": line["item_number"],
            "position": where.split(" ", 1)[1],
            "have": format(have.normalize(), "f"),
            "need": format(need.normalize(), "f"),
            "unit": unit_sign(line["unit"]),
        },
        where,
    )


def _rework_open(scope: RecordScope) -> list[WorkCard]:
    return [
        card
        for card in scope.cards
        if card.kind == CardKind.REWORK and card.state not in (CardState.COMPLETED, CardState.CANCELLED)
    ]
