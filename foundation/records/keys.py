"""The plant's Ed25519 key: signs seals and packages. The private half is a file of the application, never in the database."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.utils.translation import gettext as _

from foundation.core.errors import NotValid


def create_key(path: Path) -> str:
    """Write a new private key (mode 0600); returns the fingerprint. NotValid when the file exists: keys are rotated, not lost."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise NotValid(_("There is a signing key already at %(path)s.") % {"path": path}) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
    return fingerprint(public_bytes(key))


def signing_key() -> Ed25519PrivateKey:
    """The plant's key, read again when its file was replaced. NotValid, with what to do, when there is none."""
    path = Path(settings.SIGNING_KEY_FILE)
    try:
        state = path.stat()
    except FileNotFoundError:
        reason = _("There is no signing key at %(path)s: run create_signing_key.") % {"path": path}
        raise NotValid(reason) from None
    return _remembered(path, state.st_ino, state.st_mtime_ns)


@lru_cache(maxsize=4)
def _remembered(path: Path, _inode: int, _changed: int) -> Ed25519PrivateKey:
    return read_key(path)


def read_key(path: Path) -> Ed25519PrivateKey:
    """The private key in a file. NotValid when it is of another kind."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise NotValid(_("The signing key at %(path)s is not an Ed25519 key.") % {"path": path})
    return key


def local_fingerprints() -> tuple[str, ...]:
    """The fingerprint of the key that this machine signs with, if it has one and may read it."""
    try:
        return (fingerprint(public_bytes(signing_key())),)
    except (NotValid, OSError):
        return ()


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 raw bytes of the public key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def fingerprint(public: bytes) -> str:
    """What a stranger compares: SHA-256 of the raw public key, in hex."""
    return hashlib.sha256(public).hexdigest()
