"""Other people's looks, given at the performer's tablet: second check, first piece, inspection, excluded samples."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from foundation.accounts.web import credentials_of
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.web.attempts import attempt
from foundation.core.web.policy import camera_page
from quality.states import InspectionKind
from shopfloor import services
from shopfloor.forms import JudgeForm, LookForm
from shopfloor.models import SecondCheck, StepRecord, TestFile
from shopfloor.views.entries import step_of
from shopfloor.views.tablet import card_of, second_person, worker_of
from shopfloor.views.work import work_page


@never_cache
@camera_page
@require_POST
@sensitive_post_parameters("secret", "factor")
def second_check(request: HttpRequest, pk: int, record: int) -> HttpResponse:
    """Witness (signs with both components), blind measurement, review or scan, by another person."""
    actor = worker_of(request)
    card = card_of(pk, actor)
    made = get_object_or_404(StepRecord, pk=record, card=card)
    kind = step_of(card, made.step_key).second_check
    form = LookForm(request.POST)
    form.is_valid()
    with attempt() as tried:
        check = _look(request, actor, made, kind, form.cleaned_data)
    if not tried.done:
        values = {name: value for name, value in request.POST.dict().items() if name != "secret"}
        return work_page(request, actor, pk, tried=tried, values={**values, "unit_no": made.unit_no})
    if check.agreed:
        messages.success(request, _("Checked by %(name)s.") % {"name": check.checker_name})
    else:
        messages.warning(
            request,
            _("%(name)s does not agree. The step is open again, and quality has been told.")
            % {"name": check.checker_name},
        )
    return redirect("shopfloor:work", pk)


def _look(request: HttpRequest, actor: Actor, made: StepRecord, kind: str, data: dict[str, Any]) -> SecondCheck:
    """A witness signs beside the performer; for the other kinds the second person acts."""
    look: dict[str, Any] = {
        "value": data.get("value") or "",
        "scanned_code": data.get("scanned_code") or "",
        "equipment_code": data.get("equipment_code") or "",
        "note": data.get("note") or "",
        "agreed": data.get("agreed") != "no",
    }
    if kind == "witness":
        look["credentials"] = credentials_of(request)
        return services.second_check(
            actor=actor, record_id=made.pk, look=services.Look(**look), captured_at=clock.now()
        )
    own = made.performer_id == actor.user_id
    with second_person(request, actor, required=own) as person:
        return services.second_check(
            actor=person, record_id=made.pk, look=services.Look(**look), captured_at=clock.now()
        )


@never_cache
@require_POST
@sensitive_post_parameters("secret", "factor")
def first_piece(request: HttpRequest, pk: int) -> HttpResponse:
    """The inspector accepts or rejects the first piece."""
    actor = worker_of(request)
    form = JudgeForm(request.POST)
    with attempt() as tried, second_person(request, actor) as person:
        _judged(form)
        services.accept_first_piece(
            actor=person, card_id=pk, accepted=form.cleaned_data["accepted"] == "yes", note=form.cleaned_data["note"]
        )
    if not tried.done:
        return work_page(request, actor, pk, tried=tried, values=_without_secret(request))
    if form.cleaned_data["accepted"] == "yes":
        messages.success(request, _("The first piece is accepted: go on with the others."))
    else:
        messages.warning(request, _("The first piece is rejected and held; the next piece is the first one."))
    return redirect("shopfloor:work", pk)


@never_cache
@sensitive_post_parameters("secret", "factor")
def inspect(request: HttpRequest, pk: int) -> HttpResponse:
    """An inspection on the card: the hold point's, or a patrol."""
    actor = worker_of(request)
    if request.method != "POST":
        return work_page(request, actor, pk, screen="inspect")
    form = JudgeForm(request.POST)
    kind = request.POST.get("kind") or InspectionKind.FINAL
    with attempt() as tried, second_person(request, actor) as person:
        _judged(form)
        services.inspect_card(
            actor=person,
            card_id=pk,
            kind=kind,
            accepted=form.cleaned_data["accepted"] == "yes",
            note=form.cleaned_data["note"],
        )
    if not tried.done:
        return work_page(request, actor, pk, tried=tried, screen="inspect", values=_without_secret(request))
    messages.success(request, _("The inspection is kept."))
    return redirect("shopfloor:work", pk)


def _judged(form: JudgeForm) -> None:
    if not form.is_valid():
        raise NotValid(_("Say whether it is accepted."), code="not-judged", field="accepted")


def _without_secret(request: HttpRequest) -> dict[str, Any]:
    return {name: value for name, value in request.POST.dict().items() if name != "secret"}


@never_cache
@require_POST
@sensitive_post_parameters("secret", "factor")
def exclude(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """Quality excludes implausible samples, with the cause."""
    actor = worker_of(request)
    test_file = get_object_or_404(TestFile, pk=file, card_id=pk)
    rows = [int(row) for row in request.POST.getlist("rows") if row.isdecimal() and len(row) < 9]
    with attempt() as tried, second_person(request, actor) as person:
        result = services.exclude_sample(
            actor=person, test_file_id=test_file.pk, rows=rows, reason=request.POST.get("reason", "")
        )
    if not tried.done:
        return work_page(request, actor, pk, tried=tried, values=_without_secret(request))
    return redirect("shopfloor:after", pk, result.record.pk)
