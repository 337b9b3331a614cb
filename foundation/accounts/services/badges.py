"""Issue, replace, withdraw and test badges (21 CFR 11.300(c) and (e))."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from foundation.accounts.events import BadgeReportedLost
from foundation.accounts.identities import badge_code_of, normal
from foundation.accounts.models import Badge, BadgeTest, User, Withdrawal
from foundation.accounts.policies import require, require_over
from foundation.accounts.services.closing import close_sessions_of
from foundation.accounts.services.people import refuse_given
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.records.act import act

ALARMING = (Withdrawal.LOST, Withdrawal.STOLEN)
MANAGE = "accounts.manage_users"


def issue_badge(
    *,
    actor: Actor,
    user_id: int,
    code: str,
    valid_until: datetime | None = None,
    replaces: str = "",
    replaced_as: str = Withdrawal.REPLACED,
) -> Badge:
    """Give a badge; with ``valid_until`` a temporary one, which policy keeps short.

    A person has one badge that is not temporary: a further one ``replaces`` it, which withdraws it in the same act.
    NotValid when the code (or one that looks like it) was ever used, or is a user name: it would be found in that person's place.
    """
    with act(actor=actor, verb="accounts.badge.issued") as this:
        user = User.objects.get(pk=user_id)
        require_over(actor, MANAGE, user)
        given = badge_code_of(code)
        if not user.is_active:
            raise NotValid(_("This person has left: no badge is issued."), field="code")
        if valid_until is not None:
            _require_short(valid_until)
        refuse_given(given, field="code", code="badge-taken")
        former = _replaced(user, replaces, this.at, replaced_as)
        if valid_until is None and _permanent(user).exists():
            raise NotValid(
                _("This person has a badge in force: replace it, or issue a temporary one."),
                code="badge-in-force",
                field="code",
            )
        badge = Badge(user=user, code=given, valid_until=valid_until, replaces=former)
        badge.save()
        this.about(badge)
        this.relate(user)
    return badge


def _require_short(valid_until: datetime) -> None:
    now, days = clock.now(), int(settings.TEMPORARY_BADGE_DAYS)
    if not now < valid_until <= now + timedelta(days=days):
        raise NotValid(
            _("A temporary badge ends in the future, and within %(days)s days.") % {"days": days},
            code="badge-too-long",
            field="valid_until",
        )


def _permanent(user: User) -> QuerySet[Badge]:
    found: QuerySet[Badge] = Badge.objects.filter(user=user, revoked_at=None, valid_until=None)
    return found


def _replaced(user: User, code: str, at: datetime, kind: str) -> Badge | None:
    if not code:
        return None
    former: Badge | None = Badge.objects.select_for_update().filter(user=user, code=code).first()
    if former is None:
        raise NotValid(_("This person has no badge “%(code)s” to replace.") % {"code": code}, field="replaces")
    if former.revoked_at is None:
        former.revoked_at, former.withdrawn_as = at, kind
        former.save()
    return former


def revoke_badge(*, actor: Actor, code: str, reason: str = "", kind: str = Withdrawal.LOST) -> Badge:
    """A badge identifies nobody from this moment on (21 CFR 11.300(c)). A lost one tells security and ends what is open.

    One's own badge anybody reports lost; another's who manages users.
    """
    with act(actor=actor, verb="accounts.badge.revoked", reason=reason) as this:
        badge: Badge = Badge.objects.select_for_update(of=("self",)).select_related("user").get(code=code)
        this.about(badge)
        this.relate(badge.user)
        if badge.user_id != actor.user_id:
            require(actor, MANAGE)
        if badge.revoked_at is not None:
            return badge
        badge.revoked_at, badge.withdrawn_as = this.at, kind
        badge.save()
        this.note(kind=kind)
        if kind in ALARMING:
            close_sessions_of(badge.user, at=this.at, but=actor.session)
            this.publish(
                BadgeReportedLost(user_id=badge.user_id, name=badge.user.name, code=badge.code, kind=str(kind))
            )
    return badge


def record_badge_test(*, actor: Actor, code: str, scanned: str, note: str = "") -> BadgeTest:
    """The badge was scanned to see that it works and is unaltered (21 CFR 11.300(e)). One that fails is withdrawn at once."""
    with act(actor=actor, verb="accounts.badge.tested") as this:
        require(actor, MANAGE)
        badge: Badge = Badge.objects.select_for_update().get(code=code)
        this.about(badge)
        if badge.revoked_at is not None:
            raise NotValid(_("This badge is withdrawn: there is nothing to test."), field="scanned")
        passed = normal(scanned).casefold() == badge.code.casefold()
        test = BadgeTest(badge=badge, passed=passed, note=note.strip(), tested_by_id=actor.user_id, tested_at=this.at)
        test.save()
        this.note(passed=passed)
        if not passed:
            badge.revoked_at, badge.withdrawn_as = this.at, Withdrawal.FAILED
            badge.save()
    return test


def end_expired_badges(*, actor: Actor) -> int:
    """Make the end of temporary badges a fact, so that a clock set back brings none to life again. How many ended."""
    over = Badge.objects.filter(revoked_at=None, valid_until__lte=clock.now())
    if not over.exists():
        return 0
    with act(actor=actor, verb="accounts.badges.expired") as this:
        rows = list(over.select_for_update().order_by("pk"))
        for badge in rows:
            badge.revoked_at, badge.withdrawn_as = this.at, Withdrawal.EXPIRED
            badge.save()
        this.relate(*rows)
    return len(rows)
