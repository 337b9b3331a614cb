"""Who may decide what. Segregation of duties lives here."""

from __future__ import annotations

from django.db.models import Model
from django.utils.translation import gettext as _

from foundation.accounts.policies import may, may_about, require_about
from foundation.core.actor import Actor
from foundation.core.decisions import YES, Decision, no
from foundation.core.errors import PermissionDenied
from quality.exceptions import OwnWork
from quality.models import Deviation, Nonconformance


def can_raise(actor: Actor, about: Model | None = None) -> Decision:
    """Whoever works on the floor or in quality may say that something is wrong, at the site of what it is about."""
    allowed = _may(actor, "quality.raise_nonconformance", about)
    return allowed if allowed else _may(actor, "quality.report_event", about)


def _may(actor: Actor, permission: str, about: Model | None) -> Decision:
    return may(actor, permission) if about is None else may_about(actor, permission, about)


def can_decide_disposition(actor: Actor, nonconformance: Nonconformance) -> Decision:
    """Quality decides, and not about what the same person raised (ISO 13485 8.3.1; never judge of one's own case)."""
    allowed = may_about(actor, "quality.decide_disposition", nonconformance)
    return _not_own(actor, nonconformance.raised_by_id) if allowed else allowed


def can_decide_deviation(actor: Actor, deviation: Deviation) -> Decision:
    """Quality decides, and not what the same person raised."""
    allowed = may_about(actor, "quality.decide_deviation", deviation)
    return _not_own(actor, deviation.raised_by_id) if allowed else allowed


def require_decision(actor: Actor, permission: str, record: Nonconformance | Deviation) -> None:
    """The refusal that is true: PermissionDenied without the right at its site, OwnWork for one's own case."""
    require_about(actor, permission, record)
    decision = _not_own(actor, record.raised_by_id)
    if not decision:
        raise OwnWork(decision.reason)


def person_of(actor: Actor) -> int:
    """The person who acts. PermissionDenied for the system: judging and signing are people's work."""
    if actor.user_id is None:
        raise PermissionDenied(_("Only a person can do this."))
    return actor.user_id


def _not_own(actor: Actor, raised_by: int | None) -> Decision:
    if actor.user_id is not None and actor.user_id == raised_by:
        return no(_("%(name)s raised this: somebody else decides.") % {"name": actor.name})
    return YES
