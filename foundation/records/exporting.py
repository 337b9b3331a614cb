"""Exported seals: each is appended, as one line of JSON, to a file that the database's administrators need not reach.

Rows younger than the newest seal, and a return to an older backup, are noticed with exported seals only. The folder holds
one file a day, and a line that was written is never touched again, so it may lie on write-once storage. What to export is
read from the last line that is there: nothing is remembered elsewhere, and a folder that was out of reach is caught up.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from foundation.core import clock
from foundation.core.canonical import canonical_json
from foundation.core.errors import Conflict, NotValid
from foundation.records import proofs
from foundation.records.models import Epoch, KeyStatement, Seal, SealStamp
from foundation.records.verifier.verify import load_json

LOCK = 0x5EA2  # one exporter at a time
TAIL = 1 << 20


class RolledBack(Conflict):
    """The export holds a seal that the database does not: it is an older state, or somebody else's."""


def export_new(folder: Path | None = None) -> int:
    """Append the seals that are not in the folder yet; returns how many. RolledBack when the folder knows more than we."""
    target = folder or settings.SEAL_EXPORT_DIR
    if target is None:
        return 0
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        last = newest_exported(target)
        after = _resume_after(last) if last else 0
        if not Seal.objects.filter(number__gt=after).exists():
            return 0
        return append_lines(_file_of_today(target), _lines(after, {} if last is None else last["content"]))


def export_all(path: Path) -> int:
    """Write every seal into a new file, for a reader elsewhere. NotValid when the file is there already."""
    if path.exists():
        raise NotValid(_("There is a file at %(path)s already: an export is never overwritten.") % {"path": path})
    return append_lines(path, _lines(0, {}))


def append_stamp(stamp: SealStamp, folder: Path | None = None) -> None:
    """The authority's answer goes to the export too."""
    target = folder or settings.SEAL_EXPORT_DIR
    if target is not None:
        append_lines(_file_of_today(target), [_stamp_json(stamp)])


def newest_exported(folder: Path) -> dict[str, Any] | None:
    """The last exported seal that can be read: {"content", "hash", "signature", "key"}."""
    for path in sorted(folder.glob("*.jsonl"), reverse=True):
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL))
            lines = file.read().splitlines()
        for line in reversed(lines):
            try:
                found = load_json(line)
            except ValueError:
                continue
            if isinstance(found, dict) and "seal" in found:
                return dict(found["seal"])
    return None


def _resume_after(last: dict[str, Any]) -> int:
    """The number of the seal to go on after. After a restore that gave exported seals up, these are no obstacle."""
    number, named = int(last["content"]["number"]), last["hash"]
    if Seal.objects.filter(number=number, hash=named).exists():
        return number
    given_up = Epoch.objects.filter(abandoned_to=number, abandoned_hash=named).order_by("-number").first()
    if given_up is None:
        raise RolledBack(
            _("Seal %(number)s was exported, and the database does not have it: it was rolled back or restored.")
            % {"number": number},
            code="seals-rolled-back",
        )
    return int(given_up.last_seal)


def _lines(after: int, last: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Seals in their order; statements about keys before the first seal that may need them; stamps after their seal."""
    since = last.get("made_at", "")
    statements = KeyStatement.objects.order_by("pk")
    waiting = [s for s in statements if not since or s.made_at.isoformat() > since.replace("Z", "+00:00")]
    seals = Seal.objects.filter(number__gt=after).select_related("stamp").order_by("number")
    for seal in seals.iterator(chunk_size=500):
        while waiting and waiting[0].made_at <= seal.made_at:
            yield {"key_statement": proofs.statement_json(waiting.pop(0))}
        yield {"seal": proofs.seal_json(seal)}
        if hasattr(seal, "stamp"):
            yield _stamp_json(seal.stamp)
    for statement in waiting:
        yield {"key_statement": proofs.statement_json(statement)}


def _stamp_json(stamp: SealStamp) -> dict[str, Any]:
    token = base64.b64encode(bytes(stamp.token)).decode()
    seal = stamp.seal
    return {"stamp": {"number": seal.number, "hash": seal.hash, "authority": stamp.authority, "token": token}}


def _file_of_today(folder: Path) -> Path:
    """Today's file, or a later one that is there (a clock that jumped back must not put lines into an older file)."""
    folder.mkdir(parents=True, exist_ok=True)
    today = f"seals-{clock.now():%Y-%m-%d}.jsonl"
    return folder / max([today, *(path.name for path in folder.glob("seals-*.jsonl"))])


def append_lines(path: Path, lines: Iterable[dict[str, Any]]) -> int:
    """Append and wait until it is on the disk. A last line that was cut off by a crash is left as it is, and ended."""
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    count = 0
    with os.fdopen(descriptor, "ab+") as file:
        if not is_new and file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        for line in lines:
            file.write(canonical_json(line) + b"\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        _sync_folder(path.parent)
    return count


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
