"""Steps of an operation in a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.records.act import act
from foundation.records.models import bulk_update_tracked
from routing.models import Operation, Step
from routing.precedence import STEP, number_between
from routing.services.editing import apply_changes, draft_for_edit, save_row
from routing.services.operations import copy_step_rows

STEP_FIELDS = (
    "number",
    "kind",
    "instruction",
    "when_rule",
    "when_n",
    "by",
    "second_check",
    "materials",
    "choices",
    "file_kind",
    "file_checks",
    "file_plausible",
)


def add_step(*, actor: Actor, operation_id: int, after_id: int | None = None, **values: Any) -> Step:
    """Add a step after another (at the end when ``after_id`` is None). ``values`` are fields of `STEP_FIELDS`."""
    with act(actor=actor, verb="routing.step.added") as this:
        operation = Operation.objects.get(pk=operation_id)
        draft_for_edit(this, actor, operation.revision_id)
        step = Step(revision_id=operation.revision_id, operation=operation)
        apply_changes(step, values, STEP_FIELDS)
        if "number" not in values:
            _make_room(step, _listed(operation.pk), after_id)
        save_row(step)
        this.note(operation=operation.number, step=step.number)
    return step


def change_step(*, actor: Actor, step_id: int, changes: Mapping[str, Any], expected: str = "") -> Step:
    """Change fields of a step. ``expected``: the etag it was read with (see `apply_changes`)."""
    with act(actor=actor, verb="routing.step.changed") as this:
        step = _locked(step_id)
        draft_for_edit(this, actor, step.revision_id)
        this.note(operation=step.operation.number, step=step.number)
        edited = apply_changes(step, changes, STEP_FIELDS, expected)
        if edited.changed:
            save_row(step)
        this.note(changed=list(edited.changed), merged=list(edited.merged))
    return step


def duplicate_step(*, actor: Actor, step_id: int) -> Step:
    """A copy right after the original, with its parameter."""
    with act(actor=actor, verb="routing.step.duplicated") as this:
        source = _locked(step_id)
        revision = draft_for_edit(this, actor, source.revision_id)
        listed = _listed(source.operation_id)
        last = STEP * (max(row.number for row in listed) // STEP + 1)
        numbers = {row.pk: row.number for row in listed}
        shadow = Step.objects.select_related("parameter").get(pk=step_id)
        shadow.number = last
        copy = copy_step_rows([shadow], {source.operation_id: source.operation}, revision)[0]
        order = [pk for pk in numbers if pk != copy.pk]
        order.insert(order.index(source.pk) + 1, copy.pk)
        _number([*listed, copy], order)
        this.note(operation=source.operation.number, copied_from=source.number)
    return Step.objects.get(pk=copy.pk)


def move_step(*, actor: Actor, step_id: int, by: int) -> Step:
    """Move one up (``by=-1``) or down (``by=1``). NotValid at the edge."""
    with act(actor=actor, verb="routing.step.moved") as this:
        step = _locked(step_id)
        draft_for_edit(this, actor, step.revision_id)
        listed = _listed(step.operation_id)
        order = [row.pk for row in listed]
        place = order.index(step.pk)
        if not 0 <= place + by < len(order):
            raise NotValid(_("Step %(number)s is already at the edge.") % {"number": step.number}, code="at-edge")
        order.insert(place + by, order.pop(place))
        _number(listed, order)
        this.note(operation=step.operation.number, step=step.number, by=by)
    return Step.objects.get(pk=step_id)


def remove_step(*, actor: Actor, step_id: int, reason: str = "") -> None:
    """Remove a step with its parameter."""
    with act(actor=actor, verb="routing.step.removed", reason=reason) as this:
        step = _locked(step_id)
        draft_for_edit(this, actor, step.revision_id)
        this.note(operation=step.operation.number, step=step.number, instruction=step.instruction)
        step.delete()


def _locked(step_id: int) -> Step:
    step: Step = Step.objects.select_for_update(of=("self",)).select_related("operation").get(pk=step_id)
    return step


def _listed(operation_id: int) -> list[Step]:
    return list(Step.objects.filter(operation_id=operation_id).order_by("number"))


def _make_room(step: Step, listed: list[Step], after_id: int | None) -> None:
    after = next((row for row in listed if row.pk == after_id), None) if after_id else (listed[-1] if listed else None)
    if after_id and after is None:
        raise NotValid(_("The step to insert after is not in this operation."), field="after")
    place = listed.index(after) + 1 if after is not None else 0
    number = number_between(after.number if after else 0, listed[place].number if place < len(listed) else None)
    if number is None:
        for index, row in enumerate(listed):
            row.number = STEP * (index + 1 + (index >= place))
        bulk_update_tracked(Step, listed, ["number"])
        number = STEP * (place + 1)
    step.number = number


def _number(rows: Sequence[Step], order: Sequence[int]) -> None:
    """Give the rows the numbers they have, in this order of ids; one statement."""
    by_id = {row.pk: row for row in rows}
    numbers = sorted(row.number for row in rows)
    changed = []
    for pk, number in zip(order, numbers, strict=True):
        if by_id[pk].number != number:
            by_id[pk].number = number
            changed.append(by_id[pk])
    bulk_update_tracked(Step, changed, ["number"])
