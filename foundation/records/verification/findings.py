"""What the verifier says: table, row and kind of tampering."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

CHANGED = "changed"
DELETED = "deleted"
INSERTED = "inserted"
REORDERED = "reordered"
WITHOUT_ACT = "inserted-without-an-act"
LIVE_DIFFERS = "live-row-differs-from-history"
LIVE_MISSING = "live-row-missing"
LIVE_WITHOUT_HISTORY = "live-row-without-history"
SEAL_BROKEN = "seal-broken"
SEAL_MISSING = "seal-missing"
SEAL_ROLLED_BACK = "seal-rolled-back"
SEAL_REPLACED = "seal-differs-from-exported"
SEAL_NOT_EXPORTED = "seal-not-exported"
EXPORT_DAMAGED = "export-damaged"
STAMP_WRONG = "seal-stamp-wrong"
SIGNATURE_WRONG = "seal-signature-wrong"
BLOCK_BROKEN = "seal-block-broken"
FORMAT_UNREADABLE = "format-cannot-be-read"
KEY_UNKNOWN = "key-not-linked-to-the-plants"
KEY_STATEMENT_WRONG = "key-statement-wrong"
SIGNATURE_MOVED = "signature-moved-to-another-record"
SIGNATURE_DIFFERS = "signature-differs-from-its-act"
ACT_DIGEST = "act-digest-differs"
UNPROTECTED = "protection-missing"
BALANCE = "stock-differs-from-movements"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``row`` is the primary key (None when it is about a whole table), ``seal`` the seal that shows it."""

    kind: str
    table: str
    row: int | None = None
    seal: int | None = None
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        row = f" row {self.row}" if self.row is not None else ""
        seal = f" (seal {self.seal})" if self.seal is not None else ""
        return f"{self.table}{row}: {self.kind}{seal}{': ' + self.detail if self.detail else ''}"
