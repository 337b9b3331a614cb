"""Qualifications: define, grant, revoke."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import NotValid, TransitionNotAllowed
from foundation.records.act import act
from resources.personnel.models import Qualification, QualificationGrant
from resources.personnel.policies import MANAGE


def create_qualification(
    *,
    actor: Actor,
    code: str,
    name: Mapping[str, str],
    valid_days: int | None = None,
    description: Mapping[str, str] | None = None,
) -> Qualification:
    """Define a skill. NotValid for a code that exists or an empty name; ``valid_days`` None = no end by itself."""
    with act(actor=actor, verb="personnel.qualification.created") as this:
        require(actor, MANAGE)
        code = code.strip()
        if not code or not any(name.values()):
            raise NotValid(_("Code and name are needed."), field="code" if not code else "name")
        if valid_days is not None and valid_days <= 0:
            raise NotValid(_("A validity is a positive number of days."), field="valid_days")
        qualification = Qualification(
            code=code, name=dict(name), valid_days=valid_days, description=dict(description or {})
        )
        try:
            with transaction.atomic():
                qualification.save()
        except IntegrityError as error:
            raise NotValid(
                _("There is a qualification “%(code)s” already.") % {"code": code}, code="code-taken", field="code"
            ) from error
        this.about(qualification)
    return qualification


def grant_qualification(
    *,
    actor: Actor,
    user_id: int,
    qualification: Qualification,
    valid_until: datetime | None = None,
    trainer_id: int | None = None,
    valid_from: datetime | None = None,
    evidence: str = "",
) -> QualificationGrant:
    """Grant a skill from now (or ``valid_from``) on.

    Without ``valid_until`` the qualification's own validity counts. NotValid when it would end before it begins, when the
    trainer is the person, and when the person left. ISO 13485 6.2: competence, with a record of it.
    """
    with act(actor=actor, verb="personnel.qualification.granted") as this:
        require(actor, MANAGE)
        person = User.objects.filter(pk=user_id, is_active=True).first()
        if person is None:
            raise NotValid(_("There is no such person here."), field="user")
        if trainer_id == user_id:
            raise NotValid(_("Nobody qualifies themselves: name another person as trainer."), field="trainer")
        begins = valid_from or this.at
        if valid_until is None and qualification.valid_days is not None:
            valid_until = begins + timedelta(days=qualification.valid_days)
        if valid_until is not None and valid_until <= begins:
            raise NotValid(_("This qualification would end before it begins."), field="valid_until")
        grant = QualificationGrant(
            user_id=user_id,
            qualification=qualification,
            trainer_id=trainer_id,
            valid_from=begins,
            valid_until=valid_until,
            evidence=evidence.strip(),
        )
        grant.save()
        this.about(person)
        this.relate(qualification, grant)
        this.note(qualification=qualification.code)
    return grant


def revoke_qualification(*, actor: Actor, grant_id: int, reason: str) -> QualificationGrant:
    """End a grant at once. NotValid without a reason, TransitionNotAllowed when it has ended already."""
    with act(actor=actor, verb="personnel.qualification.revoked", reason=reason) as this:
        require(actor, MANAGE)
        grant: QualificationGrant = (
            QualificationGrant.objects.select_for_update(of=("self",))
            .select_related("user", "qualification")
            .get(pk=grant_id)
        )
        this.about(grant.user)
        this.relate(grant.qualification, grant)
        if not reason.strip():
            raise NotValid(_("Give a reason."), code="reason-required", field="reason")
        if not grant.holds_at(this.at):
            raise TransitionNotAllowed(_("This qualification is not in force."))
        grant.revoked_at, grant.revoke_reason = this.at, reason.strip()
        grant.save()
    return grant
