"""Entries from the tablet: a step, a scan, a file. A refused one comes back on its screen with all that was entered."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from foundation.core.actor import Actor
from foundation.core.canonical import decimal_text
from foundation.core.errors import NotValid
from foundation.core.web.attempts import Attempt, attempt
from foundation.core.web.policy import camera_page
from foundation.core.words import spoken, spoken_day, unit_words
from shopfloor import services
from shopfloor.definition import StepDefinition, definition_of
from shopfloor.forms import EntryForm, FileForm, ScanForm
from shopfloor.models import StepRecord, WorkCard
from shopfloor.services import StepResult
from shopfloor.services.readings import CHECKED_KINDS
from shopfloor.views.tablet import card_of, second_person, stamp_of, worker_of
from shopfloor.views.work import needs_words, work_page


def step_of(card: WorkCard, key: str) -> StepDefinition:
    return definition_of(card.process_card_id).operation(card.operation).step(key)


@never_cache
@camera_page
@require_POST
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry. Outside its limits, or not conforming, it asks once: correct it, measure again, or confirm it."""
    actor = worker_of(request)
    card = card_of(pk, actor)
    form = EntryForm(request.POST)
    values = {**request.POST.dict(), "ticks": request.POST.getlist("ticks")}
    if not form.is_valid():
        return work_page(request, actor, pk, tried=_unreadable(), values=values)
    step = step_of(card, form.cleaned_data["step_key"])
    values["value"] = _value(request, step, form)
    decision = form.cleaned_data["decision"]
    if decision == "correct":
        return work_page(request, actor, pk, values=values)
    asked = _ask_not_conforming(step, values["value"]) if not decision else None
    if asked:
        return work_page(request, actor, pk, screen="confirm", values=values, more={"asked": asked})
    with attempt() as tried, second_person(request, actor) as person:
        result = _record(person, pk, form, values["value"])
    if tried.done:
        return _go_on(request, pk, result)
    if tried.problem is not None and tried.problem.code == "confirm-out-of-limits":
        more = {"asked": {"kind": "limits", **tried.problem.details}, "problem": None}
        return work_page(request, actor, pk, tried=tried, screen="confirm", values=values, more=more)
    return work_page(request, actor, pk, tried=tried, values=values)


def _record(person: Actor, pk: int, form: EntryForm, value: str) -> StepResult:
    stamp = stamp_of(form)
    data = form.cleaned_data
    return services.record_step(
        actor=person,
        card_id=pk,
        step_key=data["step_key"],
        value=value,
        unit_no=data["unit_no"],
        equipment_code=data["equipment_code"],
        note=data["note"],
        confirm_out_of_limits=data["decision"] == "confirm",
        measure_again=data["decision"] == "again",
        captured_at=stamp.captured_at,
        device_time=stamp.device_time,
        idempotency_key=stamp.idempotency_key,
    )


def _value(request: HttpRequest, step: StepDefinition, form: EntryForm) -> str:
    """What was entered, in the service's words: the ticked points of a checklist are one value."""
    value = str(form.cleaned_data["value"] or "").strip()
    if value or step.kind not in CHECKED_KINDS or not step.raw.get("choices"):
        return value
    points = [str(choice["value"]) for choice in step.raw["choices"]]
    ticked = [point for point in points if point in request.POST.getlist("ticks")]
    return "ok" if ticked == points else ",".join(ticked) or "not_ok"


def _ask_not_conforming(step: StepDefinition, value: str) -> dict[str, Any] | None:
    """A forgotten tick is not a nonconformance: what would be one is asked once."""
    if step.kind in CHECKED_KINDS and value != "ok":
        points = step.raw.get("choices") or []
        missing = [point["text"] for point in points if str(point["value"]) not in value.split(",")]
        return {"kind": "points", "missing": missing}
    if step.kind == "choice":
        chosen = next((c for c in step.raw["choices"] if str(c["value"]) == value), None)
        if chosen is not None and not chosen.get("conforming", True):
            return {"kind": "choice", "missing": [chosen["text"]]}
    return None


def _unreadable() -> Attempt:
    return Attempt(problem=NotValid(_("This entry cannot be read: enter it again."), code="not-readable"))


def _go_on(request: HttpRequest, pk: int, result: StepResult) -> HttpResponse:
    """To the next step; first to what happens now, when something does."""
    made = result.record
    if needs_words(made) or made.kind == "file":
        return redirect("shopfloor:after", pk, made.pk)
    if made.kind == "reading":
        words = {"value": spoken(made.value), "unit": unit_words(made.unit)}
        messages.success(request, _("Recorded: %(value)s %(unit)s, within limits.") % words)
    return redirect(_next_url(pk, made.unit_no))


def _next_url(pk: int, piece: int | None) -> str:
    url = reverse("shopfloor:work", args=[pk])
    return f"{url}?piece={piece}" if piece else url


@never_cache
@camera_page
@require_POST
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """A container goes in."""
    actor = worker_of(request)
    form = ScanForm(request.POST)
    values = request.POST.dict()
    if not form.is_valid():
        return work_page(request, actor, pk, tried=_unreadable(), values=values)
    stamp, data = stamp_of(form), form.cleaned_data
    with attempt() as tried:
        result = services.scan_container(
            actor=actor,
            card_id=pk,
            code=data["code"],
            step_key=data["step_key"],
            position=data["position"],
            quantity=data["quantity"],
            unit_no=data["unit_no"],
            captured_at=stamp.captured_at,
            device_time=stamp.device_time,
            idempotency_key=stamp.idempotency_key,
        )
    if not tried.done:
        return work_page(request, actor, pk, tried=tried, values=values)
    made = result.record
    words = {
        "container": made.value,
        "quantity": spoken(decimal_text(made.quantity)) if made.quantity else "",
        "unit": unit_words(made.unit),
    }
    messages.success(request, _("%(container)s is in: %(quantity)s %(unit)s.") % words if made.quantity else made.value)
    _tell_first_expired_first(request, made)
    return redirect(_next_url(pk, made.unit_no))


def _tell_first_expired_first(request: HttpRequest, made: StepRecord) -> None:
    """First expired first is advice, not a gate: said at the scan, and kept with the entry."""
    better = made.evidence.get("advice")
    if not better:
        return
    day = better.get("expires_on")
    words = {"container": better["container"], "day": spoken_day(date.fromisoformat(day)) if day else "–"}
    messages.warning(
        request,
        _("Another container expires earlier: %(container)s, %(day)s. Use it first; this one can be taken out again.")
        % words,
    )


@never_cache
@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """A recorded test."""
    actor = worker_of(request)
    form = FileForm(request.POST, request.FILES)
    values = request.POST.dict()
    if not form.is_valid():
        problem = NotValid(_("Choose the file of the recording."), code="file-required", field="file")
        return work_page(request, actor, pk, tried=Attempt(problem=problem), values=values)
    stamp, upload = stamp_of(form), form.cleaned_data["file"]
    with attempt() as tried:
        result = services.attach_test_file(
            actor=actor,
            card_id=pk,
            step_key=form.cleaned_data["step_key"],
            content=upload.read(),
            file_name=upload.name,
            unit_no=form.cleaned_data["unit_no"],
            captured_at=stamp.captured_at,
            device_time=stamp.device_time,
            idempotency_key=stamp.idempotency_key,
        )
    if tried.done:
        return _go_on(request, pk, result)
    return work_page(request, actor, pk, tried=tried, values=values)
