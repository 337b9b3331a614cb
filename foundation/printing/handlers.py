"""The worker's part: make the file that a station's printer takes."""

from __future__ import annotations

from typing import Any

from foundation.core.jobs import Progress
from foundation.core.models import Job
from foundation.files import storage
from foundation.printing.models import PrintJob
from foundation.printing.rendering import pdf_of


def render_print_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Render the print and keep it by its hash. Done twice, it is the same file: idempotent."""
    print_job: PrintJob = PrintJob.objects.get(pk=job.payload["print_job"])
    progress.report(10, print_job.number)
    return {"sha256": storage.put(pdf_of(print_job)), "copies": print_job.copies}
