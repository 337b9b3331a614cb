"""Who may review and release: one table of what a person did to the batch (docs/decisions/who-reviews-and-releases.md).

ISO 13485 8.2.6 (who authorises release is on the record) and 5.5.1 (independence of who manages, performs and verifies); EU GMP
chapter 1.9 and 2.6 (quality is separate from production), Annex 16 (the releaser does not certify an own decision alone).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from dhr.compile.scope import RecordScope
from dhr.exceptions import NotIndependent
from foundation.core.decisions import YES, Decision, no
from quality.models import Deviation
from quality.selectors import was_accepted
from quality.states import AssessmentState, DispositionKind
from shopfloor.states import CorrectionState

REVIEW, RELEASE = "review", "release"
BOTH = (REVIEW, RELEASE)
WORKED = ("clock_in", "start", "complete", "complete_together")
LET_GO_ON = ("skip", "unblock", "unblock_ready")
# After these nothing of the product is released on the word of who decided.
GONE = (DispositionKind.SCRAP, DispositionKind.RETURN)


@dataclass(frozen=True)
class Part:
    """One way of having had a part in the batch: who had it, what they may not do then, and the reason in words."""

    code: str
    who: Callable[[RecordScope], Iterable[int | None]]
    bars: tuple[str, ...]
    reason: Any


def _events(scope: RecordScope, names: tuple[str, ...]) -> list[int | None]:
    return [event.person_id for event in scope.card_events if event.event in names]


def _clocked_in(scope: RecordScope) -> list[int | None]:
    """At the card when pieces were reported."""
    return [person["id"] for report in scope.reports for person in report.people]


PARTS = (
    Part("performed", lambda s: [row.performer_id for row in s.steps], BOTH, _("made entries in this record")),
    Part("reported", lambda s: [row.reported_by_id for row in s.reports], BOTH, _("reported pieces of this batch")),
    Part("worked", lambda s: [*_events(s, WORKED), *_clocked_in(s)], BOTH, _("worked on a card of this batch")),
    Part(
        "checked", lambda s: [row.checker_id for row in s.second_checks], BOTH, _("were the second person of an entry")
    ),
    Part("inspected", lambda s: [row.inspector_id for row in s.inspections], BOTH, _("inspected this batch")),
    Part("let-go-on", lambda s: _events(s, LET_GO_ON), BOTH, _("let a stopped or skipped card go on")),
    Part("excluded", lambda s: [row.excluded_by_id for row in s.exclusions], BOTH, _("left samples of a test out")),
    Part(
        "corrected",
        lambda s: [
            person
            for row in s.corrections
            for person in (row.asked_by_id, row.decided_by_id if row.state == CorrectionState.APPLIED else None)
        ],
        BOTH,
        _("asked for or approved a correction of this record"),
    ),
    Part(
        "disposed",
        lambda s: [row.decided_by_id for row in s.dispositions if row.kind not in GONE],
        BOTH,
        _("decided that nonconforming product of this batch goes on"),
    ),
    Part(
        "accepted-deviation",
        lambda s: [row.decided_by_id for row in s.deviations if _let_pass(row)],
        BOTH,
        _("accepted a deviation of this batch"),
    ),
    Part(
        "assessed",
        lambda s: [row.decided_by_id for row in s.assessments if row.state == AssessmentState.NOT_AFFECTED],
        BOTH,
        _("judged that a gauge out of tolerance did not affect this batch"),
    ),
    Part(
        "raised",
        lambda s: [*(row.raised_by_id for row in s.nonconformances), *(row.raised_by_id for row in s.deviations)],
        (RELEASE,),
        _("raised a nonconformance or deviation of this batch"),
    ),
)


def _let_pass(deviation: Deviation) -> bool:
    return deviation.decided_by_id is not None and was_accepted(deviation)


def is_independent(user_id: int, scope: RecordScope, what: str) -> Decision:
    """May this person sign the review, or the release (``what``)? The first part that stands against it is the reason."""
    for part in PARTS:
        if what in part.bars and user_id in set(part.who(scope)):
            return no(_REASONS[what] % {"reason": part.reason})
    return YES


_REASONS = {
    REVIEW: _("You do not review this record: you %(reason)s."),
    RELEASE: _("You do not release this record: you %(reason)s."),
}


def require_independent(user_id: int | None, scope: RecordScope, what: str) -> None:
    """NotIndependent unless `is_independent`."""
    if user_id is None:
        raise NotIndependent(_("Only a person reviews and releases."))
    decision = is_independent(user_id, scope, what)
    if not decision:
        raise NotIndependent(decision.reason)
