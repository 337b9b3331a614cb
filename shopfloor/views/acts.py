"""Acts on a card from the tablet that are a button and at most a few words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import credentials_of
from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.core.errors import NotValid
from foundation.core.web.attempts import Attempt, attempt, show
from foundation.core.web.policy import camera_page
from shopfloor import services
from shopfloor.content import card_content
from shopfloor.forms import AskForm, HandOverForm, HappenedForm, ReportForm
from shopfloor.models import Handover, ProductionReport
from shopfloor.policies import WORK
from shopfloor.selectors import card_view
from shopfloor.selectors.pulse import newest_move
from shopfloor.states import RUNNING_STATES, Bucket
from shopfloor.views.tablet import card_of, stamp_of, worker_of
from shopfloor.views.work import happened_url, page_context, work_page

PLAIN: dict[str, Callable[..., Any]] = {
    "read": services.read_card,
    "resume": services.resume_card,
    "clock-in": services.clock_in,
    "clock-out": services.clock_out,
}


@never_cache
@camera_page
@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Read, start, resume, pause, clock in and out, change the machine: then the next screen."""
    actor = worker_of(request)
    given: dict[str, Any] = {}
    if verb in ("start", "machine"):
        given["equipment_code"] = request.POST.get("equipment_code", "").strip()
    elif verb == "pause":
        given["reason"] = request.POST.get("reason", "").strip()
    service = {
        **PLAIN, "start": services.start_card, "machine": services.change_machine, "pause": services.pause_card
    }[verb]  # fmt: skip
    with attempt() as tried:
        service(actor=actor, card_id=pk, **given)
    if not tried.done:
        return work_page(request, actor, pk, tried=tried, values=request.POST.dict())
    return redirect("shopfloor:station" if verb in ("pause", "clock-out") else "shopfloor:work", **_to(verb, pk))


def _to(verb: str, pk: int) -> dict[str, int]:
    return {} if verb in ("pause", "clock-out") else {"pk": pk}


