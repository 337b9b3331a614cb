"""Reads of the trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from foundation.core.canonical import content_hash
from foundation.core.refs import RecordRef
from foundation.records.models import LedgerEntry, Signature, SigningKey

VALID, CHANGED, FOREIGN = "valid", "record-changed-since", "not-this-records"


def ledger_of(*records: RecordRef) -> QuerySet[LedgerEntry]:
    """Every act, refused ones included, about or related to these records; newest first."""
    found = Q(pk__in=[])
    for record in records:
        found |= Q(subject_label=record.label, subject_id=record.id)
        found |= Q(related__contains=[{"label": record.label, "id": record.id}])
    entries: QuerySet[LedgerEntry] = LedgerEntry.objects.filter(found).order_by("-id")
    return entries


def signatures_of(record: RecordRef) -> QuerySet[Signature]:
    """The signatures of a record, in the order in which they were given."""
    rows: QuerySet[Signature] = Signature.objects.filter(record_label=record.label, record_id=record.id).order_by("id")
    return rows


def signature_validity(signature: Signature, record: RecordRef, content: Mapping[str, Any]) -> str:
    """*valid*, *record changed since* or *not this record's*: 21 CFR 11.70, checked again whenever it is shown."""
    if (signature.record_label, signature.record_id) != (record.label, record.id):
        return FOREIGN
    return VALID if signature.content_hash == content_hash(content) else CHANGED


def history_of(instances: Iterable[Any]) -> list[Any]:
    """The field history of tracked rows, newest first, for a timeline."""
    rows = [row for instance in instances for row in instance.history.all()]
    return sorted(rows, key=lambda row: (row.history_date, row.history_id), reverse=True)


def signing_keys() -> QuerySet[SigningKey]:
    """The plant's public keys that seals were signed with, newest first: the fingerprints that a stranger compares."""
    rows: QuerySet[SigningKey] = SigningKey.objects.order_by("-id")
    return rows
