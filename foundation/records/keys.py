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
    path.parent.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise NotValid(_("There is a signing key already at %(path)s.") % {"path": path}) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    signing_key.cache_clear()
    return fingerprint(public_bytes(key))


@lru_cache(maxsize=1)
def signing_key() -> Ed25519PrivateKey:
    """The plant's key. NotValid, with what to do, when there is none."""
    path = Path(settings.SIGNING_KEY_FILE)
    if not path.exists():
        raise NotValid(_("There is no signing key at %(path)s: run create_signing_key.") % {"path": path})
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise NotValid(_("The signing key at %(path)s is not an Ed25519 key.") % {"path": path})
    return key


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 raw bytes of the public key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def fingerprint(public: bytes) -> str:
    """What a stranger compares: SHA-256 of the raw public key, in hex."""
    return hashlib.sha256(public).hexdigest()
