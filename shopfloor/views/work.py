"""The tablet's card: one screen at a time, and a quiet question every few seconds whether something has changed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.policies import may
from foundation.accounts.scope import visible_rows
from foundation.accounts.web import station_of
from foundation.core.actor import Actor
from foundation.core.errors import Refusal
from foundation.core.web.attempts import Attempt, attempt, show
from foundation.core.web.policy import camera_page
from resources.equipment.selectors import class_words
from shopfloor.definition import definition_of
from shopfloor.forms import DEFECTS, ONE_BY_ONE
from shopfloor.gates import NEVER, OVERRIDES
from shopfloor.models import StepRecord, TravelCard, WorkCard
from shopfloor.policies import INSPECT, WORK
from shopfloor.selectors import CardView, EntryView, card_view, open_card_for_traveller, station_cards
from shopfloor.selectors.pulse import card_pulse, newest_move
from shopfloor.states import Reaction, StepOutcome
from shopfloor.views.screens import Screen, place_of, screen_of
from shopfloor.views.tablet import card_of, worker_of

OF_PIECE = ("step", "confirm", "check", "exclusion")
KEPT = ("step_key", "unit_no", "value", "equipment_code", "note", "identity")


@never_cache
@camera_page
def station(request: HttpRequest) -> HttpResponse:
    """Where a shift begins: scan a traveller, or take an open card of this station."""
    return _station(request, worker_of(request))


@never_cache
@camera_page
@require_POST
def open_traveller(request: HttpRequest) -> HttpResponse:
    """A scanned traveller opens the next card here."""
    actor = worker_of(request)
    code = request.POST.get("code", "")
    with attempt() as tried:
        card = open_card_for_traveller(code, station_of(request), TravelCard.objects.visible_to(actor))
    if tried.done:
        return redirect("shopfloor:work", card.pk)
    return _station(request, actor, tried, code)


def _station(request: HttpRequest, actor: Actor, tried: Attempt | None = None, code: str = "") -> HttpResponse:
    here = station_of(request)
    center = here.work_center if here else ""
    rows = visible_rows(station_cards(center), actor)
    cards = list((rows.filter(order__site=here.site_id) if here else rows)[:60])
    begun = [card for card in cards if card.state != "ready"]
    elsewhere = tried.problem.details.get("card") if tried and tried.problem else None
    context = {
        "begun": [_tile(card) for card in begun],
        "ready": [_tile(card) for card in cards if card.state == "ready"],
        "center": center,
        "code": code,
        "elsewhere": elsewhere,
        "back": "",
    }
    return show(request, "shopfloor/station.html", context, tried=tried)


def _tile(card: WorkCard) -> dict[str, Any]:
    from_card = card.process_card_id
    return {"card": card, "name": _operation_name(from_card, card.operation)}


def _operation_name(process_card_id: int, operation: int) -> str:
    return definition_of(process_card_id).operation(operation).name


@never_cache
@camera_page
@require_safe
def work(request: HttpRequest, pk: int) -> HttpResponse:
    """The card's next screen for this person."""
    actor = worker_of(request)
    return work_page(request, actor, pk)


