"""Verify on request, and remember what was verified, so that the next verification may go on from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection

from foundation.core import clock, events, jobs
from foundation.core.actor import Actor
from foundation.core.models import Job
from foundation.records.act import act
from foundation.records.events import TamperingFound
from foundation.records.models import Seal, Verification
from foundation.records.verification import Finding, Report, verify
from foundation.records.verification import findings as kinds

KIND = "records.verify"
MAY_VERIFY = "records.verify_records"
REQUIRE = "records.require"  # accounts says whether this actor may
KEPT_FINDINGS = 200


def request_verification(*, actor: Actor, full: bool = True) -> Job:
    """Ask the worker to verify everything, or what came since the last clean verification.

    While one is under way, asking again gives that one, whichever it is. PermissionDenied without ``records.verify_records``.
    """
    with act(actor=actor, verb="records.verification.requested") as this:
        events.ask_one(REQUIRE, actor, MAY_VERIFY)
        job = newest_verification_job()
        if job is None or not job.is_pending:
            job = jobs.enqueue(
                KIND,
                unique_key=f"{KIND}:{job.pk if job else 0}",
                payload={"full": full},
                requested_by=actor.name,
            )
        this.note(job=job.pk, full=job.payload["full"])
    return job


def newest_verification_job() -> Job | None:
    return Job.objects.filter(kind=KIND).order_by("-pk").first()


def make_verification(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """The job. A verification that was killed with its worker is done anew: it only reads until it is remembered."""
    first, before = (1, []) if job.payload["full"] else resume_from()
    with _told_aside(progress) as tell:
        report = verify(first_seal=first, progress=tell)
    for finding in before:
        report.add(finding)
    row = remember(actor=Actor.system("verifier"), report=report)
    return {"verification": row.pk, "notes": report.notes}


@contextmanager
def _told_aside(progress: jobs.Progress) -> Iterator[Callable[[int, str], None]]:
    """Progress is written on a connection of its own: that of the verification reads one snapshot and writes nothing."""
    told = -1
    with ThreadPoolExecutor(max_workers=1) as aside:

        def tell(percent: int, what: str) -> None:
            nonlocal told
            if percent != told:
                told = percent
                aside.submit(progress.report, percent, what)

        try:
            yield tell
        finally:
            aside.submit(connection.close)


def remember(*, actor: Actor, report: Report) -> Verification:
    """An act with the range of seals that was read and how much was found. The row is written once, like any other.

    Findings are published (`TamperingFound`): people hear of them at once, whoever or whatever asked.
    """
    with act(actor=actor, verb="records.verification.done") as this:
        row = Verification(
            first_seal=report.first_seal,
            last_seal=report.last_seal,
            last_hash=report.last_hash,
            rows=report.sealed_rows,
            findings=report.count,
            found=[finding.as_json() for finding in report.findings[:KEPT_FINDINGS]],
            started_at=report.started_at,
            finished_at=clock.now(),
        )
        row.save()
        this.about(row)
        this.note(findings=report.count, rows=report.sealed_rows, last_seal=report.last_seal)
        if report.count:
            this.publish(TamperingFound(verification_id=row.pk, count=report.count, first=str(report.findings[0])))
    return row


def resume_from() -> tuple[int, list[Finding]]:
    """The seal to go on with, after the newest verification without a finding that itself goes back to the first seal.

    With it what is wrong already: the seal that was the last then is gone or another one. Then everything is read.
    """
    reached, hash_then = 0, ""
    for row in Verification.objects.filter(findings=0).order_by("pk"):
        if row.first_seal <= reached + 1 and row.last_seal >= reached:
            reached, hash_then = row.last_seal, row.last_hash
    if not reached:
        return 1, []
    seal = Seal.objects.filter(number=reached).first()
    if seal is None or seal.hash != hash_then:
        kind = kinds.SEAL_ROLLED_BACK if seal is None else kinds.SEAL_REPLACED
        return 1, [Finding(kind, "records_seal", reached, reached, detail="it was verified before, as another one")]
    return reached + 1, []
