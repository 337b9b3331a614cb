"""Reads of the ledger, signatures and history."""

from .reading import (
    CHANGED,
    FOREIGN,
    VALID,
    history_of,
    ledger_of,
    signature_validity,
    signatures_of,
    signing_keys,
)
from .trails import FieldChange, field_changes

__all__ = [
    "CHANGED",
    "FOREIGN",
    "VALID",
    "FieldChange",
    "field_changes",
    "history_of",
    "ledger_of",
    "signature_validity",
    "signatures_of",
    "signing_keys",
]
