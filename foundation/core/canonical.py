"""One canonical form for what is hashed and signed.

Canonical JSON: UTF-8, keys sorted, no white space, decimals and dates as strings, with the schema version inside the
content by convention (``{"schema": "process-card/1", …}``). Two contents are equal exactly when their bytes are.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise ValueError("A moment without a time zone has no canonical form")
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("A float has no canonical form: use Decimal")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError("Keys of canonical JSON are strings")
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)


def decimal_text(value: Decimal) -> str:
    """The one way a decimal is written: no exponent, no trailing zeros, no negative zero (``"5.5"``, ``"0"``)."""
    if not value.is_finite():
        raise ValueError("Only finite decimals can be written")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def canonical_json(content: Any) -> bytes:
    """Canonical bytes of JSON-like content. TypeError for floats, non-string keys and unknown types."""
    _refuse_floats(content)
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain).encode()


def content_hash(content: Any) -> str:
    """SHA-256 of the canonical JSON, as 64 hex digits."""
    return hashlib.sha256(canonical_json(content)).hexdigest()
