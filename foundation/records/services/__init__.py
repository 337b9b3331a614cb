"""What other apps call of the records layer."""

from foundation.records.act import Act, act
from foundation.records.services.exports import note_export
from foundation.records.services.signing import Credentials, SignerIdentity, ToSign, shown_hash, sign

__all__ = ["Act", "Credentials", "SignerIdentity", "ToSign", "act", "note_export", "shown_hash", "sign"]
