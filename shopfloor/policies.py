"""Who may do what on the floor. Segregation of duties lives here."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from foundation.accounts.policies import may, require
from foundation.core.actor import Actor
from foundation.core.decisions import YES, Decision, no
from shopfloor.definition import StepDefinition
from shopfloor.exceptions import SamePerson
from shopfloor.models import StepRecord

VIEW = "shopfloor.view_order"
WORK, SECOND_CHECK, INSPECT = "shopfloor.work_card", "shopfloor.second_check", "quality.inspect"


def require_step(actor: Actor, step: StepDefinition, site_id: int) -> None:
    """An inspector's step (专检) is for inspectors, every other one for who works the card."""
    require(actor, INSPECT if step.by == "inspector" else WORK, site_id)


def can_check(checker_id: int | None, performers: Iterable[int | None], name: str) -> Decision:
    """A second check is by another person than whoever made the entry (EU GMP Annex 11 §6)."""
    if checker_id is not None and checker_id in set(performers):
        return no(_("%(name)s made this entry: another person checks it.") % {"name": name})
    return YES


def require_other_person(checker_id: int | None, performers: Iterable[int | None], name: str) -> None:
    """SamePerson unless `can_check`."""
    decision = can_check(checker_id, performers, name)
    if not decision:
        raise SamePerson(decision.reason)


def can_correct_own(actor: Actor, record: StepRecord, site_id: int) -> Decision:
    """Before completion, the performer corrects what the performer entered."""
    if record.performer_id != actor.user_id:
        return no(_("Only who made this entry corrects it before completion."))
    return may(actor, WORK, site_id)


def can_open_order(actor: Actor) -> Decision:
    return may(actor, "shopfloor.view_order")
