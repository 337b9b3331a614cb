"""Legal holds in force, and what each covers."""

from __future__ import annotations

from django.db.models import QuerySet

from foundation.core.refs import RecordRef
from foundation.retention.models import LegalHold
from foundation.retention.states import HoldState
from foundation.retention.subjects import Facts, facts_of


def holds_in_force() -> QuerySet[LegalHold]:
    """The oldest first. There are few: each is one dispute, recall or inquiry."""
    found: QuerySet[LegalHold] = LegalHold.objects.filter(state=HoldState.IN_FORCE).order_by("pk")
    return found


def holds_over(record: RecordRef) -> list[LegalHold]:
    """The legal holds that cover a record: on it, on what it belongs to, or on a period of which it tells."""
    holds = list(holds_in_force())
    if not holds:
        return []
    facts = facts_of(record)
    return [hold for hold in holds if covering(hold, record, facts)]


def covering(hold: LegalHold, record: RecordRef, facts: Facts | None) -> bool:
    """Does this hold cover the record? A period covers what began before its end and was not closed before its beginning."""
    if hold.subject_id is not None:
        named = [record, *(facts.belongs_to if facts else ()), *(facts.follows if facts else ())]
        return any((one.label, one.id) == (hold.subject_label, hold.subject_id) for one in named)
    if facts is None or facts.begun_on is None or hold.period_from is None or hold.period_until is None:
        return False
    return facts.begun_on <= hold.period_until and (facts.closed_on is None or facts.closed_on >= hold.period_from)
