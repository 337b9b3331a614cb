"""Until when: the longest that any rule asks for, and which one it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.core import clock
from foundation.core.refs import RecordRef
from foundation.retention.law import Reach, is_over, legal_reaches, years_after
from foundation.retention.models import LegalHold, RetentionRule
from foundation.retention.selectors.holds import covering, holds_in_force
from foundation.retention.states import Start
from foundation.retention.subjects import Facts, RecordKind, kinds

DEPTH = 6  # a record follows another that follows another: parts of parts of devices
WAITING = {
    Start.RELEASED: gettext_lazy("not everything that it tells of is released"),
    Start.CLOSED: gettext_lazy("it is not closed"),
    Start.LAST_PLACED: gettext_lazy("the product is still placed on the market"),
}


@dataclass(frozen=True, slots=True)
class Keeping:
    """``until`` None: without end, and ``decided_by`` says for what that waits (None: no rule says how long).

    ``moves``: the day is the earliest possible. ``holds``: legal holds that cover it. ``reaches``: what every rule says.
    """

    record: RecordRef
    until: date | None
    decided_by: Reach | None
    reaches: tuple[Reach, ...] = ()
    holds: tuple[LegalHold, ...] = ()

    @property
    def moves(self) -> bool:
        return any(reach.moves for reach in self.reaches)

    def is_over(self, today: date) -> bool:
        """Whether nothing asks for the record any more. A legal hold always does."""
        return not self.holds and not self.moves and self.until is not None and is_over(self.until, today)

    @property
    def words(self) -> str:
        """“Kept until 2041-11-27: EU implant, 15 years (MDR Art. 10(8))”, in the reader's language."""
        by = self.decided_by
        if by is None:
            return _("Kept without end: no rule says how long.")
        said = {"rule": by.rule, "source": by.source, "until": self.until, "why": by.why}
        if self.until is None:
            return _("Kept without end, as things are: %(why)s (%(rule)s, %(source)s).") % said
        if self.moves:
            return _("Kept at least until %(until)s, longer while the product is sold: %(rule)s (%(source)s)") % said
        return _("Kept until %(until)s: %(rule)s (%(source)s)") % said

    def as_json(self) -> dict[str, Any]:
        """What an archive says of it."""
        by = self.decided_by
        return {
            "until": self.until.isoformat() if self.until else None,
            "at_least": self.moves,
            "rule": str(by.rule) if by else "",
            "source": by.source if by else "",
            "words": self.words,
            "legal_holds": [hold.number for hold in self.holds],
        }


def keep_until(record: RecordRef, *, on: date | None = None) -> Keeping:
    """Until when this record is kept by the rules in force ``on`` that day (today), and which rule gave the day.

    The latest day of all rules that apply: the law's (`law.RULES`), the company's, and those of the records that it is a part
    of. A rule whose start is not known yet keeps it without end; so does having no rule at all. ISO 13485:2016 4.2.5, 21 CFR
    820.10 (QMSR), Regulation (EU) 2017/745 Art. 10(8), 21 CFR 11.10(c).
    """
    return keep_until_many([record], on=on)[record]


def keep_until_many(records: Sequence[RecordRef], *, on: date | None = None) -> dict[RecordRef, Keeping]:
    """As `keep_until`, for many records with the same few queries. They may be of several kinds."""
    asked = _Asked(kinds(), _rules_in_force(on or clock.today()), list(holds_in_force()))
    asked.learn(records)
    return {record: asked.keeping(record) for record in records}


class _Asked:
    """One question: rules and holds read once, facts kind by kind, followed records too."""

    def __init__(self, known: Mapping[str, RecordKind], rules: Sequence[RetentionRule], holds: list[LegalHold]) -> None:
        self.kinds, self.rules, self.holds = known, rules, holds
        self.facts: dict[tuple[str, int], Facts] = {}

    def learn(self, records: Iterable[RecordRef]) -> None:
        wanted = list(records)
        for _step in range(DEPTH):
            new: dict[str, set[int]] = {}
            for record in wanted:
                if (record.label, record.id) not in self.facts:
                    new.setdefault(record.label, set()).add(record.id)
            found: list[Facts] = []
            for label, ids in new.items():
                kind = self.kinds.get(label)
                answer = kind.facts(sorted(ids)) if kind and kind.facts else {}
                self.facts |= {(label, pk): facts for pk, facts in answer.items()}
                found += answer.values()
            wanted = [ref for facts in found for ref in facts.follows]
            if not wanted:
                return

    def keeping(self, record: RecordRef) -> Keeping:
        facts = self.facts.get((record.label, record.id))
        reaches = tuple(self._reaches(record, facts, DEPTH)) if facts else ()
        return Keeping(
            record=RecordRef(record.label, record.id, facts.number) if facts else record,
            until=None if any(reach.until is None for reach in reaches) else max(_days(reaches), default=None),
            decided_by=deciding(reaches),
            reaches=reaches,
            holds=tuple(hold for hold in self.holds if covering(hold, record, facts)),
        )

    def _reaches(self, record: RecordRef, facts: Facts, depth: int) -> list[Reach]:
        found = [*legal_reaches(facts), *(_by(rule, facts) for rule in self.rules if _applies(rule, record, facts))]
        for ref in facts.follows if depth else ():
            other = self.facts.get((ref.label, ref.id))
            if other is not None:
                found += [_as_part_of(reach, other) for reach in self._reaches(ref, other, depth - 1)]
        return found


def _days(reaches: Iterable[Reach]) -> list[date]:
    return [reach.until for reach in reaches if reach.until is not None]


def deciding(reaches: Sequence[Reach]) -> Reach | None:
    """The first rule that waits for something, else the one that reaches furthest (of equals the last of the table)."""
    waiting = next((reach for reach in reaches if reach.until is None), None)
    return waiting or max(reversed(reaches), key=lambda reach: reach.until or date.min, default=None)


def _as_part_of(reach: Reach, other: Facts) -> Reach:
    words = _("%(rule)s, as a part of %(record)s") % {"rule": reach.rule, "record": other.number}
    return replace(reach, rule=words)


def _rules_in_force(on: date) -> list[RetentionRule]:
    rows = RetentionRule.objects.filter(Q(valid_until=None) | Q(valid_until__gt=on), valid_from__lte=on)
    return list(rows.order_by("pk"))


def _applies(rule: RetentionRule, record: RecordRef, facts: Facts) -> bool:
    return (
        rule.record_label in ("", record.label)
        and (not rule.market or rule.market in facts.markets)
        and (facts.implant or not rule.implants_only)
    )


def _by(rule: RetentionRule, facts: Facts) -> Reach:
    """What a rule of the company says: counted from its day, without end while that day is not known."""
    start = {
        Start.RELEASED: facts.released_on,
        Start.CLOSED: facts.closed_on,
        Start.LAST_PLACED: facts.last_placed_on,
    }[Start(rule.counts_from)]
    words = _("the company's rule %(number)s, %(years)d years from %(start)s") % {
        "number": rule.number,
        "years": rule.years,
        "start": rule.get_counts_from_display(),
    }
    if start is None:
        return Reach(rule.number, words, rule.source, None, str(WAITING[Start(rule.counts_from)]))
    return Reach(rule.number, words, rule.source, years_after(start, rule.years))
