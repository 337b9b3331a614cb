"""Signatures of baselines: one act of signing wrote one row for each revision of the list."""

from __future__ import annotations

from django.db.models import prefetch_related_objects

from bom.models import Baseline
from foundation.records.models import Signature
from foundation.records.selectors import attach_manifests


def attach_baseline_signatures(rows: list[Baseline]) -> None:
    """Give each ``.manifests``: each side once. It is valid while every revision of the list is what that side signed."""
    prefetch_related_objects(rows, "approvals", "entries__revision")
    ids = [pk for row in rows for approval in row.approvals.all() for pk in approval.signatures]
    hashes = dict(Signature.objects.filter(pk__in=ids).values_list("pk", "content_hash"))
    records = dict(Signature.objects.filter(pk__in=ids).values_list("pk", "record_id"))

    def now(row: Baseline, signature: Signature) -> str:
        present = {entry.revision_id: entry.revision.content_hash for entry in row.entries.all()}
        side = next(one for one in row.approvals.all() if signature.pk in one.signatures)
        same = all(hashes[pk] == present.get(records[pk]) for pk in side.signatures)
        return signature.content_hash if same else ""

    attach_manifests(rows, content=now, ids=lambda row: [one.signatures[0] for one in row.approvals.all()])
