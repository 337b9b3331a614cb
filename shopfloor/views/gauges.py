"""Trace a gauge back: find once more what it measured while it was out of tolerance."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from foundation.accounts.web import actor_of
from shopfloor import services


@login_required
@require_POST
def gauge_trace(request: HttpRequest, calibration: int) -> HttpResponse:
    """What was entered since is put before quality; what is judged already stays judged."""
    made = services.list_batches_in_doubt(actor=actor_of(request), calibration_id=calibration)
    text = ngettext(
        "%(count)d batch has new readings to judge.", "%(count)d batches have new readings to judge.", len(made)
    )
    messages.success(request, text % {"count": len(made)})
    return redirect("quality:assessment-list")
