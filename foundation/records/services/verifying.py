"""Remember what was verified, so that the next verification may go on from there."""

from __future__ import annotations

from foundation.core import clock
from foundation.core.actor import Actor
from foundation.records.act import act
from foundation.records.models import Seal, Verification
from foundation.records.verification import Finding, Report
from foundation.records.verification import findings as kinds


def remember(*, actor: Actor, report: Report) -> Verification:
    """An act with the range of seals that was read and how much was found. The row is written once, like any other."""
    with act(actor=actor, verb="records.verification.done") as this:
        row = Verification(
            first_seal=report.first_seal,
            last_seal=report.last_seal,
            last_hash=report.last_hash,
            rows=report.sealed_rows,
            findings=report.count,
            started_at=report.started_at,
            finished_at=clock.now(),
        )
        row.save()
        this.about(row)
        this.note(findings=report.count, rows=report.sealed_rows, last_seal=report.last_seal)
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