def work_page(
    request: HttpRequest,
    actor: Actor,
    pk: int,
    *,
    tried: Attempt | None = None,
    screen: str = "",
    values: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The page of the card. After a refusal: the same screen with the reason, and with ``values`` as they were entered."""
    card_of(pk, actor)
    piece = _piece(values) or _piece(request.GET)
    view = card_view(pk, actor, piece)
    shown = screen_of(view, actor, piece)
    name = screen or shown.name
    context = {
        **page_context(view, actor, shown),
        "screen": name,
        "screen_template": f"shopfloor/screens/{name}.html",
        "piece": shown.entry.piece if shown.entry and name in OF_PIECE else None,
        "values": dict(values or {}),
        "kept": {name: value for name, value in (values or {}).items() if name in KEPT},
        "refused": tried.problem if tried else None,
        "report_url": happened_url(pk, tried.problem if tried else None, shown),
        "ask_url": ask_url(view, tried.problem if tried else None, shown),
        **shown.more,
        **(more or {}),
    }
    return show(request, "shopfloor/work.html", context, tried=tried)


def page_context(view: CardView, actor: Actor, shown: Screen | None = None) -> dict[str, Any]:
    """The bar and what every screen of a card needs."""
    entry = shown.entry if shown else None
    step, steps = place_of(view, entry)
    return {
        "view": view,
        "card": view.card,
        "entry": entry,
        "piece": entry.piece if entry else None,
        "step": step,
        "steps": steps,
        "key": uuid4(),
        "machine_class": partial(class_words, view.operation.equipment_class),
        "pulse": card_pulse(view.card.pk),
        "seen": SimpleLazyObject(partial(newest_move, view.card.pk)),
        "chosen": {},
        "defects": DEFECTS,
        "numbers": [("good", _("Good")), ("scrap", _("Scrap")), ("rework", _("Rework"))],
        "can_work": may(actor, WORK),
        "can_inspect": may(actor, INSPECT),
        "here": [row for row in view.pieces if row.bucket == "here"],
        "one_by_one": ONE_BY_ONE,
        "held": [row for row in view.pieces if row.bucket == "held"],
        "blocked": _blocked(view),
        **(_input(entry) if entry else {}),
    }


def _blocked(view: CardView) -> dict[str, bool]:
    """Of the closed gates: is reading the next thing, and is there one that nobody here can open by reading or scanning?"""
    codes = {gate.code for gate in view.gates if not gate.open}
    return {"read": "not-read" in codes, "hard": bool(codes - {"not-read", "no-machine", "not-clocked-in"})}


def _input(entry: EntryView) -> dict[str, Any]:
    """How an entry is made: clearance and inspection are lists to tick."""
    kind = "checklist" if entry.kind in ("clearance", "inspection") else entry.kind
    return {
        "input_template": f"shopfloor/inputs/{kind}.html",
        "all_optional": bool(entry.lines) and all(line.optional for line in entry.lines),
    }


def happened_url(pk: int, problem: Refusal | None = None, shown: Screen | None = None) -> str:
    """“Report what happened”, with what was refused and where."""
    asked: dict[str, Any] = {}
    if problem is not None:
        asked["refused_code"] = problem.code
    if shown is not None and shown.entry is not None:
        asked["step_key"] = shown.entry.key
        if shown.entry.piece:
            asked["unit_no"] = shown.entry.piece
    url = reverse("shopfloor:happened", args=[pk])
    return f"{url}?{urlencode(asked)}" if asked else url


def ask_url(view: CardView, problem: Refusal | None, shown: Screen) -> str:
    """Where quality is asked to open the gate that refused, or that stands before the work; "" where nobody may open it."""
    code, evidence = _shut(view, problem)
    if OVERRIDES.get(code, NEVER) == NEVER:
        return ""
    asked: dict[str, Any] = {"refused_code": code}
    if evidence.get("container"):
        asked["container"] = evidence["container"]
    if shown.entry is not None:
        asked |= {"step_key": shown.entry.key, **({"unit_no": shown.entry.piece} if shown.entry.piece else {})}
    return f"{reverse('shopfloor:ask', args=[view.card.pk])}?{urlencode(asked)}"


def _shut(view: CardView, problem: Refusal | None) -> tuple[str, dict[str, Any]]:
    """Code and evidence of the closed gate. Reading the card is done, not asked for."""
    if problem is not None:
        shut = [gate for gate in problem.details.get("gates", []) if gate["code"] == problem.code]
        return problem.code, shut[0]["evidence"] if shut else {}
    waiting = [gate for gate in view.gates if not gate.open and gate.code != "not-read"]
    return (waiting[0].code, waiting[0].evidence) if waiting else ("", {})


def _piece(values: Mapping[str, Any] | None) -> int | None:
    for name in ("unit_no", "piece"):
        text = str((values or {}).get(name) or "")
        if text.isdecimal() and len(text) < 7:
            return int(text)
    return None


@never_cache
@require_safe
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """204 while nothing has changed; else a notice with a way to the new screen. What is being typed stays."""
    actor = worker_of(request)
    card_of(pk, actor)
    now = card_pulse(pk)
    if request.GET.get("seen") == now:
        return HttpResponse(status=204)
    view = card_view(pk, actor)
    closed = [gate.as_json() for gate in view.gates if not gate.open and gate.gate in ("material", "order")]
    return render(request, "shopfloor/live.html", {"card": view.card, "gates": closed, "pulse": now, "changed": True})


@never_cache
@require_safe
def after(request: HttpRequest, pk: int, record: int) -> HttpResponse:
    """What happens now: the screen after an entry that set something off, and after every file."""
    actor = worker_of(request)
    card_of(pk, actor)
    made = StepRecord.objects.select_related("nonconformance", "deviation").filter(pk=record, card_id=pk).first()
    if made is None:
        return redirect("shopfloor:work", pk)
    view = card_view(pk, actor, made.unit_no)
    loop = view.operation.loop or {}
    loops = StepRecord.objects.filter(card_id=pk, unit_no=made.unit_no, reaction=Reaction.REWORK_LOOP, pk__lte=made.pk)
    step = view.operation.step(made.step_key)
    remeasured = StepRecord.objects.filter(
        card_id=pk, unit_no=made.unit_no, step_key=made.step_key, reaction=Reaction.REMEASURE, pk__lte=made.pk
    )
    context = {
        **page_context(view, actor),
        "made": made,
        "made_step": step,
        "limits": step.parameter,
        "attempt": loops.count() + 1,
        "attempts": int(loop.get("maximum") or 0) + 1,
        "back_to": loop.get("back_to"),
        "remeasure": remeasured.count(),
        "remeasures": int((step.parameter or {}).get("max_remeasure") or 0),
        "report_url": happened_url(pk),
        "screen": "after",
        "screen_template": "shopfloor/screens/after.html",
    }
    return render(request, "shopfloor/work.html", context)


def needs_words(record: StepRecord) -> bool:
    """Does the person have to be told what happens now?"""
    return bool(record.reaction) or record.outcome in (StepOutcome.PENDING, StepOutcome.FAILED)
