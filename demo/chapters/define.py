"""A1 and A2: the published parts list becomes items and revisions; drafts become cards through one change."""

from __future__ import annotations

from dataclasses import dataclass, field

from bom.models import BomRevision, Item
from bom.selectors import current_revision, explode, rolled_up_cost, where_used
from bom.services import approve_baseline
from changecontrol import services as change
from changecontrol.models import ChangeRequest
from demo.data.routings.load import load_demo_routings
from demo.narrator import Narrator
from demo.parts_list import (
    decide_parts_list,
    draft_blower,
    draft_plate,
    draft_venturi,
    propose_parts_list,
    stage_parts_list,
)
from demo.people import at_desk, secret_of
from foundation.imports.services import commit_batch
from routing.models import ProcessCard, RoutingRevision


@dataclass
class Defined:
    """What the later chapters build on: process cards by key, and the draft that stays one."""

    cards: dict[str, ProcessCard] = field(default_factory=dict)
    routings: dict[str, RoutingRevision] = field(default_factory=dict)
    change: ChangeRequest | None = None


def define_parts(story: Narrator) -> None:
    """Stage, decide, commit, sign the baseline; then ask the structure three questions."""
    story.chapter("A1 The published parts list becomes one multi-level structure")
    engineer = at_desk("engineer")
    batch = stage_parts_list(engineer)
    story.did(
        "Chen Wei", f"uploads {batch.rows.exclude(kind='group').count()} rows, {batch.encoding}; maps the columns"
    )
    open_rows = sum(1 for row in batch.rows.all() if row.open_problems)
    story.shows(f"{open_rows} rows have a problem or a suggestion to decide")
    story.refused(
        "Chen Wei",
        "commits before everything is decided",
        lambda: commit_batch(actor=engineer, batch_id=batch.pk, expected=batch.etag),
        code="still-problems",
    )
    batch = decide_parts_list(engineer, batch)
    batch = commit_batch(actor=engineer, batch_id=batch.pk, expected=batch.etag)
    revisions = list(BomRevision.objects.filter(pk__in=batch.result["revisions"]).order_by("pk"))
    story.did("Chen Wei", f"commits all of it: {Item.objects.count()} items, {len(revisions)} draft parts lists")
    baseline = propose_parts_list(engineer, revisions)
    story.refused(
        "Chen Wei",
        "signs the baseline that he wrote",
        lambda: approve_baseline(
            actor=engineer, baseline_id=baseline.pk, side="engineering", credentials=secret_of("engineer")
        ),
        code="author",
    )
    for username, side in (("engineer2", "engineering"), ("quality", "quality")):
        signer = at_desk(username)
        approve_baseline(actor=signer, baseline_id=baseline.pk, side=side, credentials=secret_of(username))
        story.did(signer.name, f"signs the baseline for {side}")
    _ask_the_structure(story)


def _ask_the_structure(story: Narrator) -> None:
    ventilator = current_revision(Item.objects.get(number="VENTILATOR"))
    if ventilator is None:
        raise AssertionError("the ventilator has no approved parts list")
    story.shows(f"the ventilator explodes into {len(explode(ventilator))} lines")
    story.shows(
        f"the M4 lock nut 93625A150 is used in {len(where_used(Item.objects.get(number='93625A150')))} assemblies"
    )
    cost = rolled_up_cost(ventilator)
    story.shows(f"its rolled-up cost is {cost.amount} {cost.currency}; {len(cost.uncertain)} prices are uncertain")


def define_process(story: Narrator) -> Defined:
    """Draft routings, one change, two signatures, cards. The pinch valve stays a draft."""
    story.chapter("A2 Routings go through one change; nothing else can publish")
    engineer, defined = at_desk("engineer"), Defined()
    boms = {
        "venturi": draft_venturi(engineer),
        "adapter_plate": draft_plate(engineer),
        "blower": draft_blower(engineer),
    }
    pinch_valve = current_revision(Item.objects.get(number="PINCH-VALVE"))
    if pinch_valve is None:
        raise AssertionError("the pinch valve has no approved parts list")
    defined.routings = load_demo_routings(engineer, {**boms, "pinch_valve": pinch_valve})
    story.did(
        "Chen Wei",
        "drafts routings for venturi, adapter plate, blower and pinch valve; adds the resin that the list lacks",
    )
    request = change.raise_change(
        actor=engineer,
        title={"en": "Process cards for venturi, adapter plate and blower", "zh-hans": "文丘里、转接板与风机工艺卡"},
        kind="process",
        severity="minor",
        reason="First production definition of three assemblies of the ventilator",
        routing_revision_ids=[defined.routings[key].pk for key in boms],
    )
    carried = ", ".join(row.revision.number for row in request.affected.order_by("pk"))
    story.did("Chen Wei", f"raises {request.number}; with the routings it carries their parts lists: {carried}")
    _assess_and_approve(story, request)
    implement(story, request)
    request.refresh_from_db()
    for key in boms:
        defined.cards[key] = ProcessCard.objects.get(routing_revision=defined.routings[key])
        story.shows(f"process card {defined.cards[key].number} {defined.cards[key].content_hash[:16]}…")
    defined.change = request
    return defined


def _assess_and_approve(story: Narrator, request: ChangeRequest) -> None:
    engineer = at_desk("engineer")
    entries = list(request.impact.order_by("pk"))
    story.did("Chen Wei", f"sees {len(entries)} computed impacts and judges each")
    judged = [
        change.Verdict(
            entry_id=entry.pk, decision="not_affected", reason="First load: nothing is built to an older card"
        )
        for entry in entries
    ]
    change.judge_impact(actor=engineer, change_id=request.pk, judgements=judged)
    change.submit_change(actor=engineer, change_id=request.pk)
    story.refused(
        "Chen Wei",
        "approves his own change",
        lambda: change.approve_change(actor=engineer, change_id=request.pk, credentials=secret_of("engineer")),
        code="author-cannot-approve",
    )
    for username in ("engineer2", "quality"):
        signer = at_desk(username)
        change.approve_change(actor=signer, change_id=request.pk, credentials=secret_of(username))
        story.did(signer.name, "signs the change over its content and impact")


def implement(story: Narrator, request: ChangeRequest) -> None:
    """Publish, and let the cards become effective."""
    engineer = at_desk("engineer")
    change.implement_change(actor=engineer, change_id=request.pk)
    story.did("Chen Wei", "implements the change: cards are published and effective from now")
