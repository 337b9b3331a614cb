"""The auditor's desk: trace, read, take away, and have every record verified, from one page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from config.portal.views.ledger import LedgerFilter
from dhr.models import DeviceHistoryRecord
from dhr.states import RecordState
from foundation.accounts.policies import may, require
from foundation.accounts.selectors import assignments_of
from foundation.accounts.web import actor_of
from foundation.core.models import Job, JobState
from foundation.records.models import LedgerEntry, Verification
from foundation.records.services.verifying import KIND, MAY_VERIFY, newest_verification_job, request_verification
from foundation.records.verification import findings
from resources.inventory.forms import TraceForm

VIEW = "records.view_trail"
SHOWN = 8

KINDS: dict[str, Any] = {
    findings.CHANGED: _("was changed"),
    findings.DELETED: _("was deleted"),
    findings.INSERTED: _("was slipped in"),
    findings.REORDERED: _("was put at another place in the order"),
    findings.WITHOUT_ACT: _("was written without an act"),
    findings.LIVE_DIFFERS: _("differs from its history"),
    findings.LIVE_MISSING: _("is gone, its history is there"),
    findings.LIVE_WITHOUT_HISTORY: _("has no history"),
    findings.SEAL_BROKEN: _("does not match its seal"),
    findings.SEAL_MISSING: _("a seal is missing"),
    findings.SEAL_ROLLED_BACK: _("a seal that was exported is gone: rolled back"),
    findings.SEAL_REPLACED: _("a seal differs from the exported one"),
    findings.SEAL_NOT_EXPORTED: _("a seal was never exported"),
    findings.EXPORT_DAMAGED: _("the file of exported seals is damaged"),
    findings.STAMP_WRONG: _("a time stamp is not of its seal"),
    findings.SIGNATURE_WRONG: _("a seal's signature is wrong"),
    findings.BLOCK_BROKEN: _("the leaves of a seal are damaged"),
    findings.FORMAT_UNREADABLE: _("the format of the rows cannot be read"),
    findings.KEY_UNKNOWN: _("a key is not linked to the plant's keys"),
    findings.KEY_STATEMENT_WRONG: _("a statement about keys is wrong"),
    findings.SIGNATURE_MOVED: _("a signature was moved to another record"),
    findings.SIGNATURE_DIFFERS: _("a signature differs from its act"),
    findings.ACT_DIGEST: _("the act's digest differs from its rows"),
    findings.UNPROTECTED: _("a protection of the database is missing"),
    findings.BALANCE: _("stock differs from its movements"),
}


@login_required
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """One page for who checks the plant: whose access this is and until when, and the four things they come for."""
    actor = actor_of(request)
    require(actor, VIEW)
    records = DeviceHistoryRecord.objects.visible_to(actor).select_related("lot__item")
    context = {
        "access": assignments_of(actor.user_id or 0).select_related("site").order_by("valid_until", "pk"),
        "trace_form": TraceForm(),
        "trail_form": LedgerFilter().form,
        "released": records.filter(state__in=(RecordState.RELEASED, RecordState.PARTLY_RELEASED)).order_by("-pk")[
            :SHOWN
        ],
        "taken": LedgerEntry.objects.filter(actor=actor.user_id, verb="records.export.made").order_by("-pk")[:SHOWN],
        **_verification(bool(may(actor, MAY_VERIFY))),
    }
    return render(request, "portal/audit.html", context)


@login_required
@require_POST
def verify_now(request: HttpRequest) -> HttpResponse:
    """Ask the worker; the page shows how far it is and what it found."""
    request_verification(actor=actor_of(request), full=request.POST.get("extent") != "new")
    return redirect(reverse("portal:audit") + "#verification")


@login_required
@require_safe
def verify_progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """How far the verification is; a finished one makes the page show its result."""
    require(actor_of(request), VIEW)
    job = get_object_or_404(Job, pk=job_id, kind=KIND)
    answer = render(request, "components/progress.html", _progress(job))
    if not job.is_pending:
        answer["HX-Refresh"] = "true"
    return answer


def _verification(may_verify: bool) -> dict[str, Any]:
    job = newest_verification_job()
    newest = Verification.objects.order_by("-pk").first()
    found = newest.found if newest else []
    return {
        "may_verify": may_verify,
        "newest": newest,
        "seconds": (newest.finished_at - newest.started_at).total_seconds() if newest else 0,
        "whole": Verification.objects.filter(first_seal__lte=1, findings=0).order_by("-pk").first(),
        "found": [{**one, "words": KINDS.get(one["kind"], one["kind"])} for one in found],
        **(_progress(job) if job and job.state != JobState.DONE else {}),
    }


def _progress(job: Job) -> dict[str, Any]:
    return {"job": job, "poll_url": reverse("portal:verify-progress", args=[job.pk])}
