"""Items, parts lists and routings that are sound, and changes that carry them: made by the services."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bom.models import BomRevision, Item
from bom.services import LineData, create_item, start_revision, write_content
from changecontrol.models import ChangeRequest
from changecontrol.services import (
    Verdict,
    approve_change,
    implement_change,
    judge_impact,
    raise_change,
    submit_change,
)
from foundation.accounts.models import User
from foundation.core.actor import Actor
from routing.models import RoutingRevision
from routing.services import add_operation, add_step, allocate_material, start_routing
from tests.factories.people import SETUP, actor_for, both, person


def text(words: str) -> dict[str, str]:
    """In both languages, as a card must be."""
    return {"en": words, "zh-hans": f"{words}（中文）"}


@dataclass
class Team:
    """An author, and one person for each side of an approval."""

    author: User
    engineer: User
    quality: User

    @property
    def actor(self) -> Actor:
        return actor_for(self.author)


def team() -> Team:
    return Team(
        person("author", "process_engineer", name="Ana Author"),
        person("engineer2", "process_engineer", name="Bo Engineer"),
        person("quality", "quality_engineer", name="Chen Quality"),
    )


def item(number: str, **values: Any) -> Item:
    found = Item.objects.filter(number=number).first()
    return found or create_item(actor=SETUP, number=number, name=text(number), **values)


def made_item(number: str, *components: Item, actor: Actor = SETUP) -> BomRevision:
    """An item made in house with a draft parts list A1, A2 … of these components."""
    made = item(number, kind="assembly", make_or_buy="make")
    return parts_list(made, *components, actor=actor)


def parts_list(made: Item, *components: Item, actor: Actor = SETUP, quantity: str = "1") -> BomRevision:
    """The next draft of an item's parts list, with these lines only."""
    revision = start_revision(actor=actor, item_id=made.pk)
    if not revision.lines.exists():
        lines = [
            LineData(position=f"A{n}", component_id=component.pk, quantity=Decimal(quantity))
            for n, component in enumerate(components, 1)
        ]
        write_content(actor=actor, revision_id=revision.pk, lines=lines)
    return revision


def routing(bom: BomRevision, *, actor: Actor = SETUP, **values: Any) -> RoutingRevision:
    """A sound routing of one operation, which consumes every line of the parts list."""
    revision = start_routing(actor=actor, item_id=bom.item_id, bom_revision_id=bom.pk, **values)
    if revision.copied_from_id:
        return revision
    operation = add_operation(
        actor=actor,
        revision_id=revision.pk,
        name=text("Fit"),
        run_minutes=Decimal(5),
        work_center="BENCH",
        qualifications=["bench-assembly"],
    )
    positions = list(bom.lines.order_by("pk").values_list("position", flat=True))
    for position in positions:
        allocate_material(actor=actor, operation_id=operation.pk, position=position)
    add_step(
        actor=actor,
        operation_id=operation.pk,
        kind="material_scan",
        when_rule="card_start",
        instruction=text("Scan the parts"),
        materials=positions,
    )
    return revision


def change(
    people: Team, *routings: RoutingRevision, boms: tuple[BomRevision, ...] = (), **values: Any
) -> ChangeRequest:
    """Raised by the author."""
    given: dict[str, Any] = {"kind": "process", "severity": "minor", "reason": "First release", **values}
    return raise_change(
        actor=people.actor,
        title=given.pop("title", text("Release")),
        routing_revision_ids=[row.pk for row in routings],
        bom_revision_ids=[row.pk for row in boms],
        **given,
    )


def judge_all(people: Team, made: ChangeRequest) -> ChangeRequest:
    """Everything as suggested."""
    verdicts = [
        Verdict(row.pk, row.suggested or "affected", "" if row.suggested == "not_affected" else "Seen and planned")
        for row in made.impact.filter(decision="")
    ]
    return judge_impact(actor=people.actor, change_id=made.pk, judgements=verdicts)


def submitted(people: Team, made: ChangeRequest) -> ChangeRequest:
    judge_all(people, made)
    return submit_change(actor=people.actor, change_id=made.pk)


def approved(people: Team, made: ChangeRequest) -> ChangeRequest:
    submitted(people, made)
    for user in (people.engineer, people.quality):
        approve_change(actor=actor_for(user), change_id=made.pk, credentials=both(user))
    return ChangeRequest.objects.get(pk=made.pk)


def implemented(people: Team, made: ChangeRequest, **values: Any) -> ChangeRequest:
    approved(people, made)
    return implement_change(actor=people.actor, change_id=made.pk, **values)


def released_routing(people: Team, number: str = "VALVE", *components: Item) -> RoutingRevision:
    """An item whose first card is effective, brought there by a change."""
    parts = components or (item("BODY"), item("NIPPLE"))
    revision = routing(made_item(number, *parts, actor=people.actor), actor=people.actor)
    implemented(people, change(people, revision))
    return RoutingRevision.objects.select_related("item", "bom_revision").get(pk=revision.pk)
