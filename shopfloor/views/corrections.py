"""What was entered on a card, and making it right: correct, ask for a correction, take a wrong part out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from foundation.accounts.policies import may
from foundation.core.web.attempts import Attempt, attempt
from resources.inventory.models import Place
from resources.inventory.states import PlaceKind
from shopfloor import services
from shopfloor.forms import CorrectForm, RemoveForm
from shopfloor.models import StepRecord
from shopfloor.services.corrections import CORRECTABLE
from shopfloor.states import SETTLED_STATES
from shopfloor.views.entries import step_of
from shopfloor.views.tablet import card_of, second_person, stamp_of, worker_of
from shopfloor.views.work import work_page

ASK = "shopfloor.request_correction"


@never_cache
@require_safe
def entries(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything recorded on the card, newest first, with what can be done about it."""
    actor = worker_of(request)
    card = card_of(pk, actor)
    rows = []
    taken = {r.corrects_id for r in StepRecord.objects.filter(card=card, corrects__isnull=False)}
    open_card = card.state not in SETTLED_STATES
    for made in StepRecord.objects.filter(card=card).order_by("-pk")[:200]:
        step = step_of(card, made.step_key)
        replaced = made.pk in taken
        blind = step.second_check == "remeasure" and made.performer_id != actor.user_id
        can_correct = made.kind in CORRECTABLE and not replaced
        own = made.performer_id == actor.user_id
        rows.append(
            {
                "made": made,
                "instruction": step.instruction,
                "replaced": replaced,
                "blind": blind,
                "correct": can_correct and open_card and own,
                "ask": can_correct,
                "remove": made.kind == "material_scan" and made.outcome != "removed" and open_card and made.quantity,
            }
        )
    return work_page(request, actor, pk, screen="entries", more={"rows": rows})


@never_cache
@sensitive_post_parameters("secret")
def correct(request: HttpRequest, pk: int, record: int) -> HttpResponse:
    """The performer corrects an own entry; for every other one the line leader asks quality, by badge on this tablet."""
    actor = worker_of(request)
    card = card_of(pk, actor)
    made = get_object_or_404(StepRecord, pk=record, card=card)
    form = CorrectForm(request.POST or None)
    own = made.performer_id == actor.user_id and card.state not in SETTLED_STATES
    asking = not own or "ask" in request.GET or "ask" in request.POST
    tried: Attempt | None = None
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        with attempt() as tried:
            if asking:
                with second_person(request, actor, required=not may(actor, ASK)) as person:
                    services.request_correction(
                        actor=person, record_id=made.pk, new_value=data["value"], reason=data["reason"]
                    )
            else:
                stamp = stamp_of(form)
                services.correct_entry(
                    actor=actor,
                    record_id=made.pk,
                    value=data["value"],
                    reason=data["reason"],
                    captured_at=stamp.captured_at,
                    idempotency_key=stamp.idempotency_key,
                )
        if tried.done:
            done = _("Asked for. Quality decides; until then the entry stays.") if asking else _("Corrected.")
            messages.success(request, done)
            return redirect("shopfloor:work", pk)
        if tried.problem is not None and tried.problem.code == "needs-approval":
            asking = True
    more: dict[str, Any] = {
        "made": made, "made_step": step_of(card, made.step_key), "form": form, "asking": asking,
        "needs_other": asking and not may(actor, ASK),
    }  # fmt: skip
    values = {k: v for k, v in request.POST.dict().items() if k != "secret"}
    return work_page(request, actor, pk, tried=tried, screen="correct", values=values, more=more)


@never_cache
@sensitive_post_parameters("secret")
def remove(request: HttpRequest, pk: int, record: int) -> HttpResponse:
    """A wrong part comes out again: by the line leader, to quarantine or scrap."""
    actor = worker_of(request)
    card = card_of(pk, actor)
    made = get_object_or_404(StepRecord, pk=record, card=card, kind="material_scan")
    places = Place.objects.filter(
        site_id=card.order.site_id, kind__in=[PlaceKind.STOCK, PlaceKind.SCRAP], active=True, released_only=False
    ).order_by("pk")
    form = RemoveForm(request.POST or None, places=places)
    may_self = may(actor, "shopfloor.remove_link")
    tried: Attempt | None = None
    if form.is_bound and form.is_valid():
        stamp, data = stamp_of(form), form.cleaned_data
        with attempt() as tried, second_person(request, actor, required=not may_self) as person:
            services.remove_part(
                actor=person,
                record_id=made.pk,
                quantity=data["quantity"],
                reason=data["reason"],
                return_to_id=data["return_to"].pk,
                captured_at=stamp.captured_at,
                idempotency_key=stamp.idempotency_key,
            )
        if tried.done:
            messages.success(request, _("Taken out. The step is open again."))
            return redirect("shopfloor:work", pk)
    more = {"made": made, "form": form, "needs_other": not may_self}
    values = {k: v for k, v in request.POST.dict().items() if k != "secret"}
    return work_page(request, actor, pk, tried=tried, screen="remove", values=values, more=more)
