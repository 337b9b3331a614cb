"""Signatures of what the floor made, for lists: cards as performed, entries as checked, corrections as decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from foundation.core.canonical import content_hash
from foundation.records.models import Signature
from foundation.records.selectors import attach_manifests
from shopfloor.content import content_of
from shopfloor.models import Correction, PieceMove, StepRecord, WorkCard
from shopfloor.pieces import fold
from shopfloor.services.checks import entry_content
from shopfloor.services.corrections import correction_content
from shopfloor.services.units import together_content


def attach_card_signatures(rows: list[WorkCard]) -> None:
    """Give each ``.manifests``, checked against its entries and its balance now. Rows are read with order, batch and unit."""
    records: dict[int, list[StepRecord]] = defaultdict(list)
    for record in StepRecord.objects.filter(card__in=rows).order_by("id"):
        records[record.card_id].append(record)
    moves: dict[int, list[PieceMove]] = defaultdict(list)
    for move in PieceMove.objects.filter(card__in=rows).order_by("id"):
        moves[move.card_id].append(move)

    def now(card: WorkCard, signature: Signature) -> Mapping[str, Any]:
        return signed_of(card, signature, content_of(card, records[card.pk], fold(moves[card.pk]).as_json()))

    attach_manifests(rows, content=now)


def signed_of(card: WorkCard, signature: Signature, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """What this signature of a card is over: its content, or its line of the list of cards that were completed together."""
    line = together_content(card)
    return line if content_hash(line) == signature.content_hash else content


def attach_entry_signatures(rows: list[StepRecord]) -> None:
    """Give each ``.manifests``: of witnesses and reviewers. Rows are read with their card."""
    attach_manifests(rows, content=lambda row, _signature: entry_content(row.card, row))


def attach_correction_signatures(rows: list[Correction]) -> None:
    """Give each ``.manifests``. Rows are read with their entry and its card."""
    attach_manifests(rows, content=lambda row, _signature: correction_content(row, row.record))
