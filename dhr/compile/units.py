"""Where every piece ended up, and the sums that must balance: pieces, reports and stock, each written by another hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from dhr.compile.scope import RecordScope
from foundation.core.canonical import decimal_text
from resources.inventory.states import MovementKind, PlaceKind, StockStatus
from shopfloor.models import WorkCard
from shopfloor.states import Bucket, CardKind, CardState

ENDED = {
    Bucket.SCRAP: "scrapped",
    Bucket.HELD: "held",
    Bucket.DESTROYED: "destroyed",
    Bucket.RETAINED: "retained",
    Bucket.REWORK: "rework",
}
STATES = ("good", "scrapped", "rework", "held", "destroyed", "retained", "open")


@dataclass(frozen=True, slots=True)
class Check:
    """Two figures from independent sources that must be the same. ``text`` says which; both are decimals as text.

    ``faulty``: a row that cannot have been, whatever its figures are.
    """

    code: str
    text: str
    left: str
    right: str
    faulty: bool = False

    @property
    def balanced(self) -> bool:
        return not self.faulty and Decimal(self.left) == Decimal(self.right)

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "text": self.text, "left": self.left, "right": self.right, "balanced": self.balanced}


def last_card(scope: RecordScope) -> WorkCard | None:
    """The card of the last operation: what is good there is made."""
    normal = [card for card in scope.cards if card.kind == CardKind.NORMAL]
    return max(normal, key=lambda card: card.sequence, default=None)


def piece_states(scope: RecordScope) -> dict[int, str]:
    """Piece number → good, scrapped, held, destroyed, retained, rework or open: from the newest move of each."""
    final = last_card(scope)
    pieces = [scope.unit.number] if scope.unit else range(1, scope.record.batch.quantity + 1)
    states = dict.fromkeys(pieces, "open")
    for move in scope.moves:
        for piece in move.pieces:
            if piece not in states:
                continue
            if move.target == Bucket.GOOD and final and move.card_id == final.pk:
                states[piece] = "good"
            else:
                states[piece] = ENDED.get(Bucket(move.target), "open")
    return states


def good_pieces(scope: RecordScope) -> list[int]:
    return [piece for piece, state in piece_states(scope).items() if state == "good"]


@dataclass(frozen=True, slots=True)
class StockFigures:
    """What inventory says of what was made: by its movements, and by what its containers hold now."""

    made: Decimal
    scrapped: Decimal
    destroyed: Decimal
    used: Decimal
    gone: Decimal  # scrapped after release, by no act of production
    there: Decimal
    moved: Decimal  # what the movements say is there
    by_status: dict[str, Decimal]

    def as_json(self) -> dict[str, str]:
        return {
            "made": decimal_text(self.made),
            "scrapped": decimal_text(self.scrapped),
            "destroyed": decimal_text(self.destroyed),
            "used": decimal_text(self.used),
            "there": decimal_text(self.there),
            **{status: decimal_text(self.by_status.get(status, Decimal(0))) for status in StockStatus.values},
        }


def stock_figures(scope: RecordScope) -> StockFigures:
    """Of every container of the record's lots, those split off from them included."""
    signed = {row["id"] for release in scope.releases for row in release.stock_units}
    sums: Counter[str] = Counter()
    for move in scope.own_movements:
        sums["moved"] += move.change  # type: ignore[assignment]
        if move.kind == MovementKind.SCRAP:
            after = move.card_id is None and (
                move.stock_unit.status == StockStatus.RELEASED or move.stock_unit_id in signed
            )
            destroyed = move.to_place.kind == PlaceKind.DESTROYED
            sums["gone" if after else "destroyed" if destroyed else "scrapped"] += move.quantity  # type: ignore[assignment]
        elif move.kind in (MovementKind.CONSUME, MovementKind.RETURN):
            sums["used"] -= move.change  # type: ignore[assignment]
        elif move.kind == MovementKind.PRODUCE:
            sums["made"] += move.quantity  # type: ignore[assignment]
    by_status: Counter[str] = Counter()
    for unit in scope.own_stock:
        by_status[unit.status] += unit.quantity  # type: ignore[assignment]
    value = {name: Decimal(sums[name]) for name in ("made", "scrapped", "destroyed", "used", "gone", "moved")}
    return StockFigures(there=Decimal(sum(by_status.values())), by_status=dict(by_status), **value)  # type: ignore[arg-type]


def quantities(scope: RecordScope) -> dict[str, Any]:
    """in = good + scrap + rework + held + destroyed + retained + open; ``released`` is what was released of the good.

    ``balanced`` only when every check holds: each compares two tables that are written by different services (TRC-12).
    """
    counted = Counter(piece_states(scope).values())
    stock = stock_figures(scope)
    checks = [*_piece_checks(scope, counted), *_stock_checks(scope, counted, stock)]
    return {
        "unit": scope.record.batch.order.unit,
        "in": str(scope.quantity),
        "good": str(counted["good"]),
        "scrap": str(counted["scrapped"]),
        "rework": str(counted["rework"]),
        "held": str(counted["held"]),
        "destroyed": str(counted["destroyed"]),
        "retained": str(counted["retained"]),
        "open": str(counted["open"]),
        "released": sum((release.quantity for release in scope.releases), Decimal(0)),
        "stock": stock.as_json(),
        "checks": [check.as_json() for check in checks],
        "balanced": all(check.balanced for check in checks),
    }


