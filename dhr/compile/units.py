"""Where every piece ended up, and the sums that must balance."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dhr.compile.scope import RecordScope
from shopfloor.models import WorkCard
from shopfloor.states import Bucket, CardKind

ENDED = {
    Bucket.SCRAP: "scrapped",
    Bucket.HELD: "held",
    Bucket.DESTROYED: "destroyed",
    Bucket.RETAINED: "retained",
    Bucket.REWORK: "rework",
}


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


def quantities(scope: RecordScope) -> dict[str, Any]:
    """in = good + scrap + rework + held + destroyed + retained + open; ``released`` is what was released of the good."""
    counted = Counter(piece_states(scope).values())
    released = sum((release.quantity for release in scope.record.releases.all()), 0)
    names = ("good", "scrapped", "rework", "held", "destroyed", "retained", "open")
    total = sum(counted[name] for name in names)
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
        "released": released,
        "balanced": total == scope.quantity,
    }


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