@never_cache
@require_safe
def more(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything else that can be done with this card, as large tiles."""
    actor = worker_of(request)
    view = card_view(card_of(pk, actor), actor)
    context = {**page_context(view, actor), "report_url": happened_url(pk)}
    return show(request, "shopfloor/more.html", context)


@never_cache
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Good, scrap and rework: move k of n on. Nothing is chosen beforehand; “all good” is a tap of its own."""
    actor = worker_of(request)
    view = card_view(card_of(pk, actor), actor)
    here = [row.number for row in view.pieces if row.bucket == Bucket.HERE]
    form = ReportForm(request.POST or None)
    chosen = form.chosen()
    tried: Attempt | None = None
    if request.POST.get("mark") == "good":
        done = [row.number for row in view.pieces if row.number in here and not row.open_steps]
        chosen |= {piece: "good" for piece in done if not chosen.get(piece)}
    elif form.is_bound and form.is_valid():
        with attempt() as tried:
            require(actor, WORK, view.card.order.site_id)
            made = _report(actor, pk, form, here)
        if tried.done:
            words = {"good": made.good, "scrap": made.scrap, "rework": made.rework}
            messages.success(request, _("Reported: %(good)s good, %(scrap)s scrap, %(rework)s rework.") % words)
            return redirect("shopfloor:work", pk)
    values = request.POST.dict() if request.method == "POST" else {}
    screen = "report" if view.card.state in RUNNING_STATES else ""
    return work_page(request, actor, pk, tried=tried, screen=screen, values=values, more={"chosen": chosen})


def _report(actor: Actor, pk: int, form: ReportForm, here: list[int]) -> ProductionReport:
    """As it was chosen; refused while a piece has no answer or the form is older than the card."""
    data, stamp, undecided = form.cleaned_data, stamp_of(form), form.undecided(here)
    if undecided and data["seen"] in (None, newest_move(pk)):
        raise NotValid(
            _("Choose for each piece what became of it: piece %(pieces)s.")
            % {"pieces": ", ".join(map(str, undecided))},
            code="piece-undecided",
        )
    return services.report_production(
        actor=actor,
        card_id=pk,
        idempotency_key=stamp.idempotency_key,
        captured_at=stamp.captured_at,
        scrap_code=data["scrap_code"],
        note=data["note"],
        seen=data["seen"],
        **form.numbers(),
    )


@never_cache
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Change of shift: what is here and open is counted, the rest is said in words."""
    actor = worker_of(request)
    form = HandOverForm(request.POST or None)
    tried: Attempt | None = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            services.hand_over(actor=actor, card_id=pk, **form.cleaned_data)
        if tried.done:
            messages.success(request, _("Handed over. The next person badges in and accepts."))
            return redirect("shopfloor:station")
    return work_page(request, actor, pk, tried=tried, screen="hand_over", more={"form": form})


@never_cache
@require_POST
def answer_handover(request: HttpRequest, pk: int, handover: int) -> HttpResponse:
    """Accept and go on, or dispute with words."""
    actor = worker_of(request)
    get_object_or_404(Handover, pk=handover, card_id=pk)
    accepted = request.POST.get("answer") == "accept"
    with attempt() as tried:
        services.answer_handover(
            actor=actor, handover_id=handover, accepted=accepted, note=request.POST.get("reason", "")
        )
    if tried.done:
        return redirect("shopfloor:work", pk)
    return work_page(request, actor, pk, tried=tried, values=request.POST.dict())


@never_cache
@sensitive_post_parameters("secret", "factor")
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign the card as performed."""
    actor = worker_of(request)
    tried: Attempt | None = None
    if request.method == "POST":
        with attempt() as tried:
            services.complete_card(
                actor=actor,
                card_id=pk,
                credentials=credentials_of(request),
                idempotency_key=_key(request),
            )
        if tried.done:
            return redirect("shopfloor:work", pk)
    values = {"key": request.POST.get("key", "")} if tried else {}
    card = card_of(pk, actor)
    if card.state not in RUNNING_STATES:  # another tab was first: there is nothing left to sign
        return work_page(request, actor, pk, tried=tried)
    more = {"content_hash": content_hash(card_content(card))}
    return work_page(request, actor, pk, tried=tried, screen="complete", values=values, more=more)


def _key(request: HttpRequest) -> Any:
    form = ReportForm(request.POST)
    form.is_valid()
    return form.cleaned_data.get("key") or uuid4()


@never_cache
@camera_page
def happened(request: HttpRequest, pk: int) -> HttpResponse:
    """Report what happened: whatever was refused before, the fact is taken, the material held, the card stopped."""
    actor = worker_of(request)
    initial = {name: request.GET.get(name, "") for name in ("refused_code", "step_key", "unit_no")}
    form = HappenedForm(request.POST or None, initial=initial)
    tried: Attempt | None = None
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        with attempt(form) as tried:
            deviation = services.report_what_happened(
                actor=actor,
                card_id=pk,
                what_happened=data["what_happened"],
                containers=[data["container"]] if data["container"] else [],
                unit_no=data["unit_no"],
                refused_code=data["refused_code"],
                step_key=data["step_key"],
            )
        if tried.done:
            messages.success(
                request,
                _("%(deviation)s: kept. The material is held and quality has been told.")
                % {"deviation": deviation.number},
            )
            return redirect("shopfloor:work", pk)
    return work_page(
        request, actor, pk, tried=tried, screen="happened", values=request.POST.dict(), more={"form": form}
    )


@never_cache
@camera_page
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask quality to open a gate that it may open, for this card: before anything happened, so nothing is held."""
    actor = worker_of(request)
    initial = {name: request.GET.get(name, "") for name in ("refused_code", "step_key", "unit_no", "container")}
    form = AskForm(request.POST or None, initial=initial)
    tried: Attempt | None = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            deviation = services.ask_to_open(actor=actor, card_id=pk, **form.cleaned_data)
        if tried.done:
            messages.success(
                request,
                _("%(deviation)s: quality has been asked. Until it is decided the gate stays closed.")
                % {"deviation": deviation.number},
            )
            return redirect("shopfloor:work", pk)
    values = request.POST.dict() if form.is_bound else initial
    return work_page(request, actor, pk, tried=tried, screen="ask", values=values, more={"form": form})
