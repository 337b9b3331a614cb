"""The end of a record's period: signed, and only over an archive that was verified. No row is deleted."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.accounts.scope import sees
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotFound, NotValid, PermissionDenied
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.records.services import Credentials, ToSign, sign
from foundation.retention.exceptions import StillKept
from foundation.retention.models import Archive, KeepingEnded
from foundation.retention.selectors import Keeping, archives_of, keep_until, newest_checks
from foundation.retention.states import END, Verdict


def end_keeping(*, actor: Actor, record: RecordRef, credentials: Credentials, reason: str) -> KeepingEnded:
    """Sign that a record's period is over and that its archive is what remains to be kept.

    The database goes on to refuse every deletion: what is disposed of outside the product (paper, copies) is the company's
    procedure, and this act is its authorization. StillKept while the period is not over, while a legal hold covers it, or
    without an archive that was found intact; NotValid without a reason; NotFound for a record that is not there. ISO
    13485:2016 4.2.5 (disposition), 21 CFR 11.10(c).
    """
    with act(actor=actor, verb="retention.keeping.ended", reason=reason, about=record) as this:
        require(actor, END)
        if not reason.strip():
            raise NotValid(_("Give a reason."), code="reason-required", field="reason")
        if not sees(actor, record):
            raise NotFound.here()
        if KeepingEnded.objects.filter(subject_label=record.label, subject_id=record.id).exists():
            raise NotValid(_("The end of its keeping was signed before."), code="ended-before")
        keeping = keep_until(record)
        archive = require_disposable(keeping)
        shown = ending_shown(keeping, archive)
        [signature] = sign(actor=actor, credentials=credentials, meaning="approved", subjects=[shown], reason=reason)
        if signature.signer_id != actor.user_id:
            raise PermissionDenied(_("The person who decides signs."), code="other-signer")
        ended = KeepingEnded(
            subject_label=record.label,
            subject_id=record.id,
            subject_number=record.number,
            archive=archive,
            kept_until=_day(keeping),
            rule=keeping.words[:300],
            reason=reason.strip(),
            signature=signature,
            at=this.at,
        )
        ended.save()
    return ended


def _day(keeping: Keeping) -> date:
    if keeping.until is None:
        raise StillKept(keeping.words, code="period-not-over")
    return keeping.until


def ending_shown(keeping: Keeping, archive: Archive) -> ToSign:
    """What is shown and signed: which record, until when it was kept, and the hash of the archive that remains."""
    content = {
        "schema": "keeping-ended/1",
        "record": keeping.record.as_json(),
        "until": str(keeping.until),
        "rule": keeping.decided_by.code if keeping.decided_by else "",
        "archive": {"number": archive.number, "sha256": archive.sha256},
    }
    return ToSign(record=keeping.record, content=content)


def require_disposable(keeping: Keeping) -> Archive:
    """The archive that remains. StillKept, with the reason, while anything asks for the record itself."""
    if keeping.holds:
        raise StillKept(
            _("The legal hold %(number)s covers it.") % {"number": keeping.holds[0].number},
            code="legal-hold",
            details={"legal_holds": [hold.number for hold in keeping.holds]},
        )
    if not keeping.is_over(clock.today()):
        raise StillKept(keeping.words, code="period-not-over")
    archive = archives_of(keeping.record).first()
    check = newest_checks([archive]).get(archive.pk) if archive else None
    if archive is None or check is None or check.verdict != Verdict.INTACT:
        raise StillKept(_("No archive of it was verified: make one first."), code="no-archive")
    return archive
