"""Secrets and signatures, by the Standard Webhooks specification 1.0.0 (HMAC-SHA256, ``v1``).

A secret is HMAC(key, salt): the salt is random and lies in the database, the key lies in the settings and never there. So
a copy of the database does not give it, nor does the key alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

from django.conf import settings

PREFIX = "whsec_"
PURPOSE = b"arteria-webhook-secret/1:"


def new_salt() -> str:
    """256 random bits, in hex."""
    return secrets.token_hex(32)


def secret_of(salt: str) -> bytes:
    """The 32 bytes that sign for this salt."""
    return hmac.digest(settings.WEBHOOK_KEY.encode(), PURPOSE + salt.encode(), "sha256")


def secret_text(salt: str) -> str:
    """As people carry it to the receiver: ``whsec_`` and base64."""
    return PREFIX + base64.b64encode(secret_of(salt)).decode()


def fingerprint_of(salt: str) -> str:
    """What may be shown of a secret: 16 hex digits of its SHA-256."""
    return hashlib.sha256(secret_of(salt)).hexdigest()[:16]


def sign(secret: bytes, message: str, timestamp: int, body: bytes) -> str:
    """``v1,<base64>`` over ``<id>.<timestamp>.<body>``."""
    signed = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()


def headers_of(salts: Iterable[str], message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers; one signature for each salt, so that old and new secret both verify while they overlap."""
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(secret_of(salt), message, timestamp, body) for salt in salts),
    }
