"""How many entries a step's *when* demands of what a card was reported at. Pure.

Written apart from the floor's rule (shopfloor/rules.py) on purpose: the record does not believe the floor. A property test
holds both to the same answer.
"""

from __future__ import annotations

from collections.abc import Set
from math import ceil

ONCE = ("card_start", "card_end")
SPREAD = ("sample", "every_n", "first_piece", "last_piece")


def entries_missing(rule: str, n: int, reported: Set[int], measured: Set[int]) -> int:
    """Entries still missing for a rule that looks at all pieces; 0 while nothing is reported.

    ``reported`` are the pieces that the card made good, ``measured`` those with an entry that counts, whatever became of
    them. Sample of n: n distinct pieces, all of them when fewer came; every n: one for each begun n pieces reported; first
    and last: one at that end.
    """
    if not reported:
        return 0
    if rule == "first_piece":
        return int(min(measured, default=max(reported) + 1) > min(reported))
    if rule == "last_piece":
        return int(max(measured, default=0) < max(reported))
    demanded = min(n, len(reported | measured)) if rule == "sample" else ceil(len(reported) / n)
    return max(0, demanded - len(measured))
