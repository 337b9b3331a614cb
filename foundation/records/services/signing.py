"""Sign a record: bind a person, a meaning and a moment to the hash of exactly what was shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from foundation.core import events
from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.core.errors import Conflict, NotValid
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.records.context import require_act
from foundation.records.models import Signature

CHECK_SIGNER = "records.check_signer"
# By which door a signature comes in. From outside, it says what was shown and answers one dialog; a process of our own
# (the demo, a test of a service) has no screen to show anything on.
INSIDE, SCREEN, API = "", "screen", "api"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the signer gave: identity (user name or badge code, "" for a later signing of one session) and the secret.

    ``code`` is the second factor where policy asks for one. ``shown`` is the hash of what the signer saw (`shown_hash`),
    ``dialog`` the number of the dialog that was answered (over the API: the idempotency key). Neither may be missing when
    the signature comes from outside, which whoever reads a request says in ``door``.
    """

    secret: str
    identity: str = ""
    code: str = ""
    shown: str = ""
    dialog: str = ""
    door: str = INSIDE

    def __repr__(self) -> str:
        return "Credentials(…)"


@dataclass(frozen=True, slots=True)
class SignerIdentity:
    """What accounts answers after checking the components: who signs, as what, and which components were given."""

    user_id: int
    printed_name: str
    components: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class ToSign:
    """One record as it was shown: its reference, version and content (canonical JSON is made of it).

    ``shown`` is what the dialog could show before it was answered, where the content holds more than that (the decision
    that the signer writes in the same form, the moment of compiling); None when the content is what was shown.
    """

    record: RecordRef
    content: Mapping[str, Any]
    version: str = ""
    shown: Mapping[str, Any] | None = None


class NotShown(NotValid):
    """A signature that does not say what its signer saw could be for anything."""

    code = "not-shown"


def shown_hash(subjects: Sequence[ToSign]) -> str:
    """What a dialog over these records carries: the content's hash, or for a list the hash of its hashes in order."""
    hashes = [content_hash(subject.content if subject.shown is None else subject.shown) for subject in subjects]
    return hashes[0] if len(hashes) == 1 else content_hash(hashes)


def sign(
    *, actor: Actor, credentials: Credentials, meaning: str, subjects: Sequence[ToSign], reason: str = ""
) -> list[Signature]:
    """Sign a displayed list in one act: one signature row per record.

    The signer is whom the credentials prove, who may be another person than ``actor`` (a witness on the performer's
    tablet). PermissionDenied (kept in the ledger) when the components do not prove a person who may sign; Conflict
    when the content is no longer what the dialog showed; NotShown when a signature from outside does not say what that
    was, or which dialog it answers. Clauses: 21 CFR 11.50, 11.70, 11.200(a).
    """
    with act(actor=actor, verb="records.signature.given", reason=reason) as this:
        _require_as_shown(credentials, subjects)
        # The provider counts failed tries in a transaction of its own, and refuses here.
        signer: SignerIdentity = events.ask_one(CHECK_SIGNER, actor=actor, credentials=credentials)
        if len(subjects) == 1:
            this.about(subjects[0].record)
        this.relate(*(subject.record for subject in subjects))
        this.note(meaning=meaning, signer=signer.printed_name, records=len(subjects))
        rows = [_signature(actor, signer, meaning, subject, reason) for subject in subjects]
        Signature.objects.bulk_create(rows)
    return rows


def _require_as_shown(credentials: Credentials, subjects: Sequence[ToSign]) -> None:
    if credentials.door == SCREEN and not (credentials.shown and credentials.dialog):
        raise NotShown(
            _("Nothing says what was on your screen when you signed. Read it as it stands here, then sign it here."),
            field="secret",
        )
    if credentials.door == API and not credentials.shown:
        raise NotShown(_("Send the hash of what is signed: “shown”, or If-Match with its ETag."), field="shown")
    if credentials.door == API and not credentials.dialog:
        raise NotShown(_("Send an Idempotency-Key (UUID) with every signature."), field="Idempotency-Key")
    if credentials.shown and credentials.shown != shown_hash(subjects):
        raise Conflict(
            _("The record changed since it was shown to you. Read it as it is now, then sign."),
            code="changed-since-shown",
            details={"shown": credentials.shown, "now": shown_hash(subjects)},
        )


def _signature(actor: Actor, signer: SignerIdentity, meaning: str, subject: ToSign, reason: str) -> Signature:
    return Signature(
        signer_id=signer.user_id,
        printed_name=signer.printed_name,
        role=signer.role,
        meaning=meaning,
        signed_at=require_act("Signature").at,
        time_zone=settings.TIME_ZONE,
        record_label=subject.record.label,
        record_id=subject.record.id,
        record_number=subject.record.number,
        record_version=subject.version,
        content_hash=content_hash(subject.content),
        language=actor.language,
        station=actor.station,
        components=signer.components,
        reason=reason,
    )
