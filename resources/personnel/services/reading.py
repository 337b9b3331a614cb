"""Reading confirmations."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.core.actor import Actor
from foundation.core.errors import NotValid, PermissionDenied
from foundation.core.refs import RecordRef
from foundation.records.act import act
from resources.personnel.models import ReadingConfirmation


def confirm_reading(*, actor: Actor, subject: RecordRef, content_hash: str) -> ReadingConfirmation:
    """The actor has read this version of the subject (``content_hash`` = hash of what was shown).

    Said twice is said once: the first confirmation stands. PermissionDenied for the system, which cannot read for
    anyone; NotValid for something that is not a SHA-256.
    """
    with act(actor=actor, verb="personnel.reading.confirmed", about=subject) as this:
        if actor.user_id is None:
            raise PermissionDenied(_("Only a person can confirm a reading."))
        if len(content_hash) != 64:
            raise NotValid(_("This is not the hash of a content."), field="content_hash")
        kept: ReadingConfirmation | None = ReadingConfirmation.objects.filter(
            user_id=actor.user_id, subject_label=subject.label, subject_id=subject.id, content_hash=content_hash
        ).first()
        if kept is not None:
            return kept
        confirmation = ReadingConfirmation(
            user_id=actor.user_id,
            subject_label=subject.label,
            subject_id=subject.id,
            subject_number=subject.number,
            content_hash=content_hash,
            language=actor.language,
            at=this.at,
        )
        confirmation.save()
        this.note(content_hash=content_hash)
    return confirmation
