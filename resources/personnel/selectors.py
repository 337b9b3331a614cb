"""Who may do what: qualifications and readings."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from foundation.core import clock
from foundation.core.decisions import Answer
from foundation.core.refs import RecordRef
from foundation.core.texts import localized
from foundation.core.words import spoken_day
from resources.personnel.models import Qualification, QualificationGrant, ReadingConfirmation


def is_qualified(user_id: int, code: str, at: datetime | None = None) -> Answer:
    """Does this person hold the qualification at this moment (now)? One query; one more for the name on a no.

    ``evidence``: qualification, grant id, valid_from, valid_until; on a no also what was there (ended, revoked).
    """
    moment = at or clock.now()
    grants = list(
        QualificationGrant.objects.filter(user_id=user_id, qualification__code=code)
        .select_related("qualification")
        .order_by("-valid_from", "-pk")
    )
    for grant in grants:
        if grant.holds_at(moment):
            return Answer(True, _("Qualified for %(code)s.") % {"code": _name(grant.qualification)}, _evidence(grant))
    if not grants:
        reason = _("Not qualified for “%(code)s”.") % {"code": qualification_words(code)}
        return Answer(False, reason, {"qualification": code})
    return Answer(False, _why_not(grants[0], moment), _evidence(grants[0]))


def qualification_words(code: str) -> str:
    """A qualification's name for people, in their language; its code when nobody made it. One query."""
    found = Qualification.objects.filter(code=code).first()
    return _name(found) if found else code


def _name(qualification: Qualification) -> str:
    return localized(qualification.name) or qualification.code


def _why_not(grant: QualificationGrant, moment: datetime) -> str:
    words = {"code": _name(grant.qualification)}
    if grant.revoked_at is not None and grant.revoked_at <= moment:
        return _("The qualification “%(code)s” was revoked on %(day)s.") % {**words, "day": _day(grant.revoked_at)}
    if grant.valid_from > moment:
        return _("The qualification “%(code)s” begins on %(day)s.") % {**words, "day": _day(grant.valid_from)}
    return _("The qualification “%(code)s” ended on %(day)s.") % {**words, "day": _day(grant.valid_until)}


def _day(moment: datetime | None) -> str:
    return spoken_day(localtime(moment).date()) if moment else ""


def _evidence(grant: QualificationGrant) -> dict[str, object]:
    return {
        "qualification": grant.qualification.code,
        "grant": grant.pk,
        "valid_from": grant.valid_from.isoformat(),
        "valid_until": grant.valid_until.isoformat() if grant.valid_until else None,
        "revoked_at": grant.revoked_at.isoformat() if grant.revoked_at else None,
    }


def has_read(user_id: int, subject: RecordRef, content_hash: str) -> bool:
    """Has this person confirmed reading exactly this version?"""
    return ReadingConfirmation.objects.filter(
        user_id=user_id, subject_label=subject.label, subject_id=subject.id, content_hash=content_hash
    ).exists()


def qualifications_of(user_id: int) -> QuerySet[QualificationGrant]:
    """All grants of a person, newest first, ended and revoked ones included."""
    rows: QuerySet[QualificationGrant] = (
        QualificationGrant.objects.filter(user_id=user_id)
        .select_related("qualification", "trainer")
        .order_by("-valid_from", "-pk")
    )
    return rows


def qualification_list(text: str = "") -> QuerySet[Qualification]:
    """Qualifications with ``holders``: how many people hold them now."""
    moment = clock.now()
    in_force = (
        Q(grants__valid_from__lte=moment)
        & (Q(grants__valid_until=None) | Q(grants__valid_until__gt=moment))
        & (Q(grants__revoked_at=None) | Q(grants__revoked_at__gt=moment))
    )
    rows: QuerySet[Qualification] = Qualification.objects.annotate(
        holders=Count("grants__user", filter=in_force, distinct=True)
    ).order_by("code")
    if text:
        rows = rows.filter(Q(code__icontains=text) | Q(name__icontains=text))
    return rows


def grants_of(qualification: Qualification) -> QuerySet[QualificationGrant]:
    """Who holds or held a qualification, newest first."""
    rows: QuerySet[QualificationGrant] = (
        QualificationGrant.objects.filter(qualification=qualification)
        .select_related("user", "trainer")
        .order_by("-valid_from", "-pk")
    )
    return rows
