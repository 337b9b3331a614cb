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
from .searching import by_actor, by_number, by_verb, known_actors, known_verbs
from .signed import Manifest, attach_manifests, attach_revision_signatures, manifest_words
from .trails import FieldChange, field_changes

__all__ = [
    "CHANGED",
    "FOREIGN",
    "VALID",
    "FieldChange",
    "Manifest",
    "attach_manifests",
    "attach_revision_signatures",
    "by_actor",
    "by_number",
    "by_verb",
    "field_changes",
    "history_of",
    "known_actors",
    "known_verbs",
    "ledger_of",
    "manifest_words",
    "signature_validity",
    "signatures_of",
    "signing_keys",
]
