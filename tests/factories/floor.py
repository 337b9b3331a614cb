"""A small plant for tests of the floor: people, machines, stock, and process cards written straight as rows.

The cards' way through drafting and approval is tested where it belongs (routing, changecontrol); here their content matters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from bom.models import BomRevision, Item
from changecontrol.models import ChangeRequest, Effectivity
from foundation.accounts.models import User
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.core.refs import RecordRef
from foundation.records.act import act
from resources.equipment.models import Equipment, EquipmentClass
from resources.personnel import services as personnel_services
from resources.personnel.models import Qualification
from routing.models import ProcessCard, RoutingRevision
from shopfloor import services
from shopfloor.models import TravelCard, WorkCard
from tests.factories.people import SETUP, actor_for, both, person, site
from tests.factories.stock import item, place


def step(
    key: str,
    kind: str = "instruction",
    *,
    when: str = "every_unit",
    n: int | None = None,
    by: str = "self",
    second: str = "",
    **more: Any,
) -> dict[str, Any]:
    operation, number = key.split(".")
    return {
        "key": key, "number": int(number), "kind": kind, "instruction": {"en": f"Do {key}", "zh-hans": key},
        "when": {"rule": when, "n": n}, "by": by, "second_check": second, "materials": [], "choices": [],
        "parameter": None, "file": None, "operation": int(operation), **more,
    }  # fmt: skip


def parameter(
    code: str, lower: str | None, upper: str | None, *, below: str = "deviation", above: str = "deviation", **more: Any
) -> dict[str, Any]:
    return {
        "code": code, "name": {"en": code}, "quantity_kind": "length", "unit": "mm", "precision": 2, "target": None,
        "lower": lower, "upper": upper, "characteristic": "product", "critical": False, "capture": "typed",
        "gauge_class": "", "reaction": {"below": below, "above": above}, "max_remeasure": 0, "limits_source": {}, **more,
    }  # fmt: skip


def operation(number: int, *steps: dict[str, Any], after: tuple[int, ...] = (), **more: Any) -> dict[str, Any]:
    return {
        "number": number, "name": {"en": f"Operation {number}"}, "work_center": "BENCH", "setup_minutes": "0",
        "run_minutes": "1", "run_basis": "per_unit", "equipment_class": "", "qualifications": [],
        "predecessors": list(after), "loop": None, "special_process": False, "hold_point": False, "first_piece": "",
        "transfer_quantity": None, "makes": [], "steps": list(steps), **more,
    }  # fmt: skip


def line(position: str, component: Item, quantity: str, at: int, **more: Any) -> dict[str, Any]:
    return {
        "position": position, "item_id": component.pk, "item_number": component.number, "name": component.name,
        "quantity": quantity, "unit": component.unit, "basis": "per_unit", "tracking": component.tracking,
        "operation": at, "optional": False, "critical": False, "cut_from": None, "made_here": False,
        "alternates": [], **more,
    }  # fmt: skip


def process_card(
    made: Item,
    operations: list[dict[str, Any]],
    lines: list[dict[str, Any]] | None = None,
    *,
    purpose: str = "production",
) -> ProcessCard:
    """A published and effective card with this content; an older one of the item ends now."""
    content = {
        "schema": "process-card/1",
        "item": {"id": made.pk, "number": made.number, "name": made.name, "unit": made.unit,
                 "tracking": made.tracking, "kind": made.kind},
        "variant": "", "purpose": purpose,
        "bom": {"revision_id": 1, "revision": "A", "lines": lines or []},
        "routing": {"revision_id": 1, "revision": "A", "operations": operations},
        "documents": [],
    }  # fmt: skip
    number = ProcessCard.objects.count() + 1
    with act(actor=SETUP, verb="tests.card.made"):
        moment = clock.now()
        parts = BomRevision(item=made, revision=f"T{number}", sequence=number, number=f"{made.number}/T{number}")
        parts.save()
        route = RoutingRevision(
            item=made, revision=f"T{number}", number=f"{made.number}/RT{number}", bom_revision=parts
        )
        route.save()
        change = ChangeRequest(
            number=f"CR-T{number}",
            kind="process",
            severity="minor",
            reason="test",
            state_since=moment,
            raised_at=moment,
        )
        change.save()
        card = ProcessCard(
            number=f"PC-T{number}", item=made, routing_revision=route, revision="A", purpose=purpose, content=content,
            content_hash=content_hash(content), published_at=moment, change_label="changecontrol.changerequest",
            change_id=change.pk, change_number=change.number,
        )  # fmt: skip
        card.save()
        Effectivity(
            card=card, item=made, purpose=purpose, scope="date", valid_from=moment - timedelta(days=1), change=change
        ).save()
        for revision in (parts, route):  # as publishing leaves them: a second card can then be drafted
            for state in ("in_review", "approved"):
                revision.state = state
                revision.save()
    return card


def made_item(number: str = "VENTURI", tracking: str = "lot") -> Item:
    found = Item.objects.filter(number=number).first()
    return found or item(number, "pcs", tracking=tracking, make_or_buy="make")


def equipment(code: str, class_code: str, *, due_in: int | None = None, is_gauge: bool = False) -> Equipment:
    """A machine, or a gauge whose calibration is due in so many days (negative: overdue)."""
    with act(actor=SETUP, verb="tests.equipment.made"):
        kind = EquipmentClass.objects.filter(code=class_code).first()
        if kind is None:
            kind = EquipmentClass(code=class_code, name={"en": class_code}, is_gauge=is_gauge)
            kind.save()
        due = None if due_in is None else clock.today() + timedelta(days=due_in)
        made = Equipment(code=code, name={"en": code}, equipment_class=kind, site=site(), calibration_due=due)
        made.save()
    return made


def qualify(user: User, code: str) -> None:
    found = Qualification.objects.filter(code=code).first()
    found = found or personnel_services.create_qualification(actor=SETUP, code=code, name={"en": code})
    personnel_services.grant_qualification(
        actor=SETUP, user_id=user.pk, qualification=found, valid_until=clock.now() + timedelta(days=30)
    )


@dataclass
class Plant:
    """People by what they do, as actors; the production place is there."""

    users: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Actor:
        if name.startswith("_") or name not in ROLES:
            raise AttributeError(name)
        return actor_for(self.user(name), station="BENCH-1")

    def user(self, name: str) -> User:
        if name not in self.users:
            known = User.objects.filter(username=name).first()
            self.users[name] = known or person(name, ROLES[name])
        return self.users[name]

    def sign(self, name: str) -> Any:
        return both(self.user(name))


ROLES = {
    "operator": "operator",
    "operator2": "operator",
    "leader": "line_leader",
    "quality": "quality_engineer",
    "quality2": "quality_engineer",
    "planner": "planner",
    "releaser": "qa_releaser",
    "warehouse": "warehouse",
    "auditor": "auditor",
}


def plant() -> Plant:
    site()
    place("PROD", "production")
    return Plant()


@dataclass
class Running:
    """A dispatched order with what the tests ask for all the time."""

    plant: Plant
    result: services.Dispatched

    @property
    def order(self) -> Any:
        return self.result.order

    @property
    def batch(self) -> Any:
        return self.result.batch

    def card(self, number: int, unit: int | None = None, kind: str = "normal") -> WorkCard:
        rows = WorkCard.objects.filter(order=self.order, operation=number, kind=kind)
        if unit is not None:
            rows = rows.filter(unit__number=unit)
        return rows.order_by("-pk").select_related("batch", "unit", "order")[0]

    def traveller(self) -> TravelCard:
        return self.result.travellers[0]


def dispatched(
    made: Item, quantity: int = 5, who: Plant | None = None, kind: str = "production", serials: tuple[str, ...] = ()
) -> Running:
    """Planned and dispatched; everybody who works has read the card."""
    who = who or plant()
    order = services.plan_order(
        actor=who.planner, item_id=made.pk, quantity=Decimal(quantity), site_id=site().pk, kind=kind
    )
    return Running(who, services.dispatch_order(actor=who.planner, order_id=order.pk, serials=serials))


def read(who: Plant, card: WorkCard, *names: str) -> None:
    """These people confirm reading the pinned card."""
    pinned = ProcessCard.objects.get(pk=card.process_card_id)
    for name in names or ("operator",):
        personnel_services.confirm_reading(
            actor=getattr(who, name),
            subject=RecordRef("routing.processcard", pinned.pk, pinned.number),
            content_hash=pinned.content_hash,
        )


def started(run: Running, number: int, name: str = "operator", unit: int | None = None, machine: str = "") -> WorkCard:
    """The card of an operation, running."""
    card = run.card(number, unit)
    read(run.plant, card, name)
    return services.start_card(actor=getattr(run.plant, name), card_id=card.pk, equipment_code=machine)


def now_and_key() -> dict[str, datetime | UUID]:
    """captured_at and a fresh idempotency key."""
    return {"captured_at": clock.now(), "idempotency_key": uuid4()}


def record(
    run: Running, card: WorkCard, key: str, value: Any, unit: int | None = None, **more: Any
) -> services.StepResult:
    values = {**now_and_key(), **more}
    actor = values.pop("actor", run.plant.operator)
    measured_in = values.pop("measured_in", "")
    return services.record_step(
        actor=actor, card_id=card.pk, step_key=key, value=value, unit_no=unit, unit=measured_in, **values
    )


def scan(run: Running, card: WorkCard, code: str, **more: Any) -> services.StepResult:
    values = {**now_and_key(), **more}
    actor = values.pop("actor", run.plant.operator)
    return services.scan_container(actor=actor, card_id=card.pk, code=code, **values)


def report(run: Running, card: WorkCard, good: int = 0, **more: Any) -> Any:
    values = {**now_and_key(), **more}
    actor = values.pop("actor", run.plant.operator)
    return services.report_production(actor=actor, card_id=card.pk, good=good, **values)


def complete(run: Running, card: WorkCard, name: str = "operator", **more: Any) -> WorkCard:
    return services.complete_card(
        actor=getattr(run.plant, name), card_id=card.pk, credentials=run.plant.sign(name), **more
    )
