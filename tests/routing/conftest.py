"""People, items and a small BOM, and one complete routing on it: made once for a module, found untouched by each test."""

import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from bom.models import BomLine, BomRevision, Item
from config.roles import CATALOGUE
from foundation.accounts.services import acknowledge_policy, assign_role, create_user, set_secret, sync_roles
from foundation.core.actor import Actor
from foundation.records.act import act
from routing.models import Operation, ParameterDefinition, RoutingRevision, Step
from routing.services import (
    add_operation,
    add_step,
    allocate_material,
    create_parameter_definition,
    set_parameter,
    start_routing,
)

SYSTEM = Actor.system("tests")
SECRET = "a long enough secret"


def both(text: str) -> dict[str, str]:
    return {"en": text, "zh-hans": f"{text}（中文）"}


@dataclass
class People:
    engineer: Actor
    engineer2: Actor
    quality: Actor
    operator: Actor


def person(username: str, role: str) -> Actor:
    user = create_user(actor=SYSTEM, username=username, name=username.title())
    assign_role(actor=SYSTEM, user_id=user.pk, role=role)
    set_secret(actor=SYSTEM, user_id=user.pk, password=SECRET)
    actor = Actor(user.pk, user.name, "", f"session-{username}")
    acknowledge_policy(actor=actor, secret=SECRET)
    return actor


def make_people() -> People:
    sync_roles(actor=SYSTEM, catalogue=CATALOGUE)
    return People(
        person("ana", "process_engineer"),
        person("bo", "process_engineer"),
        person("chen", "quality_engineer"),
        person("dora", "operator"),
    )


def make_item(number: str, **values: Any) -> Item:
    with act(actor=SYSTEM, verb="tests.item.made"):
        item = Item(number=number, name=both(number), **values)
        item.save()
    return item


def make_bom(item: Item, lines: list[dict[str, Any]], revision: str = "A") -> BomRevision:
    with act(actor=SYSTEM, verb="tests.bom.made"):
        sequence = BomRevision.objects.filter(item=item).count() + 1
        bom = BomRevision(item=item, revision=revision, sequence=sequence, number=f"{item.number}/{revision}")
        bom.save()
        for line in lines:
            BomLine(revision=bom, **{"unit": "pcs", "quantity": Decimal(1), **line}).save()
    return bom


@dataclass
class Plant:
    """A valve of a body (A1, printed from resin R1) and two nipples (A2); washers (A3) serve two operations."""

    item: Item
    bom: BomRevision
    body: Item
    nipple: Item
    washer: Item
    throat: ParameterDefinition


def make_plant(people: People) -> Plant:
    item = make_item("VALVE", kind="assembly", make_or_buy="make")
    body, nipple, washer = make_item("BODY"), make_item("NIPPLE"), make_item("WASHER", tracking="none")
    bom = make_bom(
        item,
        [
            {"position": "A1", "component": body},
            {"position": "A2", "component": nipple, "quantity": Decimal(2)},
            {"position": "A3", "component": washer, "quantity": Decimal(12)},
        ],
    )
    throat = create_parameter_definition(
        actor=people.engineer, code="throat", name=both("Throat"), quantity_kind="length", unit="mm", precision=2
    )
    return Plant(item, bom, body, nipple, washer, throat)


@dataclass
class Complete:
    revision: RoutingRevision
    print: Operation
    ream: Operation
    fit: Operation
    reading: Step


def make_complete(people: People, plant: Plant) -> Complete:
    """Print → ream (loop, throat diameter) → fit; valid in every respect."""
    engineer = people.engineer
    draft = start_routing(actor=engineer, item_id=plant.item.pk, bom_revision_id=plant.bom.pk)
    common: dict[str, Any] = {"run_minutes": Decimal(5), "work_center": "BENCH", "qualifications": ["bench-assembly"]}
    printing, reaming, fitting = (
        add_operation(actor=engineer, revision_id=draft.pk, name=both(name), **common)
        for name in ("Print", "Ream", "Fit")
    )
    allocate_material(actor=engineer, operation_id=printing.pk, position="A1")
    allocate_material(actor=engineer, operation_id=fitting.pk, position="A2")
    allocate_material(actor=engineer, operation_id=reaming.pk, position="A3", quantity=Decimal(4))
    allocate_material(actor=engineer, operation_id=fitting.pk, position="A3")
    scan = {"kind": "material_scan", "when_rule": "card_start"}
    add_step(actor=engineer, operation_id=printing.pk, instruction=both("Scan body"), materials=["A1"], **scan)
    reading = add_step(actor=engineer, operation_id=reaming.pk, kind="reading", instruction=both("Measure the throat"))
    add_step(actor=engineer, operation_id=fitting.pk, instruction=both("Scan nipples"), materials=["A2"], **scan)
    set_parameter(
        actor=engineer,
        step_id=reading.pk,
        definition_id=plant.throat.pk,
        changes={
            "target": Decimal("5.50"),
            "lower": Decimal("5.45"),
            "upper": Decimal("5.55"),
            "characteristic": "product",
            "reaction_above": "nonconform_unit",
            "limits_source": both("set by engineering; the source gives only the target"),
        },
    )
    return Complete(draft, printing, reaming, fitting, reading)


@dataclass
class Made:
    people: People
    plant: Plant
    complete: Complete


@pytest.fixture(scope="module")
def _made(module_transaction: None) -> Made:
    people = make_people()
    plant = make_plant(people)
    return Made(people, plant, make_complete(people, plant))


@pytest.fixture
def made(_made: Made, db: None) -> Made:
    return copy.deepcopy(_made)


@pytest.fixture
def people(made: Made) -> People:
    return made.people


@pytest.fixture
def plant(made: Made) -> Plant:
    return made.plant


@pytest.fixture
def complete(made: Made) -> Complete:
    return made.complete
