"""Keep what was handed in."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import BinaryIO

from django.utils.translation import gettext as _

from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.refs import RecordRef
from foundation.files import sniffing, storage
from foundation.files.exceptions import FileRefused
from foundation.files.models import Attachment, StoredFile
from foundation.records.act import act

MAX_SIZE = 20 * 1024 * 1024


def keep_original(
    *,
    actor: Actor,
    content: bytes | BinaryIO,
    name: str,
    origin_statement: str,
    subject: RecordRef | None = None,
    allowed_types: Collection[str] = sniffing.HARMLESS,
    max_size: int = MAX_SIZE,
) -> Attachment:
    """Keep a file exactly as it came, by its SHA-256, and note who handed it in and where it is said to come from.

    ``origin_statement`` is a claim ("asserted by operator: blower test bench 2"), and is shown as one. The type is found
    from the content. FileRefused: ``file-empty``, ``file-too-large`` (bytes over ``max_size``), ``file-type``. NotValid
    without an origin. Rights are those of the act around it: an attachment always belongs to one.
    """
    with act(actor=actor, verb="files.original.kept") as this:
        data = _read(content, max_size)
        kind = sniffing.media_type(data)
        if kind not in allowed_types:
            raise FileRefused(
                _("This file is %(kind)s by its content. Wanted here: %(wanted)s.")
                % {"kind": kind, "wanted": ", ".join(sorted(sniffing.EXTENSIONS.get(t, t) for t in allowed_types))},
                code="file-type",
                field="file",
            )
        if not origin_statement.strip():
            raise NotValid(_("Say where this file comes from."), field="origin")
        stored = _stored(data, kind, this.at)
        attachment = Attachment.objects.create(
            file=stored,
            name=clean_name(name),
            origin=origin_statement.strip(),
            subject_label=subject.label if subject else "",
            subject_id=subject.id if subject else None,
            subject_number=subject.number if subject else "",
            attached_by_id=actor.user_id,
            attached_by_name=actor.name,
            attached_at=this.at,
        )
        this.about(subject or attachment)
        this.relate(attachment)
        this.note(file=attachment.name, sha256=stored.sha256, size=stored.size, media_type=kind)
    return attachment


def clean_name(name: str) -> str:
    """The last part of a path, without signs that a file system or a screen could misread; never empty."""
    last = re.split(r"[\\/]", name)[-1]
    kept = re.sub(r'[\x00-\x1f\x7f<>:"|?*\u202a-\u202e\u2066-\u2069]', "", last).strip(" .")
    return kept[-200:] or "file"


def _read(content: bytes | BinaryIO, max_size: int) -> bytes:
    data = content if isinstance(content, bytes) else content.read(max_size + 1)
    if not data:
        raise FileRefused(_("This file is empty."), code="file-empty", field="file")
    if len(data) > max_size:
        raise FileRefused(
            _("This file is larger than %(limit)d MB.") % {"limit": max_size // (1024 * 1024)},
            code="file-too-large",
            field="file",
        )
    return data


def _stored(data: bytes, kind: str, at: datetime) -> StoredFile:
    sha256 = storage.put(data)
    found = StoredFile.objects.filter(sha256=sha256).first()
    if found is None:
        rows = [StoredFile(sha256=sha256, size=len(data), media_type=kind, stored_at=at)]
        # Two people may hand in the same content at once: the second waits for the first and takes its row.
        StoredFile.objects.bulk_create(rows, ignore_conflicts=True)
        found = StoredFile.objects.get(sha256=sha256)
    return found
