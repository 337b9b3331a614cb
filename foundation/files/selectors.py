"""Reads of kept originals."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.db.models import QuerySet

from foundation.accounts.policies import may
from foundation.accounts.scope import about_visible
from foundation.core.actor import Actor
from foundation.core.events import ask
from foundation.core.refs import RecordRef
from foundation.files import storage
from foundation.files.models import Attachment, StoredFile
from foundation.records.verification.findings import Finding

VIEW = "files.view_attachment"
MISSING, CHANGED = "file-missing", "file-changed"


def files_with_hash(sha256: str) -> QuerySet[Attachment]:
    """Every attachment of this content, oldest first: was this file handed in before, and for what?"""
    rows: QuerySet[Attachment] = Attachment.objects.filter(file__sha256=sha256).select_related("file").order_by("id")
    return rows


def attachments_of(*records: RecordRef) -> QuerySet[Attachment]:
    """Attachments of these records (of one kind), oldest first."""
    labels = {record.label for record in records}
    if len(labels) > 1:
        raise ValueError("attachments_of takes records of one kind")
    rows: QuerySet[Attachment] = Attachment.objects.filter(
        subject_label__in=labels, subject_id__in=[record.id for record in records]
    )
    return rows.select_related("file").order_by("id")


def visible_attachments(actor: Actor) -> QuerySet[Attachment]:
    """Attachments of records that this reader sees, with files; and originals that apps above say are for every reader.

    Nothing without ``files.view_attachment``.
    """
    rows: QuerySet[Attachment] = Attachment.objects.select_related("file")
    if not may(actor, VIEW):
        return rows.none()
    seen = about_visible(Attachment.objects.all(), actor)
    for more in ask("files.visible_originals", actor):
        seen = seen | more
    return rows.filter(pk__in=seen.values("pk"))


def content_of(attachment: Attachment) -> bytes:
    """The original bytes, checked against their hash. FileDamaged when the disk no longer has them."""
    return storage.get(attachment.sha256)


def check_files() -> Iterator[Finding]:
    """For `verify_records`: every kept content is on the disk and still gives its hash."""
    for key, sha256 in StoredFile.objects.order_by("pk").values_list("pk", "sha256").iterator():
        path = storage.path_of(sha256)
        if not path.exists():
            yield Finding(MISSING, StoredFile._meta.db_table, key, detail=sha256)
            continue
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                yield Finding(CHANGED, StoredFile._meta.db_table, key, detail=sha256)
