"""The balance of a card, as numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shopfloor.models import PieceMove, WorkCard
from shopfloor.pieces import Balance, fold
from shopfloor.states import Bucket


@dataclass(frozen=True, slots=True)
class CardBalance:
    """Pieces of a card. arrived = good + scrap + rework + held + destroyed + retained + here, exactly."""

    arrived: int
    here: int
    good: int
    scrap: int
    rework: int
    held: int
    destroyed: int
    retained: int

    @property
    def balanced(self) -> bool:
        parts = self.here + self.good + self.scrap + self.rework + self.held + self.destroyed + self.retained
        return self.arrived == parts


def card_balance(card: WorkCard) -> CardBalance:
    """From the moves of the card: two sides, so what came in is counted apart from where it is. One query."""
    return card_balances([card])[card.pk]


def card_balances(cards: Iterable[WorkCard]) -> dict[int, CardBalance]:
    """Balances of many cards by id. One query."""
    moves: dict[int, list[PieceMove]] = {card.pk: [] for card in cards}
    for move in PieceMove.objects.filter(card__in=list(moves)).order_by("id"):
        moves[move.card_id].append(move)
    return {pk: _numbers(rows) for pk, rows in moves.items()}


def _numbers(moves: list[PieceMove]) -> CardBalance:
    folded: Balance = fold(moves)
    came = sum(move.quantity for move in moves if move.source == Bucket.OUTSIDE)
    return CardBalance(
        arrived=came,
        here=folded.count(Bucket.HERE),
        good=folded.count(Bucket.GOOD),
        scrap=folded.count(Bucket.SCRAP),
        rework=folded.count(Bucket.REWORK),
        held=folded.count(Bucket.HELD),
        destroyed=folded.count(Bucket.DESTROYED),
        retained=folded.count(Bucket.RETAINED),
    )
