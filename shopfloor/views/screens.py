"""Which ONE screen a card shows now. The services decide what is allowed; this only puts the next thing in front."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import SimpleLazyObject

from foundation.accounts.policies import may
from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from resources.equipment.selectors import class_words
from shopfloor.content import card_content
from shopfloor.gates import MATERIAL, ORDER
from shopfloor.models import CardEvent, StepRecord
from shopfloor.policies import INSPECT, WORK
from shopfloor.selectors import CardView, EntryView
from shopfloor.services.checks import entry_content
from shopfloor.services.reporting import hold_point_passed
from shopfloor.states import CardState

# Screens of a card that does not run, by its state.
QUIET = {
    CardState.WAITING: "waiting",
    CardState.READY: "start",
    CardState.BLOCKED: "blocked",
    CardState.COMPLETED: "finished",
    CardState.SKIPPED: "finished",
    CardState.CANCELLED: "finished",
}


@dataclass
class Screen:
    """``name`` is the template in shopfloor/screens; ``entry`` what it is about."""

    name: str
    entry: EntryView | None = None
    more: dict[str, Any] = field(default_factory=dict)


def screen_of(view: CardView, actor: Actor, piece: int | None = None) -> Screen:
    """The next thing to do on this card for this person."""
    state = view.card.state
    if state in QUIET:
        return Screen(QUIET[CardState(state)], more=_why(view) if state == CardState.BLOCKED else {})
    if state == CardState.PAUSED:
        return Screen("handover" if view.handover else "resume", more=_why(view))
    if any(not gate.open and gate.gate in (MATERIAL, ORDER) for gate in view.gates):
        return Screen("stopped")
    if not view.clocked_in and not may(actor, INSPECT):
        return Screen("join")
    return _running(view, actor, piece)


def _running(view: CardView, actor: Actor, piece: int | None) -> Screen:
    waiting = _waiting(view, piece)
    if waiting is not None:
        return Screen("exclusion" if waiting.waits_for == "exclusion" else "check", waiting, _checked(waiting, actor))
    if view.first_piece_ready:
        return Screen("first_piece")
    if view.next is not None:
        return Screen("step", view.next, step_context(view, view.next, actor))
    review = next((entry for entry in view.entries if entry.waits_for == "second_check"), None)
    if review is not None:
        return Screen("check", review, _checked(review, actor))
    if view.balance.here and view.operation.hold_point and not hold_point_passed(view.card.pk):
        return Screen("inspect")
    if view.balance.here:
        return Screen("report")
    return Screen("complete", more={"content_hash": SimpleLazyObject(lambda: content_hash(card_content(view.card)))})


def _waiting(view: CardView, piece: int | None) -> EntryView | None:
    """What waits for another person, reviews aside: those may come at the end. Of the piece in front, when there is one."""
    here = {row.number for row in view.pieces if row.bucket == "here"}
    for entry in view.entries:
        if not entry.waits_for or entry.second_check == "review" or (entry.piece and entry.piece not in here):
            continue
        if piece is None or entry.piece in (None, piece):
            return entry
    return None


def _checked(entry: EntryView, actor: Actor) -> dict[str, Any]:
    """The entry that the other person looks at, and whether the person at the tablet made it."""
    open_records = [r for r in entry.records if not r["checked"] and r["outcome"] not in ("removed",)]
    record = (open_records or entry.records)[-1]
    wanted = str((entry.parameter or {}).get("gauge_class") or "")
    return {
        "record": record,
        "shown": SimpleLazyObject(lambda: _entry_hash(record["id"])),
        "own": record["performer_id"] == actor.user_id,
        "gauge_class": class_words(wanted) if wanted else "",
    }


def _entry_hash(record_id: int) -> str:
    """Of the entry as a witness sees it here, and signs it."""
    record = StepRecord.objects.select_related("card").get(pk=record_id)
    return content_hash(entry_content(record.card, record))


def _why(view: CardView) -> dict[str, Any]:
    last = CardEvent.objects.filter(card=view.card, target=view.card.state).exclude(source=view.card.state)
    event = last.order_by("-id").first()
    return {"stopped": event}


def step_context(view: CardView, entry: EntryView, actor: Actor) -> dict[str, Any]:
    """What the step's screen needs beside the entry: its place among the steps, the gauge used last, who may do it."""
    wanted = str((entry.parameter or {}).get("gauge_class") or "")
    needed = INSPECT if entry.by == "inspector" else WORK
    return {
        "gauge_class": class_words(wanted) if wanted else "",
        "gauge": _gauge(view, actor, entry.key) if wanted else "",
        "needs_other": not may(actor, needed),
        "inspector": entry.by == "inspector",
        "again": entry.attempt > 1 and entry.kind == "reading",
        "last": entry.records[-1] if entry.records else None,
    }


def _gauge(view: CardView, actor: Actor, key: str) -> str:
    """The gauge this person measured this step with before: offered again, and gated again."""
    rows = StepRecord.objects.filter(card=view.card, step_key=key, performer_id=actor.user_id, equipment__isnull=False)
    last = rows.select_related("equipment").order_by("-id").first()
    return last.equipment.code if last and last.equipment else ""


def place_of(view: CardView, entry: EntryView | None) -> tuple[int, int]:
    """“Step x of n”: of what is recorded once before, of this piece, and once after."""
    if entry is None:
        return 0, 0
    of_piece = entry.piece if entry.piece is not None else next((e.piece for e in view.entries if e.piece), None)
    row = [e for e in view.entries if e.piece in (None, of_piece)]
    keys = [(e.key, e.piece) for e in row]
    return keys.index((entry.key, entry.piece)) + 1, len(row)
