"""A pair of hands on the floor: reads the card as the tablet shows it, and does what it asks, through the same services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from demo.people import badge_in, pin_of
from foundation.core import clock
from foundation.core.actor import Actor
from resources.equipment.models import Equipment
from resources.inventory.models import StockUnit
from resources.inventory.selectors import stock_of, usability
from shopfloor import services as floor
from shopfloor.models import WorkCard
from shopfloor.selectors import CardView, EntryView, card_view
from shopfloor.services import Look, StepResult

Values = Mapping[tuple[str, int | None], Any]
STATION_OF = {"SLA": "SLA-1", "BENCH": "BENCH-1", "TEST": "TEST-1", "LASER": "LASER-1"}
GAUGES = {"bore-gauge": "BG-01", "vacuum-tester": "VT-01", "torque-driver": "TD-01", "flow-bench": "FB-01"}
MACHINES = {"sla-printer": "SLA-P1", "reamer-station": "REAM-1", "laser-cutter": "LC-1", **GAUGES}


def container_code(unit: StockUnit) -> str:
    """What a scanner sends for our container label: a GS1 DataMatrix with the internal element (91)."""
    return f"]d291{unit.container}"


def key_of(card: WorkCard, *parts: Any) -> UUID:
    """The key of an entry that the story makes once: when it goes on after an interruption, the entry is found by it."""
    return uuid5(NAMESPACE_URL, "|".join(("arteria-demo", card.number, *map(str, parts))))


class Hands:
    """One person badged in at one station."""

    def __init__(self, username: str, station: str) -> None:
        self.username = username
        self.actor: Actor = badge_in(username, station)

    def read_and_start(self, card: WorkCard, machine: str = "") -> None:
        """Read the process card, scan the machine, start; nothing when that was done before."""
        if WorkCard.objects.get(pk=card.pk).state not in ("waiting", "ready"):
            return
        floor.read_card(actor=self.actor, card_id=card.pk)
        floor.start_card(actor=self.actor, card_id=card.pk, equipment_code=machine or self.machine_for(card))

    def machine_for(self, card: WorkCard) -> str:
        wanted = card_view(card, self.actor).operation.raw.get("equipment_class") or ""
        return MACHINES.get(wanted, "")

    def enter(self, card: WorkCard, key: str, value: Any, piece: int | None = None, **more: Any) -> StepResult:
        """One entry."""
        return floor.record_step(
            actor=self.actor,
            card_id=card.pk,
            step_key=key,
            value=value,
            unit_no=piece,
            captured_at=clock.now(),
            **{"idempotency_key": uuid4(), **more},
        )

    def enter_once(self, card: WorkCard, key: str, value: Any, piece: int | None = None, **more: Any) -> StepResult:
        """An entry that happens once in the story: told again, the services give their first answer again."""
        return self.enter(card, key, value, piece, idempotency_key=key_of(card, key, piece, value), **more)

    def scan(self, card: WorkCard, unit: StockUnit, **more: Any) -> StepResult:
        """Scan a container into the card."""
        return floor.scan_container(
            actor=self.actor,
            card_id=card.pk,
            code=container_code(unit),
            captured_at=clock.now(),
            idempotency_key=uuid4(),
            **more,
        )

    def work(
        self, card: WorkCard, *, pieces: Sequence[int] = (), values: Values | None = None, checker: str = "operator2"
    ) -> None:
        """Do every open step of these pieces (all when none is named), with target values unless ``values`` says another."""
        for _ in range(400):
            view = card_view(card, self.actor)
            waiting = next((e for e in view.entries if e.waits_for == "second_check"), None)
            if waiting:
                self.second_check(view, waiting, checker)
                continue
            entry = self._next(view, pieces)
            if entry is None:
                return
            self._do(card, entry, values or {})
        raise AssertionError(f"{card.number} does not come to an end")

    def _next(self, view: CardView, pieces: Sequence[int]) -> EntryView | None:
        here = {piece.number for piece in view.pieces if piece.bucket == "here"}
        todo = [e for e in view.entries if not e.done and not e.waits_for]
        for rule in ("card_start", None, "card_end"):
            for entry in todo:
                if (
                    rule is None
                    and entry.piece is not None
                    and entry.piece in here
                    and (not pieces or entry.piece in pieces)
                ):
                    return entry
                if rule is not None and entry.rule == rule and not (rule == "card_end" and pieces):
                    return entry
        return None

    def _do(self, card: WorkCard, entry: EntryView, values: Values) -> None:
        if entry.kind == "material_scan":
            self._scan_lines(card, entry)
            return
        given = values.get((entry.key, entry.piece), self._plain(entry))
        gauge = GAUGES.get((entry.parameter or {}).get("gauge_class") or "", "")
        self.enter(card, entry.key, given, entry.piece, equipment_code=gauge)

    def _plain(self, entry: EntryView) -> Any:
        """What a good piece gives."""
        if entry.kind == "reading" and entry.parameter:
            return entry.parameter["target"]
        if entry.kind == "choice":
            return entry.choices[0]["value"]
        return "ok"

    def _scan_lines(self, card: WorkCard, entry: EntryView) -> None:
        view = card_view(card, self.actor)
        for line in entry.lines:
            if line.done or line.made_here:
                continue
            planned = view.definition.line(card.operation, line.position)
            unit = self.container_for(planned.item_ids[0])
            self.scan(card, unit, position=line.position, step_key=entry.key, unit_no=entry.piece)

    def container_for(self, item_id: int) -> StockUnit:
        """The released container of an item that expires first."""
        for unit in stock_of(item_id, released_only=True):
            if usability(unit, item_ids=[item_id]).ok and unit.quantity > 0:
                return unit
        raise AssertionError(f"no usable container of item {item_id}")

    def second_check(self, view: CardView, entry: EntryView, checker: str) -> None:
        """The other person looks: with both components on this tablet, or with a reading of their own."""
        open_records = [record for record in entry.records if not record["checked"] and record["outcome"] != "removed"]
        other = Hands(checker, self.actor.station)
        kind = entry.second_check
        look = (
            Look(credentials=pin_of(checker))
            if kind in ("witness", "review")
            else Look(
                value=str((entry.parameter or {}).get("target", "")),
                equipment_code=GAUGES.get((entry.parameter or {}).get("gauge_class") or "", ""),
            )
        )
        actor = self.actor if kind == "witness" else other.actor
        floor.second_check(actor=actor, record_id=open_records[-1]["id"], look=look, captured_at=clock.now())

    def report(self, card: WorkCard, **numbers: Any) -> None:
        """Report good, scrap, rework; the same numbers of the same card are the same report."""
        key = key_of(card, "report", sorted(numbers.items()))
        floor.report_production(
            actor=self.actor, card_id=card.pk, captured_at=clock.now(), idempotency_key=key, **numbers
        )

    def complete(self, card: WorkCard) -> None:
        """Sign as performed."""
        floor.complete_card(
            actor=self.actor,
            card_id=card.pk,
            credentials=pin_of(self.username),
            idempotency_key=key_of(card, "complete"),
        )

    def gauge(self, code: str) -> Equipment:
        return Equipment.objects.get(code=code)
