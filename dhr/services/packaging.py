"""The package: one ZIP that a stranger verifies without the product. Asked for here, made by the worker."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from dhr.compile import RecordScope, load_scope, record_content
from dhr.compile.floor import attachment_path
from dhr.compile.trail import ledger_entries, signatures, signed_cards
from dhr.events import PackageMade
from dhr.exceptions import NotReleasable
from dhr.models import DeviceHistoryRecord, Package
from foundation.accounts.policies import require_about
from foundation.core import jobs
from foundation.core.actor import Actor
from foundation.core.canonical import canonical_json, content_hash
from foundation.core.models import Job
from foundation.files import storage
from foundation.printing.typesetting import render_pdf
from foundation.records import keys, sealing
from foundation.records.act import act
from foundation.records.proofs import ledger_proof
from foundation.records.verifier.package import write_package

KIND = "dhr.package"


def request_package(*, actor: Actor, record_id: int) -> Job:
    """Ask for the package of the newest signed version. Asking twice for the same state of the record gives one job.

    NotReleasable for a record that nobody reviewed yet: there is nothing signed to show.
    """
    with act(actor=actor, verb="dhr.package.requested") as this:
        record: DeviceHistoryRecord = DeviceHistoryRecord.objects.select_for_update().get(pk=record_id)
        this.about(record)
        require_about(actor, "dhr.make_package", record)
        version = record.versions.order_by("-version").first()
        if version is None:
            raise NotReleasable(_("Nothing of this record is signed yet: it is packed after its review."))
        addenda = record.addenda.count()
        job = jobs.enqueue(
            KIND,
            unique_key=f"{KIND}:{record.pk}:{version.version}:{addenda}",
            payload={"record": record.pk, "version": version.pk, "language": actor.language},
            requested_by=actor.name,
        )
        this.note(job=job.pk)
    return job


def make_package(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """The job. Seals first, so that every act of the record is proven; then compiles, prints, packs and notes the package.

    Repeating it after a killed worker makes one package: the row is unique by the job's key, and the file gets its name
    only when the row is committed, so that no attempt leaves a file that no row knows.
    """
    package = Package.objects.filter(job_key=job.unique_key).first() or _make(job, progress)
    _name_file(job, package)
    return {"package": package.pk}


def _make(job: Job, progress: jobs.Progress) -> Package:
    progress.report(5, "sealing")
    sealing.make_seals()
    record = DeviceHistoryRecord.objects.get(pk=job.payload["record"])
    content, files = whole_record(record, job, progress)
    progress.report(85, "packing")
    return _keep(job, record, content, files)


def whole_record(
    record: DeviceHistoryRecord, job: Job, progress: jobs.Progress
) -> tuple[dict[str, Any], dict[str, bytes | Path]]:
    """A record's content as of now and every file that proves it: for a package, and for an archive of the record."""
    scope = load_scope(record)
    progress.report(20, "compiling")
    content = record_content(scope)
    files = _texts(scope, content)
    progress.report(45, "printing")
    files["dhr.pdf"] = _print(content, files["dhr.json"], job)
    files |= {attachment_path(file.sha256, file.file_name): storage.get(file.sha256) for file in scope.test_files}
    return content, files


def _texts(scope: RecordScope, content: dict[str, Any]) -> dict[str, bytes | Path]:
    """The record as JSON, everything of it that was signed, the definition it was built to, and the ledger's proof."""
    files: dict[str, bytes | Path] = {"dhr.json": canonical_json(content)}
    for version in scope.record.versions.order_by("version"):
        files[f"signed/{version.content_hash}.json"] = canonical_json(version.content)
    for digest, signed in signed_cards(scope, signatures(scope)).items():
        files[f"signed/{digest}.json"] = canonical_json(signed)
    card = scope.record.batch.order.process_card
    if card is not None:
        files[f"definition/{card.number}.json"] = canonical_json(card.content)
    files["proof/ledger.json"] = canonical_json(ledger_proof(ledger_entries(scope)))
    return files


def _print(content: dict[str, Any], as_json: bytes | Path, job: Job) -> bytes:
    document = {
        "title": content["number"],
        "content_hash": content_hash(content),
        "language": job.payload["language"],
        "printed_at": content["compiled_at"],
        "printed_by": job.requested_by,
        "watermark": "",
    }
    attached = as_json if isinstance(as_json, bytes) else as_json.read_bytes()
    return render_pdf(
        "dhr",
        {"record": content, "document": document},
        attachments={"dhr.json": attached},
        timestamp=content["compiled_at"],
    )


def _keep(job: Job, record: DeviceHistoryRecord, content: dict[str, Any], files: dict[str, bytes | Path]) -> Package:
    key = keys.signing_key()
    name = f"{record.number}-{record.lot.serial or record.lot.number}.zip".replace("/", "-")
    path = package_path(f"making-{job.pk}-{job.attempts}")
    sha256 = write_package(
        path, files, signing_key=key, title=f"{record.number} {record.lot}", created_at=content["compiled_at"]
    )
    actor = Actor.system("packager")
    with act(actor=actor, verb="dhr.package.made", about=record) as this:
        package = Package(
            record=record,
            version_id=job.payload["version"],
            file_name=name,
            sha256=sha256,
            size=path.stat().st_size,
            key_fingerprint=keys.fingerprint(keys.public_bytes(key)),
            made_at=this.at,
            job_key=job.unique_key,
        )
        package.save()
        this.note(sha256=sha256, requested_by=job.requested_by)
        this.publish(PackageMade(package_id=package.pk, record_id=record.pk))
    return package


def _name_file(job: Job, package: Package) -> None:
    """Put what the row is about in its place; what other attempts of this job left goes."""
    for path in package_path("").parent.glob(f"making-{job.pk}-*"):
        if path.suffix == ".zip" and hashlib.sha256(path.read_bytes()).hexdigest() == package.sha256:
            path.replace(package_path(package.sha256))
        else:
            path.unlink()


def package_path(sha256: str) -> Path:
    """Where a package lies, by the hash of its bytes."""
    folder = Path(settings.MEDIA_ROOT) / "packages"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{sha256}.zip"
