"""The routing as a record: editor page, start, submit, return, discard, preview, compare, history."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bom.models import Item
from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.web.attempts import attempt, show
from routing import services
from routing.forms import StartForm
from routing.models import RoutingRevision
from routing.policies import EDIT, VIEW
from routing.selectors import card_content, card_hash, compare_routings, load
from routing.selectors.drawing import draw
from routing.selectors.history import field_changes
from routing.views.answers import editor_url, page_context, revision_with, whole_page
from routing.views.bench import Bench


def _revision_or_404(pk: int) -> RoutingRevision:
    try:
        return revision_with(pk)
    except RoutingRevision.DoesNotExist as error:
        raise Http404 from error


@login_required
@require_GET
def editor(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    require(actor, VIEW)
    chosen = request.GET.get("op", "")
    bench = Bench.build(actor, _revision_or_404(pk), int(chosen) if chosen.isdigit() else None)
    if request.headers.get("HX-Target") == "operation":
        return render(request, "routing/answer_open.html", bench.context())
    if request.headers.get("HX-Target") == "op-list":
        return render(request, "routing/answer_list.html", bench.context())
    return whole_page(request, bench)


@login_required
def start(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, EDIT)
    wanted = request.GET.get("item", "")
    item = get_object_or_404(Item, pk=int(wanted)) if wanted.isdigit() else None
    form = StartForm(request.POST or None, item=item)
    tried = None
    if form.is_bound and form.is_valid():
        bom = form.cleaned_data["bom_revision"]
        with attempt(form) as tried:
            revision = services.start_routing(
                actor=actor, item_id=bom.item_id, bom_revision_id=bom.pk, purpose=form.cleaned_data["purpose"]
            )
        if tried.done:
            return redirect(editor_url(revision.pk))
    context = {
        "title": _("Start a routing"),
        "lead": _("A routing that the item has already is copied into the new draft."),
        "cancel_url": reverse("routing:revision-list"),
    }
    return show(request, "base_form.html", context, tried=tried, form=form)


@login_required
@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Submit, return to draft, discard, retire."""
    actor, reason = actor_of(request), request.POST.get("reason", "")
    if verb == "submit":
        services.submit_routing(actor=actor, revision_id=pk)
        messages.success(request, _("Submitted: the content is frozen until it is approved or returned."))
    elif verb == "return":
        services.return_routing(actor=actor, revision_id=pk, reason=reason)
    elif verb == "retire":
        services.retire_routing(actor=actor, revision_id=pk, reason=reason)
    else:
        services.discard_routing(actor=actor, revision_id=pk, reason=reason)
        messages.success(request, _("The draft is gone; its history stays."))
        return redirect("routing:revision-list")
    return redirect(editor_url(pk))


@login_required
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """The next revision, as a copy of this one, on the same BOM revision."""
    actor, revision = actor_of(request), _revision_or_404(pk)
    new = services.start_routing(
        actor=actor,
        item_id=revision.item_id,
        bom_revision_id=revision.bom_revision_id,
        variant=revision.variant,
        purpose=revision.purpose,
        copy_of=revision.pk,
    )
    return redirect(editor_url(new.pk))


@login_required
@require_GET
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The process card that this revision would publish."""
    require(actor_of(request), VIEW)
    revision = _revision_or_404(pk)
    context = {
        **page_context(revision, "card"),
        "content": card_content(revision),
        "content_hash": card_hash(revision),
    }
    return render(request, "routing/preview.html", context)


@login_required
@require_GET
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    require(actor_of(request), VIEW)
    revision = _revision_or_404(pk)
    others = RoutingRevision.objects.filter(item=revision.item).exclude(pk=pk).order_by("-id")
    chosen = request.GET.get("with", "")
    other = others.filter(pk=int(chosen)).first() if chosen.isdigit() else (revision.copied_from or others.first())
    context: dict[str, Any] = {**page_context(revision, "compare"), "others": others, "other": other}
    if other is not None:
        context["lines"] = compare_routings(revision_with(other.pk), revision)
        context["changes"] = len(context["lines"])
    return render(request, "routing/compare.html", context)


@login_required
@require_GET
def history(request: HttpRequest, pk: int) -> HttpResponse:
    require(actor_of(request), VIEW)
    revision = _revision_or_404(pk)
    context = {**page_context(revision, "history"), "field_changes": field_changes(revision)}
    return render(request, "routing/history.html", context)


@login_required
@require_GET
def drawing(request: HttpRequest, pk: int) -> HttpResponse:
    """The precedence graph as SVG: for print, and where there are no scripts."""
    require(actor_of(request), VIEW)
    revision = _revision_or_404(pk)
    answer = HttpResponse(draw(load(revision)), content_type="image/svg+xml; charset=utf-8")
    if request.GET.get("download"):
        answer["Content-Disposition"] = f'attachment; filename="{revision.number.replace("/", "-")}.svg"'
    return answer
