"""What comes due: records whose period ends by a day."""

from __future__ import annotations

from datetime import date, timedelta

from foundation.core import clock
from foundation.core.refs import RecordRef
from foundation.retention.models import KeepingEnded
from foundation.retention.selectors.keeping import Keeping, keep_until_many
from foundation.retention.subjects import kinds

READ = 500  # of each kind: the oldest. What is not looked at is kept.
AHEAD = timedelta(days=90)
SHORTEST = timedelta(days=365)  # no rule is shorter than a year


def coming_due(*, by: date | None = None) -> list[Keeping]:
    """Records whose period ends by that day (in 90 days), held ones too, the earliest first; ended ones are left out.

    Looks at the 500 oldest of each kind that an app says may be over; more appear as these are ended.
    """
    day = by or clock.today() + AHEAD
    found: list[Keeping] = []
    for kind in kinds().values():
        if kind.closed_before is None:
            continue
        ended = set(KeepingEnded.objects.filter(subject_label=kind.label).values_list("subject_id", flat=True))
        ids = [pk for pk in kind.closed_before(day - SHORTEST, READ + len(ended)) if pk not in ended][:READ]
        records = [RecordRef(kind.label, pk) for pk in ids]
        found += [one for one in keep_until_many(records).values() if one.until and one.until <= day and not one.moves]
    return sorted(found, key=lambda one: (one.until or day, one.record.label, one.record.id))
