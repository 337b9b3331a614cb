"""How the editor answers an act: a fragment for htmx, the whole page or a redirect without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import Attempt
from foundation.records.selectors import ledger_of
from routing.models import RoutingRevision
from routing.services.editing import plain
from routing.states import REVISION_STATES
from routing.views.bench import Bench, Kept


@dataclass(frozen=True, slots=True)
class RowEdit:
    """One row that was sent. ``whole_row``: it changes shape (a step of another kind) and is drawn anew."""

    revision_id: int
    operation_id: int
    key: str
    form: Form
    tried: Attempt | None
    whole_row: bool = False
    merged: dict[str, Any] = field(default_factory=dict)


def version_of(request: HttpRequest) -> str:
    """What the form was read as; with the version of a conflict that its reader chose to overrule."""
    expected, overrule = request.POST.get("expected", ""), request.POST.get("overrule", "")
    return f"{expected.partition('~')[0]}~{overrule}" if overrule else expected


def merged_fields(thing: Any, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that are not what was sent: someone else changed them meanwhile, and theirs was kept."""
    return {name: getattr(thing, name) for name, value in sent.items() if plain(getattr(thing, name)) != plain(value)}


CHANGED = "routing-changed"  # tells the drawing to read itself again


def revision_with(pk: int) -> RoutingRevision:
    """The revision with what every page of it shows. DoesNotExist becomes a 404."""
    found: RoutingRevision = RoutingRevision.objects.select_related("item", "bom_revision__item", "copied_from").get(
        pk=pk
    )
    return found


def editor_url(revision_id: int, operation_id: int | None = None, anchor: str = "") -> str:
    address = reverse("routing:editor", args=[revision_id])
    query = f"?op={operation_id}" if operation_id else ""
    return f"{address}{query}{'#' if anchor else ''}{anchor}"


def tabs(revision: RoutingRevision, current: str) -> list[dict[str, Any]]:
    """The parts of a routing's record."""
    names = [
        ("editor", _("Operations"), "route", "routing:editor"),
        ("card", _("Process card"), "id", "routing:preview"),
        ("compare", _("Compare"), "arrows-diff", "routing:compare"),
        ("history", _("History"), "history", "routing:history"),
    ]
    return [
        {"title": title, "icon_name": icon_name, "url": reverse(url, args=[revision.pk]), "current": key == current}
        for key, title, icon_name, url in names
    ]


def page_context(revision: RoutingRevision, current: str) -> dict[str, Any]:
    """What base_record needs, on every tab."""
    return {
        "revision": revision,
        "tabs": tabs(revision, current),
        "transitions": {row.event for row in REVISION_STATES.events_from(revision.state)},
        "timeline": ledger_of(RecordRef.to(revision))[:12],
    }


def whole_page(request: HttpRequest, bench: Bench, tried: Attempt | None = None, status: int = 200) -> HttpResponse:
    """The editor as a page."""
    context = {**page_context(bench.revision, "editor"), **bench.context()}
    if tried is not None and tried.problem is not None:
        context["problem"], status = tried.problem, tried.status
    return render(request, "routing/editor.html", context, status=status)


def row_answer(request: HttpRequest, actor: Actor, edit: RowEdit) -> HttpResponse:
    """After saving one row: its status and what follows from it, never the fields that people may be typing in."""
    done = edit.tried is not None and edit.tried.done
    if done and not request.headers.get("HX-Request"):
        messages.success(request, _("Saved."))
        return redirect(editor_url(edit.revision_id, edit.operation_id, edit.key))
    bench = Bench.build(actor, revision_with(edit.revision_id), edit.operation_id)
    sent = request.POST.get("expected", "")
    bench.kept[edit.key] = Kept(edit.form, sent, edit.tried.problem if edit.tried else None, edit.merged)
    status = edit.tried.status if edit.tried else 422
    if not request.headers.get("HX-Request"):
        return whole_page(request, bench, edit.tried, status)
    if edit.whole_row and done:
        del bench.kept[edit.key]
    context = {**bench.context(), "saved": done, "whole_row": edit.whole_row and done}
    context["row"] = find_row(context, edit.key)
    context["edited_step"] = edit.key.replace("parameter-", "step-")
    answer = render(request, "routing/answer_row.html", context, status=status)
    if done:
        answer["HX-Trigger"] = CHANGED
    return answer


def list_answer(
    request: HttpRequest,
    actor: Actor,
    revision_id: int,
    operation_id: int | None,
    *,
    tried: Attempt,
    whole: bool = False,
    kept: tuple[str, Form] | None = None,
) -> HttpResponse:
    """After an act on the list, links, steps or materials. ``whole``: the operation's panel changed, too.

    ``kept``: the form of the act; what was entered in it stays when it was refused.
    """
    if tried.done and not request.headers.get("HX-Request"):
        return redirect(editor_url(revision_id, operation_id, kept[0] if kept else ""))
    bench = Bench.build(actor, revision_with(revision_id), operation_id)
    if kept and not tried.done:
        bench.kept[kept[0]] = Kept(kept[1])
    if not request.headers.get("HX-Request"):
        return whole_page(request, bench, tried, tried.status if tried.problem else 422)
    context = {**bench.context(), "problem": tried.problem, "whole": whole, "focus": kept[0] if kept else ""}
    answer = render(request, "routing/answer_list.html", context, status=tried.status)
    if tried.done:
        answer["HX-Trigger"] = CHANGED
    return answer


def find_row(context: dict[str, Any], key: str) -> Any:
    """The row of this key among those that are open."""
    if context.get("operation_row") and context["operation_row"].key == key:
        return context["operation_row"]
    for row in context.get("steps", ()):
        if row.key == key:
            return row
        if row.parameter is not None and row.parameter.key == key:
            return row.parameter
    return None
