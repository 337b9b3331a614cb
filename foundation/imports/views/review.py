"""The review: every row, what is open about it, and what a person does with it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.actor import Actor
from foundation.core.web.attempts import attempt, show
from foundation.imports.forms import AddRowForm
from foundation.imports.models import ImportBatch
from foundation.imports.selectors import (
    SHOWN,
    bulk_choices,
    counts_of,
    edit_fields,
    next_open,
    row_views,
    rows_of,
    suggestions_of,
)
from foundation.imports.services import accept_suggestions, add_row, correct_rows, remove_row
from foundation.imports.states import STAGE, BatchState
from foundation.imports.views.common import PLACES, batch_of, progress_of, steps_of, working

PER_PAGE = 100


@login_required
def review(request: HttpRequest, pk: int) -> HttpResponse:
    require(actor_of(request), STAGE)
    batch = batch_of(pk)
    if batch.state in PLACES:
        return working(request, batch)
    if batch.state != BatchState.IN_REVIEW:
        return redirect("imports:map" if batch.state == BatchState.STAGED else "imports:preview", pk)
    show_, kind = _asked(request, batch)
    page = Paginator(rows_of(batch, show_, kind), PER_PAGE).get_page(request.GET.get("page"))
    rows = row_views(batch, page.object_list)
    suggestions = suggestions_of(batch)
    editing = batch.rows.filter(key=request.GET.get("edit", "")).first()
    context = {
        "batch": batch,
        "steps": steps_of(2, batch),
        "filters": _filters(batch, show_, kind),
        "show": show_,
        "kind": kind,
        "page": page,
        "page_range": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "rows": rows,
        "bulk": bulk_choices(batch, rows),
        "suggestions": suggestions,
        "suggested": sum(count for _column, _text, count in suggestions),
        "editing": editing.key if editing else "",
        "edit_fields": edit_fields(batch, editing) if editing else [],
        "at": request.GET.get("at", ""),
        "abandon_url": reverse("imports:abandon", args=[pk]),
        **(progress_of(batch, refresh=editing is None) if batch.review_due else {}),
    }
    return show(request, "imports/review.html", context)


def _asked(request: HttpRequest, batch: ImportBatch) -> tuple[str, str]:
    """The filter: what is open first, everything when nothing is."""
    asked = request.GET.get("show", "")
    kind = "group" if request.GET.get("kind") == "group" else "row"
    return (asked if asked in SHOWN else "open" if batch.open_count else "all"), kind


def _filters(batch: ImportBatch, show_: str, kind: str) -> list[dict[str, object]]:
    counts = counts_of(batch)
    words = {
        "open": _("Only problems"),
        "error": _("Errors"),
        "warning": _("To decide"),
        "suggestion": _("To accept"),
        "waiting": _("Being read again"),
        "all": _("All rows"),
    }

    def tab(title: str, of: str, value: str, count: int) -> dict[str, object]:
        return {
            "title": title,
            "url": "?" + urlencode({"show": value, "kind": of}),
            "current": (show_, kind) == (value, of),
            "count": count,
        }

    rows = counts["row"]
    still = sum(count for status, count in rows.items() if status != "ok")
    numbers = {"open": still, "all": sum(rows.values())}
    if not batch.review_due:
        del words["waiting"]
    tabs = [tab(word, "row", value, numbers.get(value, rows.get(value, 0))) for value, word in words.items()]
    groups = counts["group"]
    open_groups = sum(count for status, count in groups.items() if status != "ok")
    tabs.append(tab(_("Tables with problems"), "group", "open", open_groups))
    tabs.append(tab(_("All tables"), "group", "all", sum(groups.values())))
    return tabs


@login_required
@require_POST
def row_act(request: HttpRequest, pk: int) -> HttpResponse:
    """One form for the whole table: the button says what is to be done."""
    actor, post = actor_of(request), request.POST
    batch = batch_of(pk)
    at = _act(actor, batch, request)
    target = {"show": post.get("show", ""), "kind": post.get("kind", ""), "page": post.get("page", "")}
    if at:
        target["at"] = next_open(batch, at)
    address = reverse("imports:review", args=[pk]) + "?" + urlencode({k: v for k, v in target.items() if v})
    return redirect(f"{address}#row-{target['at']}" if target.get("at") else address)


def _act(actor: Actor, batch: ImportBatch, request: HttpRequest) -> str:
    """Do what the pressed button says; returns the key of the row it was about."""
    post, chosen = request.POST, request.POST.getlist("row")
    if "accept_all" in post:
        before = batch.open_count
        after = accept_suggestions(actor=actor, batch_id=batch.pk).open_count
        messages.success(request, _said(before - after))
        return ""
    if "accept_chosen" in post:
        accept_suggestions(actor=actor, batch_id=batch.pk, keys=chosen)
        return ""
    if "decide_chosen" in post:
        field, _tab, value = post.get("bulk", "").partition("\t")
        if field and chosen:
            correct_rows(actor=actor, batch_id=batch.pk, changes={key: {field: value} for key in chosen})
        return ""
    if "accept" in post:
        key, _tab, problem = post["accept"].partition("\t")
        accept_suggestions(actor=actor, batch_id=batch.pk, keys=[key], problem=problem)
        return key
    if "choose" in post:
        key, field, value = post["choose"].split("\t", 2)
        correct_rows(actor=actor, batch_id=batch.pk, changes={key: {field: value}})
        return key
    if "remove" in post:
        remove_row(actor=actor, batch_id=batch.pk, key=post["remove"])
        return ""
    key = post.get("save", "")
    changes = {name.removeprefix("set."): value for name, value in post.items() if name.startswith("set.")}
    correct_rows(actor=actor, batch_id=batch.pk, changes={key: {name: str(value) for name, value in changes.items()}})
    return key


def _said(settled: int) -> str:
    return ngettext("%(count)d row was settled.", "%(count)d rows were settled.", settled) % {"count": settled}


@login_required
def add(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    require(actor, STAGE)
    batch = batch_of(pk)
    form = AddRowForm(request.POST or None, batch=batch)
    tried = None
    if form.is_bound and form.is_valid():
        values = {name: text for name, text in form.cleaned_data.items() if name != "reason" and text}
        with attempt(form) as tried:
            row = add_row(actor=actor, batch_id=pk, values=values, reason=form.cleaned_data["reason"])
        if tried.done:
            return redirect(reverse("imports:review", args=[pk]) + f"?show=all&at={row.key}#row-{row.key}")
    context = {
        "title": _("Add a row that the file lacks"),
        "batch": batch,
        "cancel_url": reverse("imports:review", args=[pk]),
    }
    return show(request, "imports/add_row.html", context, tried=tried, form=form)
