"""Which pieces of a card a step is asked for, by its *when*. Pure. dhr counts on its own (dhr/compile/demands.py).

A piece that fell out (scrapped, held, in rework) is not asked for any more. What was measured on it before is a measurement
all the same: a sample that was taken stays taken, and nobody takes it again because the piece was scrapped for something else.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

# Rules that look at all pieces of a card, not at one alone.
SPREAD = ("sample", "every_n", "first_piece", "last_piece")


def asked_pieces(rule: str, n: int, lying: Collection[int], recorded: Collection[int]) -> set[int]:
    """The pieces that an entry is asked for or was made for.

    ``lying`` are the pieces that are here or went on good, ``recorded`` those with an entry that counts, wherever they are.
    Sample of n: n distinct pieces, or all when fewer came; every n: one of each begun n; first and last: the ends.
    """
    ordered = sorted(lying)
    if not ordered:
        return set(recorded)
    if rule == "every_unit":
        return set(ordered)
    return set(recorded) | set(_FILL[rule](n, ordered, recorded)) if rule in _FILL else set()


def _first(_n: int, ordered: Sequence[int], recorded: Collection[int]) -> Sequence[int]:
    return [] if any(piece <= ordered[0] for piece in recorded) else ordered[:1]


def _last(_n: int, ordered: Sequence[int], recorded: Collection[int]) -> Sequence[int]:
    return [] if any(piece >= ordered[-1] for piece in recorded) else ordered[-1:]


def _sample(n: int, ordered: Sequence[int], recorded: Collection[int]) -> Sequence[int]:
    wanted = min(n, len({*ordered, *recorded})) - len(set(recorded))
    return [piece for piece in ordered if piece not in recorded][: max(0, wanted)]


def _every_n(n: int, ordered: Sequence[int], recorded: Collection[int]) -> Sequence[int]:
    """Of each begun group of n that has no entry its first piece, until there is one entry for each begun n pieces."""
    groups = [ordered[start : start + n] for start in range(0, len(ordered), n)]
    empty = [group[0] for group in groups if not set(group) & set(recorded)]
    return empty[: max(0, len(groups) - len(set(recorded)))]


_FILL = {"first_piece": _first, "last_piece": _last, "sample": _sample, "every_n": _every_n}
