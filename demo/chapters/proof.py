"""A4 and A5: review, release, package, verification by a stranger, trace."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from demo.narrator import Narrator
from demo.people import at_desk, secret_of
from dhr import services as dhr
from dhr.models import DeviceHistoryRecord, Package
from foundation.core import jobs
from foundation.records import keys, verification
from foundation.records.verifier import verify
from resources.inventory.models import Lot
from resources.inventory.selectors import trace
from shopfloor.services import Dispatched


def prove(story: Narrator, plates: Dispatched, venturis: Dispatched, blowers: Dispatched) -> list[DeviceHistoryRecord]:
    """Blowers wait for the plates; then everything is reviewed and released."""
    story.chapter("A4 Proof: review by exception, signed release")
    releaser = at_desk("releaser")
    blower_records = records_of(blowers)
    review(story, blower_records[0])
    story.refused(
        "Dr. Ingrid Holm",
        "releases a blower before its plates",
        lambda: dhr.release_record(actor=releaser, record_id=blower_records[0].pk, credentials=secret_of("releaser")),
        code="not-releasable",
    )
    story.refused(
        "Li Na",
        "reviews what she built",
        lambda: dhr.review_record(
            actor=at_desk("operator"), record_id=blower_records[1].pk, credentials=secret_of("operator")
        ),
        code="permission-denied",
    )
    done = []
    for record in [*records_of(plates), *records_of(venturis), *blower_records]:
        record.refresh_from_db()
        if record.state == "growing":
            review(story, record)
        release = dhr.release_record(actor=releaser, record_id=record.pk, credentials=secret_of("releaser"))
        story.did("Dr. Ingrid Holm", f"releases {release.quantity.normalize():f} of {record.number} ({record.lot})")
        done.append(record)
    return done


def records_of(made: Dispatched) -> list[DeviceHistoryRecord]:
    return list(DeviceHistoryRecord.objects.filter(batch=made.batch).select_related("lot").order_by("pk"))


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
    target = out / made.file_name
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


def trace_acrylic(story: Narrator, blowers: Dispatched) -> None:
    """Acrylic lot → plates → two serials, and back."""
    story.chapter("A5 Trace: acrylic to serials, and back to the supplier")
    acrylic = Lot.objects.filter(item__number="8560K357").order_by("pk").first()
    if acrylic is None:
        raise AssertionError("no acrylic lot")
    down = trace([acrylic.pk], "down")
    serials = {unit.lot_id for unit in blowers.batch.units.all()}
    story.expect("both serials are reached from the acrylic lot", serials <= {node.lot_id for node in down.nodes}, True)
    up = trace(sorted(serials), "up")
    suppliers = sorted({node.supplier_lot for node in up.nodes if node.supplier_lot})
    story.shows(f"back up: {len(up.nodes)} lots, {len(suppliers)} supplier lots")


def verify_everything(story: Narrator) -> None:
    """The whole database, recomputed."""
    report = verification.verify()
    story.expect("findings of verify_records", [str(finding) for finding in report.findings], [])
    story.shows(f"{report.sealed_rows} sealed rows recomputed")
