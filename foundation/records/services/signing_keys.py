"""Replace the plant's signing key: by one that the old key vouches for, or, when that is lost, by a declaration."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils.translation import gettext as _

from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.canonical import canonical_json
from foundation.core.errors import NotValid
from foundation.records import keys, sealing
from foundation.records.act import Act, act
from foundation.records.models import KeyStatement, Seal, SigningKey


def rotate_signing_key(*, actor: Actor, reason: str) -> KeyStatement:
    """Make a new key; both keys sign that it follows the old one, and from now on it seals.

    What the old key signed stays valid, and a reader who trusts one of the two trusts the other. The old private key is
    overwritten: a key that lies about can only harm. NotValid without a reason or a key. An interrupted rotation is
    finished by running it again.
    """
    old, path = keys.signing_key(), Path(settings.SIGNING_KEY_FILE)
    waiting = path.with_name(path.name + ".next")
    if waiting.exists():
        new = keys.read_key(waiting)
        made: KeyStatement | None = KeyStatement.objects.filter(
            fingerprint=keys.fingerprint(keys.public_bytes(new))
        ).first()
        if made is not None:
            os.replace(waiting, path)
            return made
    else:
        keys.create_key(waiting)
        new = keys.read_key(waiting)
    sealing.make_seals()
    with act(actor=actor, verb="records.key.rotated", reason=reason) as this:
        statement = _state(this, "rotated", new, keys.public_bytes(old), old)
    os.replace(waiting, path)
    return statement


def declare_key_lost(*, actor: Actor, reason: str, last_seal: int | None = None) -> KeyStatement:
    """Say that the key which sealed last is lost, and that the key of this machine takes its place.

    ``last_seal`` is the last seal that is known to be ours (without it: the newest): what claims to be signed by the
    lost key afterwards is refused by every verifier. The old key cannot vouch for the new one, so readers must get the
    new fingerprint by the way they got the old one. NotValid while the lost key is the one on this machine.
    """
    new = keys.signing_key()
    fingerprint = keys.fingerprint(keys.public_bytes(new))
    newest = Seal.objects.order_by("-number").first()
    lost = SigningKey.objects.filter(fingerprint=newest.key_fingerprint).first() if newest else None
    if lost is None:
        raise NotValid(_("No seal was made yet, so no key can be declared lost."))
    if lost.fingerprint == fingerprint:
        raise NotValid(
            _(
                "The key that sealed last is on this machine. Use rotate_signing_key, or move it away and create another."
            )
        )
    with act(actor=actor, verb="records.key.declared_lost", reason=reason) as this:
        return _state(this, "lost", new, bytes(lost.public_key), None, last_seal)


def _state(
    this: Act,
    kind: str,
    new: Ed25519PrivateKey,
    previous: bytes,
    old: Ed25519PrivateKey | None,
    last: int | None = None,
) -> KeyStatement:
    if not this.reason:
        raise NotValid(_("Say why the key is replaced."), field="reason")
    public, seals = keys.public_bytes(new), Seal.objects.order_by("-number")
    seal = (seals if last is None else seals.filter(number=last)).first()
    if last is not None and seal is None:
        raise NotValid(_("There is no seal %(number)s.") % {"number": last}, field="last_seal")
    content: dict[str, Any] = {
        "schema": "key-statement/1",
        "kind": kind,
        "key": keys.fingerprint(public),
        "public_key": public.hex(),
        "previous": keys.fingerprint(previous),
        "previous_public_key": previous.hex(),
        "last_seal": {"number": seal.number, "hash": seal.hash} if seal else {"number": 0, "hash": sealing.GENESIS},
        "made_at": clock.now().isoformat(),
        "reason": this.reason,
    }
    raw = canonical_json(content)
    for known in (previous, public):
        sealing.know_key(known)
    statement = KeyStatement(
        kind=kind,
        fingerprint=content["key"],
        previous=content["previous"],
        content=content,
        signature=new.sign(raw),
        previous_signature=old.sign(raw) if old else b"",
        made_at=this.at,
    )
    statement.save()
    this.note(key=content["key"], previous=content["previous"], last_seal=content["last_seal"])
    return statement