def _piece_checks(scope: RecordScope, counted: Counter[str]) -> Iterator[Check]:
    """The ledger of pieces against itself, against the reports, and from one operation to the next."""
    yield Check("pieces", _("Pieces started, and pieces with a fate"), str(scope.quantity), str(sum(counted.values())))
    for ledger in scope.ledgers.values():
        where = {"card": ledger.card.number}
        text = _("%(card)s: pieces that came, and pieces that are accounted for") % where
        yield Check("card", text, str(ledger.arrived), str(ledger.inside))
        for move, there in ledger.faults:
            text = _("%(card)s: a move of pieces %(pieces)s that were not there, or are counted otherwise") % {
                **where,
                "pieces": ", ".join(map(str, move.pieces)),
            }
            yield Check("move", text, str(move.quantity), str(there), faulty=True)
    yield from _report_checks(scope)
    yield from _handover_checks(scope)


def _report_checks(scope: RecordScope) -> Iterator[Check]:
    """What people reported against the moves that it set off."""
    moved: Counter[int] = Counter()
    for move in scope.moves:
        if move.report_id and (move.source, move.target) == (Bucket.HERE, Bucket.GOOD):
            moved[move.report_id] += move.quantity
    numbers = {card.pk: card.number for card in scope.cards}
    for report in scope.reports:
        where = {"card": numbers[report.card_id], "name": report.reported_by_name}
        text = _("%(card)s: good as %(name)s reported, and as the pieces moved") % where
        yield Check("report-good", text, str(report.good), str(moved[report.pk]))
        bad = {*report.scrap_pieces, *report.rework_pieces}
        if report.scrap or report.rework:
            text = _("%(card)s: scrap and rework as %(name)s reported, and as the pieces were held") % where
            held = len(bad & scope.ledgers[report.card_id].ever_held)
            yield Check("report-bad", text, str(report.scrap + report.rework), str(held))


def _handover_checks(scope: RecordScope) -> Iterator[Check]:
    """What arrived at an operation was made good by all before it; the first ones got everything that was started."""
    normal = {ledger.card.operation: ledger for ledger in scope.ledgers.values() if ledger.card.kind == CardKind.NORMAL}
    for number, ledger in normal.items():
        came = set(ledger.place)
        before = scope.operations.get(number, {}).get("predecessors") or []
        text = _("%(card)s: pieces that arrived, and pieces that the operation before made good")
        if not before:
            text = _("%(card)s: pieces that arrived, and pieces that were started")
            yield Check("started", text % {"card": ledger.card.number}, str(len(came)), str(scope.quantity))
        for one in before:
            source = normal.get(one)
            if source is None or source.card.state == CardState.SKIPPED:
                continue
            known = came & source.ever_good
            yield Check("handover", text % {"card": ledger.card.number}, str(len(came)), str(len(known)))


def _stock_checks(scope: RecordScope, counted: Counter[str], stock: StockFigures) -> Iterator[Check]:
    """The pieces against what inventory booked, on its own, when they were made, split off, scrapped and used."""
    rows = (
        ("stock-made", _("Pieces started, and stock that was made"), scope.quantity, stock.made),
        ("stock-moved", _("Stock that is there, and what its movements say"), stock.there, stock.moved),
        ("stock-scrapped", _("Pieces scrapped, and stock that was scrapped"), counted["scrapped"], stock.scrapped),
        ("stock-destroyed", _("Pieces destroyed, and stock that was destroyed"), counted["destroyed"], stock.destroyed),
        (
            "stock-there",
            _("Pieces that are not gone, and stock that is there or was used"),
            sum(counted[name] for name in STATES if name not in ("scrapped", "destroyed")),
            stock.there + stock.used + stock.gone,
        ),
    )
    for code, text, left, right in rows:
        yield Check(code, text, decimal_text(Decimal(left)), decimal_text(Decimal(right)))
    over = max(Decimal(0), stock.by_status.get(StockStatus.RELEASED, Decimal(0)) - _signed(scope))
    yield Check("stock-released", _("Stock that is released without a signed release"), "0", decimal_text(over))


def _signed(scope: RecordScope) -> Decimal:
    return sum((release.quantity for release in scope.releases), Decimal(0))


def units(scope: RecordScope) -> list[dict[str, Any]]:
    """One row per piece or serial, with the nonconformances that name it."""
    named: dict[int, list[str]] = {}
    for nonconformance in scope.nonconformances:
        for number in nonconformance.unit_numbers:
            named.setdefault(number, []).append(nonconformance.number)
    return [
        {"number": str(piece), "state": state, "note": ", ".join(named.get(piece, []))}
        for piece, state in piece_states(scope).items()
    ]
