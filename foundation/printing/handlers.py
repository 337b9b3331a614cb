"""The worker's part: make the files that a station's printer takes."""

from __future__ import annotations

from typing import Any

from foundation.core.jobs import Progress
from foundation.core.models import Job
from foundation.files import storage
from foundation.printing.models import PrintJob
from foundation.printing.rendering import pdf_of


def render_prints(job: Job, progress: Progress) -> dict[str, Any]:
    """Render each print of the stack and keep it by its hash. Done twice, it gives the same files: idempotent."""
    stack = list(PrintJob.objects.filter(queue_key=job.unique_key).order_by("pk"))
    made = []
    for place, one in enumerate(stack):
        progress.report(100 * place // len(stack), one.number)
        made.append({"number": one.number, "sha256": storage.put(pdf_of(one)), "copies": one.copies})
    return {"files": made}
