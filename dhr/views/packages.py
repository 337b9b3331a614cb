"""Packages: ask for one, watch the worker, take it away."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from dhr import services
from dhr.compile import load_scope
from dhr.compile.units import quantities
from dhr.models import DeviceHistoryRecord, Package
from dhr.services.packaging import KIND
from dhr.views.pages import VIEW, tabs_of
from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.models import Job, JobState
from foundation.core.refs import RecordRef
from foundation.core.web.tables import note_handed_out
from foundation.files.web import download


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def record_packages(request: HttpRequest, number: str) -> HttpResponse:
    """The packages of a record; POST asks the worker for one."""
    record = _record(request, number)
    if request.method == "POST":
        services.request_package(actor=actor_of(request), record_id=record.pk)
        return redirect("dhr:record-packages", number)
    job = Job.objects.filter(kind=KIND, payload__record=record.pk).order_by("-id").first()
    context = {
        "record": record,
        "card": record.batch.order.process_card,
        "quantities": quantities(load_scope(record)),
        "tabs": tabs_of(record, "record-packages"),
        "packages": record.packages.select_related("version").order_by("-id"),
        "job": job,
        "signed": record.versions.exists(),
        **_progress(record, job),
    }
    return render(request, "dhr/packages.html", context)


@login_required
@require_safe
def package_progress(request: HttpRequest, number: str, job_id: int) -> HttpResponse:
    """How far the worker is; a finished job makes the page load its list again."""
    record = _record(request, number)
    job = get_object_or_404(Job, pk=job_id, kind=KIND, payload__record=record.pk)
    response = render(request, "components/progress.html", {"job": job, **_progress(record, job)})
    if job.state == JobState.DONE:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_safe
def package_download(request: HttpRequest, number: str, sha256: str) -> HttpResponse:
    """The package's bytes, as they were made."""
    record = _record(request, number)
    package = get_object_or_404(Package, record=record, sha256=sha256)
    path = services.package_path(package.sha256)
    if not path.exists():
        raise Http404(package.file_name)
    note_handed_out(request, f"package {package.file_name}", record=RecordRef.to(record))
    return download(path.read_bytes(), name=package.file_name, media_type="application/zip")


def _record(request: HttpRequest, number: str) -> DeviceHistoryRecord:
    actor = actor_of(request)
    require(actor, VIEW)
    rows = DeviceHistoryRecord.objects.visible_to(actor).select_related("batch__order__process_card", "lot__item")
    record: DeviceHistoryRecord = get_object_or_404(rows, number=number)
    return record


def _progress(record: DeviceHistoryRecord, job: Job | None) -> dict[str, str]:
    return {"poll_url": reverse("dhr:package-progress", args=[record.number, job.pk])} if job else {}
