"""How long one record is kept and why, its holds and archives, and the end of its keeping."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.scope import sees
from foundation.accounts.web import actor_of, credentials_of
from foundation.core.errors import Refusal
from foundation.core.refs import RecordRef
from foundation.records.services import shown_hash
from foundation.retention.models import KeepingEnded
from foundation.retention.selectors import archives_of, keep_until, newest_checks
from foundation.retention.selectors.keeping import Keeping
from foundation.retention.services import end_keeping, request_archive
from foundation.retention.services.ending import ending_shown, require_disposable
from foundation.retention.subjects import RecordKind, facts_of, kinds
from foundation.retention.views.words import with_checks


@login_required
@require_safe
def record_keeping(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    """What every rule says of a record, for whoever sees the record."""
    kind, record = _record(request, label, pk)
    keeping = keep_until(record)
    archives = list(archives_of(record))
    context = {
        "record": record,
        "kind": kind,
        "keeping": keeping,
        "archives": with_checks(archives, newest_checks(archives)),
        "ended": KeepingEnded.objects.filter(subject_label=label, subject_id=pk).select_related("signature").first(),
        **_ending(keeping),
    }
    return render(request, "retention/record.html", context)


def _ending(keeping: Keeping) -> dict[str, Any]:
    """What is signed when its keeping is ended, or why it cannot be."""
    try:
        return {"shown": shown_hash([ending_shown(keeping, require_disposable(keeping))])}
    except Refusal as refusal:
        return {"kept_because": refusal.reason}


@login_required
@require_POST
def record_archive(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    """Ask the worker for an archive of the record."""
    _kind, record = _record(request, label, pk)
    request_archive(actor=actor_of(request), record=record)
    messages.success(request, _("The worker makes the archive."))
    return redirect("retention:record", label, pk)


@sensitive_post_parameters("secret", "factor")
@login_required
@require_POST
def record_end(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    """Sign that its period is over."""
    _kind, record = _record(request, label, pk)
    end_keeping(
        actor=actor_of(request),
        record=record,
        credentials=credentials_of(request),
        reason=request.POST.get("reason", ""),
    )
    messages.success(request, _("The end of its keeping is signed."))
    return redirect("retention:record", label, pk)


def _record(request: HttpRequest, label: str, pk: int) -> tuple[RecordKind, RecordRef]:
    """The record with its number. 404 for a kind without a period, and for what is not there for this person."""
    kind = kinds().get(label)
    record = RecordRef(label, pk)
    if kind is None or kind.facts is None or not sees(actor_of(request), record):
        raise Http404(label)
    facts = facts_of(record)
    if facts is None:
        raise Http404(label)
    return kind, RecordRef(label, pk, facts.number)
