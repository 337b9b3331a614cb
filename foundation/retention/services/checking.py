"""Verify archives again: by the same file that a stranger uses, and against the seals and keys that the database knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from foundation.core.actor import Actor
from foundation.records import keys
from foundation.records.act import act
from foundation.records.models import Seal, SigningKey
from foundation.records.verifier import verify
from foundation.retention.events import ArchiveTroubled
from foundation.retention.models import Archive, ArchiveCheck
from foundation.retention.selectors.archives import archive_path
from foundation.retention.states import ArchiveKind, Verdict

Problem = dict[str, Any]


def check_archives(*, actor: Actor, archives: Iterable[Archive] | None = None) -> list[ArchiveCheck]:
    """Verify these archives (all), one act each, the oldest first. A gap between the archives of periods is a finding too."""
    rows = Archive.objects.order_by("pk") if archives is None else archives
    return [check_archive(actor=actor, archive_id=archive.pk) for archive in rows]


def check_archive(*, actor: Actor, archive_id: int) -> ArchiveCheck:
    """Verify one archive's file and keep what was found; people are told when it is not intact (`ArchiveTroubled`)."""
    archive: Archive = Archive.objects.get(pk=archive_id)
    verdict, problems = _examined(archive)
    with act(actor=actor, verb="retention.archive.verified", about=archive) as this:
        check = ArchiveCheck(archive=archive, verdict=verdict, problems=problems[:50], at=this.at)
        check.save()
        this.note(verdict=str(verdict), problems=len(problems))
        if verdict != Verdict.INTACT:
            this.publish(
                ArchiveTroubled(
                    archive_id=archive.pk, number=archive.number, verdict=str(verdict), detail=problems[0]["en"]
                )
            )
    return check


def _examined(archive: Archive) -> tuple[Verdict, list[Problem]]:
    """What is wrong with the file: gone, other bytes than were made, or not what its signature, seals and key say."""
    path = archive_path(archive)
    if not path.is_file():
        return Verdict.MISSING, [_problem("missing", path.name, "the file is not there", "文件不在")]
    problems = examine_file(path, archive.sha256)
    if archive.kind == ArchiveKind.PERIOD:
        problems += _gap_before(archive)
    return (Verdict.DAMAGED if problems else Verdict.INTACT), problems


def examine_file(path: Path, sha256: str) -> list[Problem]:
    """The problems that verify.py names, another hash, and seals that are not those of the database."""
    data = path.read_bytes()
    try:
        report = verify.verify_archive(data, trusted_keys())
    except verify.UnreadableError as error:
        return [_problem("unreadable", path.name, str(error), str(error))]
    problems: list[Problem] = list(report.as_json()["problems"])
    if hashlib.sha256(data).hexdigest() != sha256:
        problems.append(_problem("other-bytes", path.name, "not the bytes that were made", "不是当初生成的内容"))
    ours = dict(Seal.objects.filter(number__in=list(report.package_seals)).values_list("number", "hash"))
    for number, named in sorted(report.package_seals.items()):
        if ours.get(number) != named:
            problems.append(_told("other-seal", path.name, number=number))
    return problems


def trusted_keys() -> list[str]:
    """Every key that the plant ever signed with, as the database knows them, and the one on this machine."""
    return [*SigningKey.objects.values_list("fingerprint", flat=True), *keys.local_fingerprints()]


def _gap_before(archive: Archive) -> list[Problem]:
    """The archives of periods follow each other: one that was lost from between is noticed."""
    before = Archive.objects.filter(kind=ArchiveKind.PERIOD, pk__lt=archive.pk).order_by("-last_seal").first()
    expected = before.last_seal + 1 if before else 1
    if archive.first_seal == expected:
        return []
    return [_told("gap", archive.file_name, start=expected, end=(archive.first_seal or 0) - 1)]


def _told(kind: str, file: str, **values: object) -> Problem:
    english, chinese = verify.TEXTS[kind]
    return _problem(kind, file, english.format(**values), chinese.format(**values))


def _problem(kind: str, file: str, english: str, chinese: str) -> Problem:
    return {"kind": kind, "file": file, "en": english, "zh": chinese}
