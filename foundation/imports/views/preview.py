"""What will be written, and writing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import show
from foundation.imports.models import ImportBatch
from foundation.imports.reading import limits
from foundation.imports.schema import schema_named
from foundation.imports.selectors import preview_of
from foundation.imports.services import commit_batch
from foundation.imports.states import STAGE, BatchState
from foundation.imports.views.common import PLACES, batch_of, steps_of, working
from foundation.records.selectors import ledger_of


@login_required
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What a commit would write; of a committed import, what it wrote."""
    require(actor_of(request), STAGE)
    batch = batch_of(pk)
    if batch.state in PLACES:
        return working(request, batch)
    if batch.state == BatchState.STAGED:
        return redirect("imports:map", pk)
    context: dict[str, Any] = {
        "batch": batch,
        "steps": steps_of(3 if batch.state == BatchState.IN_REVIEW else 4, batch),
        "preview_template": schema_named(batch.schema).preview_template,
        "timeline": ledger_of(RecordRef.to(batch))[:50],
    }
    if batch.state == BatchState.IN_REVIEW:
        wanted = batch.row_count <= limits.LARGE or "whole" in request.GET
        preview = preview_of(batch) if wanted else None
        context |= {"preview": preview, "is_large": not wanted, "ready": batch.open_count == 0 and not batch.review_due}
    return show(request, "imports/preview.html", context)


@login_required
@require_POST
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    done: ImportBatch = commit_batch(actor=actor_of(request), batch_id=pk, expected=request.POST.get("etag", ""))
    if done.state == BatchState.COMMITTED:
        messages.success(request, _("%(number)s is committed.") % {"number": done.number})
    return redirect("imports:preview", pk)
