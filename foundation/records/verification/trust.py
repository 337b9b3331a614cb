"""Keys against each other: every key that signed is the plant's, or was replaced by a statement that leads to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from foundation.core.canonical import canonical_json
from foundation.records import keys
from foundation.records.models import KeyStatement, Seal, SigningKey
from foundation.records.verification import findings as kinds
from foundation.records.verification.findings import Finding

KEYS, STATEMENTS = SigningKey._meta.db_table, KeyStatement._meta.db_table


def check_keys(trusted: Iterable[str]) -> Iterator[Finding]:
    """Each key gives its fingerprint; each is linked to one that is trusted. Nothing is said of links when none is."""
    known = {key.fingerprint: key for key in SigningKey.objects.order_by("pk")}
    for key in known.values():
        if keys.fingerprint(bytes(key.public_key)) != key.fingerprint:
            yield Finding(kinds.CHANGED, KEYS, key.pk, detail="the key does not give its fingerprint")
    for name in sorted(_named() - known.keys()):
        yield Finding(kinds.DELETED, KEYS, None, detail=name)
    links: list[tuple[str, str]] = []  # who trusts the one trusts the other
    for statement in KeyStatement.objects.order_by("pk"):
        problem = statement_problem(statement, {name: bytes(key.public_key) for name, key in known.items()})
        if problem:
            yield Finding(kinds.KEY_STATEMENT_WRONG, STATEMENTS, statement.pk, detail=problem)
        else:
            links.append((statement.fingerprint, statement.previous))
            if statement.kind == "rotated":
                links.append((statement.previous, statement.fingerprint))
    reached = set(trusted)
    if not reached:
        return
    for _link in links:
        reached |= {other for one, other in links if one in reached}
    for name, key in known.items():
        if name not in reached:
            yield Finding(kinds.KEY_UNKNOWN, KEYS, key.pk, detail=name)


def _named() -> set[str]:
    """Fingerprints that seals and statements name."""
    seals = Seal.objects.order_by("key_fingerprint").values_list("key_fingerprint", flat=True).distinct()
    statements = KeyStatement.objects.values_list("previous", "fingerprint")
    return {*seals, *(name for pair in statements for name in pair)}


def statement_problem(statement: KeyStatement, public: dict[str, bytes]) -> str:
    """What is wrong with a statement; "" when it holds."""
    content = canonical_json(statement.content)
    told = (statement.content.get("kind"), statement.content.get("key"), statement.content.get("previous"))
    if told != (statement.kind, statement.fingerprint, statement.previous):
        return "its columns are not what was signed"
    signers = [(statement.fingerprint, statement.signature)]
    if statement.kind == "rotated":
        signers.append((statement.previous, statement.previous_signature))
    for name, signature in signers:
        key = public.get(name)
        if key is None or not _signed(key, bytes(signature), content):
            return f"it does not bear the signature of {name}"
    return ""


def _signed(public: bytes, signature: bytes, content: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True
