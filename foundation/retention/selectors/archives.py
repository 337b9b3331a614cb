"""Archives, and what was found when they were last verified."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Max, QuerySet

from foundation.core import clock
from foundation.core.refs import RecordRef
from foundation.records.models import Seal
from foundation.retention.models import Archive, ArchiveCheck
from foundation.retention.states import ArchiveKind


def archives_of(record: RecordRef) -> QuerySet[Archive]:
    """The archives of a record, the newest first."""
    found: QuerySet[Archive] = Archive.objects.filter(subject_label=record.label, subject_id=record.id).order_by("-pk")
    return found


def newest_checks(archives: Sequence[Archive]) -> dict[int, ArchiveCheck]:
    """Archive id → its last verification. One query."""
    rows = ArchiveCheck.objects.filter(archive__in=archives).order_by("archive_id", "-pk").distinct("archive_id")
    return {row.archive_id: row for row in rows}


def last_archived_seal() -> int:
    """Up to which seal everything that was written lies in archives; 0 before the first."""
    newest = Archive.objects.filter(kind=ArchiveKind.PERIOD).order_by("-last_seal").first()
    return int(newest.last_seal) if newest else 0


def unarchived_seals() -> QuerySet[Seal]:
    """The seals that no archive holds yet, the oldest first."""
    found: QuerySet[Seal] = Seal.objects.filter(number__gt=last_archived_seal()).order_by("number")
    return found


def archive_path(archive: Archive) -> Path:
    """Where the archive's file lies: in the folder into which it was put, or where all were moved to."""
    moved = Path(settings.ARCHIVE_DIR) / archive.file_name
    there = Path(archive.place) / archive.file_name
    return there if there.is_file() or not moved.is_file() else moved


def least_recently_checked(count: int) -> list[Archive]:
    """The archives whose last verification is longest ago (a day at least), for the round of the hour."""
    rows = Archive.objects.annotate(checked=Max("checks__at")).filter(checked__lt=clock.now() - timedelta(days=1))
    return list(rows.order_by("checked", "pk")[:count])
