"""Routing revisions: start as a copy of the last, submit, return, retire, discard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from bom.models import BomRevision, Item
from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.core.errors import Conflict, NotValid, TransitionNotAllowed
from foundation.records.act import Act, act
from foundation.records.models import RevisionState, bulk_create_tracked, bulk_update_tracked
from routing.checks import blocking, problems_of
from routing.events import RoutingReturned
from routing.exceptions import InUse, NotComplete
from routing.models import IntermediateMade, MaterialUse, Operation, OperationLink, RoutingRevision, Step
from routing.policies import EDIT
from routing.selectors.content import card_content
from routing.selectors.loading import load
from routing.services.editing import apply_changes, draft_for_edit, save_row
from routing.services.operations import copied, copy_step_rows
from routing.states import REVISION_STATES, Purpose

ROUTING_FIELDS = ("bom_revision_id", "purpose", "documents")


def start_routing(
    *,
    actor: Actor,
    item_id: int,
    bom_revision_id: int,
    variant: str = "",
    purpose: str = Purpose.PRODUCTION,
    copy_of: int | None = None,
) -> RoutingRevision:
    """A new draft for an item on a BOM revision: a copy of ``copy_of`` (any routing), else of the item's last revision.

    NotValid when the BOM revision is another item's, Conflict when a draft or a revision in review exists already.
    """
    with act(actor=actor, verb="routing.revision.started") as this:
        require(actor, EDIT)
        item = Item.objects.select_for_update().get(pk=item_id)
        bom_revision = BomRevision.objects.get(pk=bom_revision_id)
        if bom_revision.item_id != item.pk:
            raise NotValid(_("This BOM revision is of another item."), code="bom-of-another-item", field="bom_revision")
        earlier = list(RoutingRevision.objects.filter(item=item, variant=variant).select_related("item").order_by("id"))
        _refuse_second_draft(earlier)
        source = _source(copy_of, earlier)
        label = next_label(earlier[-1].revision if earlier else "")
        revision = RoutingRevision(
            item=item,
            variant=variant,
            revision=label,
            number=f"{item.number}{'-' if variant else ''}{variant}/{label}",
            purpose=purpose,
            bom_revision=bom_revision,
            copied_from=source,
            documents=source.documents if source else [],
        )
        save_row(revision)
        this.about(revision)
        if source is not None:
            _copy_content(source, revision)
            this.note(copied_from=source.number)
    return revision


def change_routing(
    *, actor: Actor, revision_id: int, changes: Mapping[str, Any], expected: str = ""
) -> RoutingRevision:
    """Change the BOM revision, purpose or documents of a draft. NotValid for a BOM revision of another item."""
    with act(actor=actor, verb="routing.revision.changed") as this:
        revision = draft_for_edit(this, actor, revision_id)
        edited = apply_changes(revision, changes, ROUTING_FIELDS, expected)
        if BomRevision.objects.get(pk=revision.bom_revision_id).item_id != revision.item_id:
            raise NotValid(_("This BOM revision is of another item."), code="bom-of-another-item", field="bom_revision")
        if edited.changed:
            save_row(revision)
        this.note(changed=list(edited.changed))
    return revision


def submit_routing(*, actor: Actor, revision_id: int) -> RoutingRevision:
    """Freeze the content for review; ``content_hash`` becomes the hash of the process card that would be published.

    NotComplete with every problem by operation; TransitionNotAllowed when it is no draft, or its BOM revision still is one.
    """
    with act(actor=actor, verb="routing.revision.submitted") as this:
        revision = _moving(this, actor, revision_id, "submit")
        if revision.bom_revision.state == RevisionState.DRAFT:
            raise TransitionNotAllowed(
                _("%(bom)s is still a draft: submit the BOM first.") % {"bom": revision.bom_revision.number},
                code="bom-is-draft",
            )
        loaded = load(revision)
        problems = blocking(problems_of(loaded))
        if problems:
            raise NotComplete(
                _("%(count)s problems must be solved before review.") % {"count": len(problems)},
                details={"problems": [problem.as_json() for problem in problems]},
            )
        revision.content_hash = content_hash(card_content(revision, loaded))
        revision.save()
        this.note(content_hash=revision.content_hash)
    return revision


def return_routing(*, actor: Actor, revision_id: int, reason: str) -> RoutingRevision:
    """Back to draft, with a reason."""
    with act(actor=actor, verb="routing.revision.returned", reason=reason) as this:
        revision = _moving(this, actor, revision_id, "return", reason)
        revision.content_hash = ""
        revision.save()
        this.publish(RoutingReturned(revision_id=revision.pk, number=revision.number, reason=reason))
    return revision


def retire_routing(*, actor: Actor, revision_id: int, reason: str) -> RoutingRevision:
    """An approved revision that nothing new shall be built from."""
    with act(actor=actor, verb="routing.revision.retired", reason=reason) as this:
        revision = _moving(this, actor, revision_id, "retire", reason)
        revision.save()
    return revision


def discard_routing(*, actor: Actor, revision_id: int, reason: str) -> None:
    """Remove a draft that is not wanted; its history and the ledger keep what it was. InUse while a change carries it."""
    with act(actor=actor, verb="routing.revision.discarded", reason=reason) as this:
        revision = draft_for_edit(this, actor, revision_id)
        if not reason.strip():
            raise NotValid(_("Give a reason."), code="reason-required", field="reason")
        looping = list(Operation.objects.filter(revision=revision).exclude(loop_back_to=None))
        for operation in looping:
            operation.loop_back_to = operation.loop_maximum = None
        bulk_update_tracked(Operation, looping, ["loop_back_to_id", "loop_maximum"])
        try:
            revision.delete()
        except ProtectedError as kept:
            raise InUse(_("Other records stand on this draft: take it out of its change first.")) from kept


def next_label(last: str) -> str:
    """A, B … Z, AA: the revision after this one."""
    if not last:
        return "A"
    head, letter = last[:-1], last[-1]
    if letter != "Z":
        return head + chr(ord(letter) + 1)
    return next_label(head) + "A"


def moving(this: Act, actor: Actor, revision_id: int, event: str, reason: str = "") -> RoutingRevision:
    """The revision, locked against every edit, moved by the state table (not saved). The act is about it."""
    revision: RoutingRevision = (
        RoutingRevision.objects.select_for_update(of=("self",))
        .select_related("item", "bom_revision__item")
        .get(pk=revision_id)
    )
    this.about(revision)
    transition = REVISION_STATES.next(revision.state, event, reason=reason)
    require(actor, transition.permission)
    revision.state = transition.target
    return revision


_moving = moving


def _refuse_second_draft(earlier: list[RoutingRevision]) -> None:
    open_one = next((row for row in earlier if row.state in (RevisionState.DRAFT, RevisionState.IN_REVIEW)), None)
    if open_one is not None:
        raise Conflict(
            _("%(number)s is open already (%(state)s).")
            % {"number": open_one.number, "state": open_one.get_state_display()},
            code="revision-open",
            details={"revision_id": open_one.pk, "number": open_one.number},
        )


def _source(copy_of: int | None, earlier: list[RoutingRevision]) -> RoutingRevision | None:
    if copy_of is not None:
        found: RoutingRevision = RoutingRevision.objects.select_related("item").get(pk=copy_of)
        return found
    return earlier[-1] if earlier else None


def _copy_content(source: RoutingRevision, target: RoutingRevision) -> None:
    """Operations, links, loops, steps, parameters and allocations, each with one insert and one history insert."""
    originals = list(Operation.objects.filter(revision=source).order_by("number"))
    copies = [copied(row, revision=target, loop_back_to=None) for row in originals]
    bulk_create_tracked(Operation, copies)
    by_id = {original.pk: copy for original, copy in zip(originals, copies, strict=True)}
    looping = []
    for original, copy in zip(originals, copies, strict=True):
        if original.loop_back_to_id:
            copy.loop_back_to = by_id[original.loop_back_to_id]
            looping.append(copy)
    bulk_update_tracked(Operation, looping, ["loop_back_to_id"])
    links = [
        copied(link, revision=target, predecessor=by_id[link.predecessor_id], successor=by_id[link.successor_id])
        for link in OperationLink.objects.filter(revision=source).order_by("id")
    ]
    bulk_create_tracked(OperationLink, links)
    steps = Step.objects.filter(revision=source).select_related("parameter").order_by("operation__number", "number")
    copy_step_rows(list(steps), by_id, target)
    # material uses name positions of the BOM: what a newer BOM revision does not have is a problem that the checks name
    for model in (MaterialUse, IntermediateMade):
        rows = model.objects.filter(revision=source).order_by("id")
        bulk_create_tracked(model, [copied(row, revision=target, operation=by_id[row.operation_id]) for row in rows])
