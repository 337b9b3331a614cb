"""Archives: asked for here, made by the worker, verified before they count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.accounts.scope import sees
from foundation.core import clock, jobs
from foundation.core.actor import Actor
from foundation.core.canonical import canonical_json
from foundation.core.errors import NotFound, NotValid
from foundation.core.models import Job
from foundation.core.numbering import next_number
from foundation.core.refs import RecordRef
from foundation.records import keys, periods, sealing
from foundation.records.act import act
from foundation.records.models import Seal
from foundation.records.verifier.package import write_package
from foundation.retention.models import Archive
from foundation.retention.selectors import keep_until
from foundation.retention.selectors.archives import unarchived_seals
from foundation.retention.services.checking import check_archive, examine_file
from foundation.retention.states import ARCHIVE, ArchiveKind
from foundation.retention.subjects import kinds

OF_RECORD, OF_PERIOD = "retention.archive", "retention.archive_period"
ROWS = 50_000  # of one archive of a period: it is made and verified in memory
ARCHIVER = Actor.system("archiver")


@dataclass(frozen=True, slots=True)
class _Made:
    """A file that is written and verified, and has no row yet."""

    path: Path
    sha256: str
    size: int
    key: str


def request_archive(*, actor: Actor, record: RecordRef) -> Job:
    """Ask for an archive of a record: all that its package holds, as of now. Asking again while it is made gives the same job.

    NotValid for a kind of record that has no contents to archive; NotFound for a record that is not there.
    """
    with act(actor=actor, verb="retention.archive.requested", about=record) as this:
        require(actor, ARCHIVE)
        kind = kinds().get(record.label)
        if kind is None or kind.contents is None:
            raise NotValid(_("Records of this kind are archived with everything that was written in their period."))
        if not sees(actor, record):
            raise NotFound.here()
        waiting = Job.objects.filter(
            kind=OF_RECORD, payload__record=record.as_json(), state__in=("queued", "running")
        ).first()
        job = waiting or jobs.enqueue(
            OF_RECORD,
            unique_key=f"{OF_RECORD}:{record.label}:{record.id}:{this.at:%Y%m%d%H%M%S%f}",
            payload={"record": record.as_json(), "language": actor.language},
            requested_by=actor.name,
        )
        this.note(job=job.pk)
    return job


def request_period_archive(*, actor: Actor, until: date) -> Job:
    """Ask for archives of everything that was written up to the end of that day and lies in none yet.

    They follow each other without a gap, so the first begins with the first seal. NotValid for a day that is not over.
    """
    with act(actor=actor, verb="retention.period_archive.requested") as this:
        require(actor, ARCHIVE)
        if until >= clock.today():
            raise NotValid(_("Only days that are over are archived."), field="until")
        job = jobs.enqueue(
            OF_PERIOD,
            unique_key=f"{OF_PERIOD}:{until}:{this.at:%Y%m%d%H%M%S%f}",
            payload={"until": until.isoformat()},
            requested_by=actor.name,
        )
        this.note(job=job.pk, until=until.isoformat())
    return job


def make_record_archive(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """The job: seals first, then the contents as the record's app makes them, with what is known of their keeping."""
    done = Archive.objects.filter(job_key=job.unique_key).first()
    if done is not None:
        return {"archive": done.pk}
    progress.report(5, "sealing")
    sealing.make_seals()
    record = RecordRef.from_json(job.payload["record"])
    contents_of = kinds()[record.label].contents
    if contents_of is None:
        raise NotValid(_("There is nothing to archive of this kind of record."))
    with translation.override(job.payload["language"]):
        contents = contents_of(record.id, job, progress)
        keeping = keep_until(record).as_json()
    index = {"schema": periods.SCHEMA, "kind": "record", "record": record.as_json(), "keeping": keeping}
    files = {**contents.files, periods.INDEX: canonical_json(index)}
    progress.report(90, "packing")
    made = _write(job, files, contents.title, contents.at)
    archive = _keep(job.unique_key, job, made, contents.title, kind=ArchiveKind.RECORD, keeping=keeping, record=record)
    return {"archive": archive.pk}


def make_period_archive(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """The job: as many archives as it takes, each a row as soon as it is verified; a killed worker's job goes on after them."""
    end = _end_of(date.fromisoformat(job.payload["until"]))
    numbers: list[str] = []
    while seals := periods.seals_with_rows(unarchived_seals().filter(made_at__lt=end), ROWS):
        progress.report(min(95, 5 + 5 * len(numbers)), f"seal {seals[-1].number}")
        numbers.append(_period_part(job, seals).number)
    return {"archives": numbers}


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def _period_part(job: Job, seals: list[Seal]) -> Archive:
    period = periods.period_of(seals)
    title = f"Seals {seals[0].number}–{seals[-1].number}"
    made = _write(job, period.files, title, seals[-1].made_at)
    key = f"{OF_PERIOD}:{seals[0].number}-{seals[-1].number}"
    return _keep(
        key,
        job,
        made,
        title,
        kind=ArchiveKind.PERIOD,
        first_seal=seals[0].number,
        last_seal=seals[-1].number,
        rows=period.rows,
        written_from=period.written_from,
        written_until=period.written_until,
    )


def _write(job: Job, files: Mapping[str, bytes | Path], title: str, at: datetime) -> _Made:
    """Write the file under a name of its own and verify it as a stranger would. NotValid when that finds anything.

    A database that was tampered with gives no archive: its rows do not fit their seals.
    """
    key = keys.signing_key()
    path = Path(settings.ARCHIVE_DIR) / f".making-{job.pk}-{job.attempts}.zip"
    sha256 = write_package(path, files, signing_key=key, title=title, created_at=at)
    problems = examine_file(path, sha256)
    if problems:
        path.unlink()
        raise NotValid(
            _("What was to be archived does not verify: %(first)s") % {"first": problems[0]["en"]}, code="not-intact"
        )
    return _Made(path, sha256, path.stat().st_size, keys.fingerprint(keys.public_bytes(key)))


def _keep(key: str, job: Job, made: _Made, title: str, *, record: RecordRef | None = None, **fields: Any) -> Archive:
    """The row, and the file's name just before it is committed: no row is without its file, whenever the power fails."""
    with act(actor=ARCHIVER, verb="retention.archive.made") as this:
        number = next_number("retention.archive", prefix="AR")
        name = record.number if record else f"seals-{fields['first_seal']}-{fields['last_seal']}"
        archive = Archive(
            number=number,
            subject_label=record.label if record else "",
            subject_id=record.id if record else None,
            subject_number=record.number if record else "",
            title=title[:300],
            file_name=f"{number}-{name}.zip".replace("/", "-"),
            place=str(Path(settings.ARCHIVE_DIR)),
            sha256=made.sha256,
            size=made.size,
            key_fingerprint=made.key,
            requested_by=job.requested_by,
            made_at=this.at,
            job_key=key,
            **fields,
        )
        archive.save()
        this.about(archive)
        if record is not None:
            this.relate(record)
        this.note(sha256=made.sha256, requested_by=job.requested_by)
        made.path.replace(made.path.with_name(archive.file_name))
    check_archive(actor=ARCHIVER, archive_id=archive.pk)
    return archive
