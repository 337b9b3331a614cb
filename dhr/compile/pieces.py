"""The ledger of pieces, folded again and apart from the floor: a move that does not add up is named, never passed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from shopfloor.models import PieceMove, WorkCard
from shopfloor.states import Bucket


@dataclass
class CardLedger:
    """Where the pieces of one card are, by its moves; ``faults`` are impossible moves, with how many were there."""

    card: WorkCard
    place: dict[int, str] = field(default_factory=dict)
    came_from: dict[int, str] = field(default_factory=dict)  # where a piece was before it was where it is now
    arrived: int = 0  # as the moves' quantities say
    ever_good: set[int] = field(default_factory=set)
    ever_held: set[int] = field(default_factory=set)
    faults: list[tuple[PieceMove, int]] = field(default_factory=list)

    def add(self, move: PieceMove) -> None:
        named = set(move.pieces)
        there = sum(1 for piece in named if self.place.get(piece, Bucket.OUTSIDE) == move.source)
        if not move.quantity == len(move.pieces) == len(named) == there:
            self.faults.append((move, there))
        if move.source == Bucket.OUTSIDE:
            self.arrived += move.quantity
        for piece in named:
            self.place[piece], self.came_from[piece] = move.target, move.source
        if move.target == Bucket.GOOD:
            self.ever_good |= named
        if move.target == Bucket.HELD:
            self.ever_held |= named

    def count(self, bucket: str) -> int:
        return Counter(self.place.values())[bucket]

    @property
    def inside(self) -> int:
        return sum(1 for bucket in self.place.values() if bucket != Bucket.OUTSIDE)

    def pieces(self, bucket: str) -> set[int]:
        return {piece for piece, where in self.place.items() if where == bucket}

    @property
    def reported(self) -> set[int]:
        """Pieces that this very card made good; what a rework did again was reported on the rework's card."""
        return {piece for piece in self.pieces(Bucket.GOOD) if self.came_from[piece] != Bucket.REWORK}


def ledgers_of(cards: Iterable[WorkCard], moves: Iterable[PieceMove]) -> dict[int, CardLedger]:
    """By card id; the moves oldest first."""
    found = {card.pk: CardLedger(card) for card in cards}
    for move in moves:
        found[move.card_id].add(move)
    return found
