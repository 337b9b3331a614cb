"""Which entry is in force for a piece, and whether it counts. Read from the rows, apart from the floor's own reading."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from dhr.compile.scope import RecordScope
from quality.models import Deviation, Nonconformance
from quality.selectors import was_accepted
from quality.states import DeviationState, DispositionKind
from shopfloor.models import StepRecord, WorkCard
from shopfloor.states import Reaction, StepOutcome

CONFORMING = (StepOutcome.DONE, StepOutcome.IN)
# Dispositions after which the piece itself goes on as it is. Reworked pieces are measured again, on the rework's card.
PASSED = (DispositionKind.CONCESSION, DispositionKind.REPAIR, DispositionKind.SORT, DispositionKind.DOWNGRADE)

Key = tuple[int, str, int | None]


class Entries:
    """Of one record (of a serial: with those of the other serials of its batch, for what is asked of all)."""

    def __init__(self, scope: RecordScope) -> None:
        self.scope = scope
        self._newest = _in_force(scope.steps)
        self._agreed = {check.record_id for check in scope.second_checks if check.agreed}
        self._disputed = {check.record_id for check in scope.second_checks if not check.agreed}
        self._together = {event.card_id for event in scope.card_events if event.event == "complete_together"}

    def together(self, card: WorkCard) -> bool:
        """Was the card completed with others, by one signed list?"""
        return card.pk in self._together

    def in_force(self, card: WorkCard, key: str, piece: int | None) -> StepRecord | None:
        """The newest entry of a step on this card for this piece (None: for the card as a whole)."""
        return self._newest.get((card.pk, key, piece))

    def is_checked(self, entry: StepRecord) -> bool:
        """A second person agreed, and none disagreed."""
        return entry.pk in self._agreed and entry.pk not in self._disputed

    def against(self, entry: StepRecord) -> str:
        """Why this entry does not count, in words; "" when it does: it conforms, or quality answered for its piece."""
        if entry.outcome in CONFORMING:
            return ""
        if entry.outcome not in (StepOutcome.BELOW, StepOutcome.ABOVE, StepOutcome.FAILED):
            return _("the entry waits for a decision, or was taken out again")
        if self._passed(entry):
            return ""
        return _by_deviation(entry.deviation)

    def _passed(self, entry: StepRecord) -> bool:
        """Dispositions that were carried out let every piece that the entry is about go on as it is."""
        found = [nc for nc in self.scope.nonconformances if _is_of(nc, entry)]
        if not found:
            return False
        done = [one for one in self.scope.dispositions if one.executed_at and one.kind in PASSED]
        passed = {n for one in done if one.nonconformance_id in {nc.pk for nc in found} for n in one.unit_numbers}
        if entry.unit_no is not None:
            return entry.unit_no in passed
        return self.scope.ledgers[entry.card_id].reported <= passed

    def reported_at(self, card: WorkCard) -> set[int]:
        """Pieces that an operation made good: on this card, and of serials on the cards of the whole batch."""
        found = set(self.scope.ledgers[card.pk].reported)
        for sibling in self._siblings(card):
            found |= self.scope.sibling_ledgers[sibling.pk].reported
        return found

    def counting(self, card: WorkCard, key: str) -> dict[int, StepRecord]:
        """Piece → its entry of a step, where it counts."""
        cards = {card.pk, *(sibling.pk for sibling in self._siblings(card))}
        newest = self._newest | (_in_force(self.scope.sibling_steps) if len(cards) > 1 else {})
        return {
            piece: entry
            for (card_id, step_key, piece), entry in newest.items()
            if card_id in cards and step_key == key and piece is not None and not self.against(entry)
        }

    def _siblings(self, card: WorkCard) -> list[WorkCard]:
        if card.unit_id is None:
            return []
        alike = (card.operation, card.kind)
        return [one for one in self.scope.sibling_cards if (one.operation, one.kind) == alike]

    def scanned(self, card: WorkCard, position: str, piece: int) -> Decimal:
        """Net quantity of a position in a piece, in the unit of its line."""
        total = Decimal(0)
        for row in self.scope.steps:
            if (row.card_id, row.position, row.unit_no) == (card.pk, position, piece) and row.quantity is not None:
                total += -row.quantity if row.outcome == StepOutcome.REMOVED else row.quantity
        return total

    def scans_left(self, card: WorkCard, key: str) -> list[StepRecord]:
        """Scans of a step whose part is still in."""
        rows = [row for row in self.scope.steps if (row.card_id, row.step_key) == (card.pk, key)]
        out: dict[int, Decimal] = {}
        for row in rows:
            if row.outcome == StepOutcome.REMOVED and row.corrects_id and row.quantity is not None:
                out[row.corrects_id] = out.get(row.corrects_id, Decimal(0)) + row.quantity
        return [
            row
            for row in rows
            if row.outcome != StepOutcome.REMOVED
            and row.quantity is not None
            and row.quantity > out.get(row.pk, Decimal(0))
        ]


def _in_force(rows: Iterable[StepRecord]) -> dict[Key, StepRecord]:
    """The newest entry per card, step and piece. A corrected one does not count any more, nor what a loop came after."""
    ordered = list(rows)
    corrected = {row.corrects_id for row in ordered if row.corrects_id}
    looped: dict[tuple[int, int | None], int] = {}
    for row in ordered:
        if row.reaction == Reaction.REWORK_LOOP:
            looped[row.card_id, row.unit_no] = row.pk
    return {
        (row.card_id, row.step_key, row.unit_no): row
        for row in ordered
        if row.pk not in corrected and row.pk > looped.get((row.card_id, row.unit_no), 0)
    }


def _is_of(nonconformance: Nonconformance, entry: StepRecord) -> bool:
    if entry.nonconformance_id == nonconformance.pk:
        return True
    return (nonconformance.card_id, nonconformance.step_key) == (entry.card_id, entry.step_key)


def _by_deviation(deviation: Deviation | None) -> str:
    if deviation is None:
        return _("out of limits, and no disposition that was carried out lets it pass")
    if was_accepted(deviation):
        return ""
    words = {"number": deviation.number}
    if deviation.state == DeviationState.OPEN:
        return _("out of limits, and %(number)s is not decided") % words
    return _("out of limits, and %(number)s was rejected") % words
