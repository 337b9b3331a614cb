"""Where the pieces of a card are: the fold of its moves. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shopfloor.states import Bucket

INSIDE = [bucket for bucket in Bucket if bucket != Bucket.OUTSIDE]


@dataclass(frozen=True, slots=True)
class Balance:
    """Piece numbers by bucket. in = good + scrap + rework + held + destroyed + retained + here."""

    buckets: Mapping[str, tuple[int, ...]]

    def pieces(self, bucket: str) -> tuple[int, ...]:
        return self.buckets.get(bucket, ())

    def count(self, bucket: str) -> int:
        return len(self.pieces(bucket))

    @property
    def here(self) -> tuple[int, ...]:
        return self.pieces(Bucket.HERE)

    @property
    def arrived(self) -> int:
        return sum(self.count(bucket) for bucket in INSIDE)

    @property
    def all_pieces(self) -> list[int]:
        return sorted(number for bucket in INSIDE for number in self.pieces(bucket))

    def as_json(self) -> dict[str, int]:
        """``{"in": 5, "good": 4, "scrap": 1, …}``."""
        return {"in": self.arrived, **{str(bucket): self.count(bucket) for bucket in INSIDE}}


def fold(moves: Iterable[Any]) -> Balance:
    """The balance after these moves, oldest first. A move of a piece that is not in its source is a damaged record."""
    place: dict[int, str] = {}
    for move in moves:
        for piece in move.pieces:
            if place.get(piece, Bucket.OUTSIDE) != move.source:
                raise ValueError(f"Piece {piece} of card {move.card_id} is not in {move.source}")
            place[piece] = move.target
    buckets: dict[str, list[int]] = {}
    for piece in sorted(place):
        buckets.setdefault(place[piece], []).append(piece)
    return Balance({bucket: tuple(numbers) for bucket, numbers in buckets.items() if bucket != Bucket.OUTSIDE})
