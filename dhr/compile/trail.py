"""Signatures and the audit trail of everything that belongs to the record."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from dhr.compile.scope import RecordScope
from foundation.core.canonical import content_hash
from foundation.records.models import LedgerEntry, Signature
from foundation.records.selectors import ledger_of
from shopfloor.content import content_of
from shopfloor.models import PieceMove, StepRecord
from shopfloor.pieces import fold


def ledger_entries(scope: RecordScope) -> list[LedgerEntry]:
    """Every act, refused ones included, on anything that the record is about; oldest first."""
    return list(ledger_of(*scope.refs).order_by("id"))


def audit_trail(entries: list[LedgerEntry]) -> list[dict[str, Any]]:
    """``reason`` is left out when it is empty, and otherwise exactly what the ledger has: verify.py compares."""
    return [
        {
            "ledger_entry": entry.pk,
            "verb": entry.verb,
            "outcome": entry.outcome,
            "actor": entry.actor_name,
            "at": entry.received_at,
            "captured_at": entry.captured_at,
            "station": entry.station,
            "subject": entry.subject_number,
            "reason": entry.reason,
            "refusal": entry.data.get("refusal", "") if entry.outcome == "refused" else "",
        }
        for entry in entries
    ]


def trail_hash(entries: list[LedgerEntry]) -> str:
    """What a review of the trail is signed over."""
    return content_hash({"schema": "trail/1", "entries": audit_trail(entries)})


def signatures(scope: RecordScope) -> list[Signature]:
    """Signatures on anything that the record is about."""
    wanted = Q(pk__in=[])
    for ref in scope.refs:
        wanted |= Q(record_label=ref.label, record_id=ref.id)
    return list(Signature.objects.filter(wanted).order_by("id"))


def signatures_json(rows: list[Signature]) -> list[dict[str, Any]]:
    return [
        {
            "printed_name": row.printed_name,
            "role": row.role,
            "meaning": row.meaning,
            "signed_at": row.signed_at,
            "time_zone": row.time_zone,
            "record": row.record_number,
            "record_version": row.record_version,
            "content_hash": row.content_hash,
            "language": row.language,
            "components": row.components,
            "reason": row.reason,
        }
        for row in rows
    ]


def signed_cards(scope: RecordScope, rows: list[Signature]) -> dict[str, dict[str, Any]]:
    """Content hash → what was shown and signed on each work card, made again from the rows as they were at that moment."""
    found: dict[str, dict[str, Any]] = {}
    cards = {card.pk: card for card in scope.cards}
    for row in rows:
        card = cards.get(row.record_id) if row.record_label == "shopfloor.workcard" else None
        if card is None:
            continue
        entries = list(StepRecord.objects.filter(card=card, received_at__lte=row.signed_at).order_by("id"))
        moves = PieceMove.objects.filter(card=card, at__lte=row.signed_at).order_by("id")
        content = content_of(card, entries, fold(moves).as_json())
        if content_hash(content) == row.content_hash:
            found[row.content_hash] = content
    return found
