"""Signatures of process cards: those that authorized their publication."""

from __future__ import annotations

from foundation.records.selectors import attach_manifests
from routing.models import ProcessCard


def attach_card_signatures(rows: list[ProcessCard]) -> None:
    """Give each ``.manifests``, checked against the hash that the card was published with; its page hashes the content anew."""
    attach_manifests(rows, content=lambda row, _signature: row.content_hash, ids=lambda row: row.signature_ids)
