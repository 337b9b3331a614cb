"""A4 and A5: review, release, package, verification by a stranger, trace."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from demo.chapters.material import RELEASED
from demo.narrator import Narrator
from demo.people import at_desk, secret_of
from dhr import services as dhr
from dhr.models import DeviceHistoryRecord, Package
from foundation.core import jobs
from foundation.records import keys, verification
from foundation.records.verifier import verify
from resources.inventory.models import Lot, Place
from resources.inventory.selectors import trace
from shopfloor.models import ProductionBatch


def release_all(story: Narrator, batch: ProductionBatch) -> None:
    """Review and release every record of a batch that is not yet."""
    for record in records_of(batch):
        if record.state == "growing":
            review(story, record)
            record.refresh_from_db(fields=["state"])
        if record.state == "reviewed":
            release(story, record)


def prove(story: Narrator, venturis: ProductionBatch, blowers: ProductionBatch) -> None:
    """Review by exception, then signed release; who built it does neither."""
    story.chapter("A4 Proof: review by exception, signed release")
    first = records_of(blowers)[0]
    story.refused(
        "Li Na",
        "reviews what she built",
        lambda: dhr.review_record(actor=at_desk("operator"), record_id=first.pk, credentials=secret_of("operator")),
        code="permission-denied",
    )
    story.refused(
        "Dr. Ingrid Holm",
        "releases before the review",
        lambda: dhr.release_record(actor=at_desk("releaser"), record_id=first.pk, credentials=secret_of("releaser")),
        code="transition-not-allowed",
    )
    release_all(story, venturis)
    release_all(story, blowers)


def release(story: Narrator, record: DeviceHistoryRecord) -> None:
    """Release all that can be released."""
    made = dhr.release_record(
        actor=at_desk("releaser"),
        record_id=record.pk,
        credentials=secret_of("releaser"),
        place=Place.objects.get(code=RELEASED),
    )
    story.did("Dr. Ingrid Holm", f"releases {made.quantity.normalize():f} of {record.number} ({record.lot})")


def records_of(batch: ProductionBatch) -> list[DeviceHistoryRecord]:
    return list(DeviceHistoryRecord.objects.filter(batch=batch).select_related("lot").order_by("pk"))


def review(story: Narrator, record: DeviceHistoryRecord) -> None:
    version = dhr.review_record(actor=at_desk("releaser"), record_id=record.pk, credentials=secret_of("releaser"))
    found = len(version.content["exceptions"])
    story.did("Dr. Ingrid Holm", f"reviews {record.number}: complete, {found} exceptions, trail read, signed")


def package(story: Narrator, record: DeviceHistoryRecord, out: Path) -> Path:
    """Ask for the package; the queue makes it; it is copied to ``out``."""
    story.chapter("A4 Proof: a package that a stranger verifies")
    dhr.request_package(actor=at_desk("auditor"), record_id=record.pk)
    jobs.run_waiting()
    made = Package.objects.filter(record=record).latest("pk")
    out.mkdir(parents=True, exist_ok=True)
    target: Path = out / made.file_name
    shutil.copyfile(dhr.package_path(made.sha256), target)
    story.did("Peter Novak", f"takes {target} away: {made.size} bytes, SHA-256 {made.sha256[:16]}…")
    return target


def verify_like_a_stranger(story: Narrator, archive: Path) -> None:
    """verify.py in a process of its own, without the product; then with one byte flipped."""
    verifier = archive.parent / "verify.py"
    shutil.copyfile(verify.__file__, verifier)
    fingerprint = keys.fingerprint(keys.public_bytes(keys.signing_key()))
    verdict = _run(verifier, archive, fingerprint)
    story.expect("verify.py accepts the package, exit", verdict.returncode, 0)
    damaged = archive.with_suffix(".damaged.zip")
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    verdict = _run(verifier, damaged, fingerprint)
    damaged.unlink()
    story.expect("with one byte flipped it refuses, exit", verdict.returncode, 1)
    named = [line.strip() for line in verdict.stdout.splitlines() if "/" in line or "." in line]
    story.shows(f"and says: {named[0] if named else verdict.stdout.strip()[:200]}")


def _run(verifier: Path, archive: Path, fingerprint: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own verifier, isolated from the product
        [sys.executable, "-I", str(verifier), str(archive), "--key", fingerprint],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def trace_acrylic(story: Narrator, blowers: ProductionBatch) -> None:
    """Acrylic lot → plates → two serials, and back."""
    story.chapter("A5 Trace: acrylic to serials, and back to the supplier")
    acrylic = Lot.objects.filter(item__number="8560K357").order_by("pk").first()
    if acrylic is None:
        raise AssertionError("no acrylic lot")
    down = trace([acrylic.pk], "down")
    serials = {unit.lot_id for unit in blowers.units.all()}
    story.expect("both serials are reached from the acrylic lot", serials <= down.nodes.keys(), True)
    up = trace(sorted(serials), "up")
    suppliers = sorted({node.supplier_lot for node in up.nodes.values() if node.supplier_lot})
    story.shows(f"back up: {len(up.nodes)} lots, {len(suppliers)} supplier lots")


def verify_everything(story: Narrator) -> None:
    """The whole database, recomputed."""
    report = verification.verify()
    story.expect("findings of verify_records", [str(finding) for finding in report.findings], [])
    story.shows(f"{report.sealed_rows} sealed rows recomputed")
