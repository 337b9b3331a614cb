"""What other apps call of the records layer."""

from foundation.records.act import Act, act
from foundation.records.services.exports import note_export
from foundation.records.services.signing import (
    API,
    SCREEN,
    Credentials,
    NotShown,
    SignerIdentity,
    ToSign,
    shown_hash,
    sign,
)
from foundation.records.services.signing_keys import declare_key_lost, rotate_signing_key

__all__ = [
    "API",
    "SCREEN",
    "Act",
    "Credentials",
    "NotShown",
    "SignerIdentity",
    "ToSign",
    "act",
    "declare_key_lost",
    "note_export",
    "rotate_signing_key",
    "shown_hash",
    "sign",
]
