"""Signatures of many records at once, for lists, files and answers of the API that show signed records (21 CFR 11.50(b))."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Model
from django.utils.translation import gettext as _

from foundation.core.canonical import content_hash
from foundation.core.web.meanings import meaning_words
from foundation.records.models import Signature
from foundation.records.selectors.reading import CHANGED, VALID

Content = Callable[[Any, Signature], Mapping[str, Any] | str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A signature with what it is worth now: *valid*, *record changed since*; "" where that is told on the record's page."""

    signature: Signature
    validity: str

    def __str__(self) -> str:
        """Printed name · meaning · moment with its zone · validity."""
        row = self.signature
        moment = row.signed_at.astimezone(ZoneInfo(row.time_zone)).strftime("%Y-%m-%d %H:%M:%S %z")
        told = [row.printed_name, meaning_words(row.meaning), f"{moment} ({row.time_zone})", _worth(self.validity)]
        return " · ".join(part for part in told if part)


def _worth(validity: str) -> str:
    words = {VALID: _("Valid: the record is as signed"), CHANGED: _("The record changed since")}
    return words.get(validity, "")


def attach_manifests(
    rows: Sequence[Model], *, content: Content, ids: Callable[[Any], Iterable[int]] | None = None
) -> None:
    """Give each row ``.manifests``: its signatures, oldest first, each with what it is worth now. One query for all rows.

    A row's signatures are those on its record, or those that ``ids(row)`` names. ``content(row, signature)`` is what that
    signature would bind now, or the hash of it, from what was read with the row: no query of its own.
    """
    if not rows:
        return
    found = _by_record(rows) if ids is None else _by_ids(rows, ids)
    for row in rows:
        row.manifests = [  # type: ignore[attr-defined]
            Manifest(signature, _validity(signature, content(row, signature))) for signature in found[row.pk]
        ]


def _by_record(rows: Sequence[Model]) -> Mapping[int, list[Signature]]:
    found: dict[int, list[Signature]] = defaultdict(list)
    signed = Signature.objects.filter(record_label=rows[0]._meta.label_lower, record_id__in=[row.pk for row in rows])
    for signature in signed.order_by("id"):
        found[signature.record_id].append(signature)
    return found


def _by_ids(rows: Sequence[Model], ids: Callable[[Any], Iterable[int]]) -> Mapping[int, list[Signature]]:
    wanted = {row.pk: sorted(ids(row)) for row in rows}
    signed = Signature.objects.in_bulk([pk for pks in wanted.values() for pk in pks])
    found: dict[int, list[Signature]] = defaultdict(list)
    found.update({row: [signed[pk] for pk in pks] for row, pks in wanted.items()})
    return found


def _validity(signature: Signature, now: Mapping[str, Any] | str) -> str:
    hashed = now if isinstance(now, str) else content_hash(now)
    return VALID if hashed == signature.content_hash else CHANGED


def manifest_words(row: Any) -> str:
    """All signatures of a row that `attach_manifests` has seen, in words: the cell of a list and of a file."""
    return "; ".join(str(one) for one in row.manifests)


def attach_revision_signatures(rows: list[Any]) -> None:
    """Give each controlled revision ``.manifests``, checked against the hash of the content that the database keeps from change
    since it was submitted."""
    attach_manifests(rows, content=lambda row, _signature: row.content_hash)
