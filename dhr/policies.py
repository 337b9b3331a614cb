"""Who may review and release: never someone who built it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from dhr.compile.scope import RecordScope
from dhr.exceptions import NotIndependent
from foundation.core.decisions import YES, Decision, no


def is_independent(user_id: int, scope: RecordScope) -> Decision:
    """Nobody reviews or releases what they built, inspected away or decided on alone (segregation of duties)."""
    built = {step.performer_id for step in scope.steps} | {report.reported_by_id for report in scope.reports}
    if user_id in built:
        return no(_("Who worked on this batch does not review or release it."))
    return YES


def require_independent(user_id: int | None, scope: RecordScope) -> None:
    """NotIndependent unless `is_independent`."""
    if user_id is None:
        raise NotIndependent(_("Only a person reviews and releases."))
    decision = is_independent(user_id, scope)
    if not decision:
        raise NotIndependent(decision.reason)
