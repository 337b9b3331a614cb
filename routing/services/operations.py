"""Operations of a draft: add, change, duplicate, reorder, renumber, remove."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from foundation.core.actor import Actor
from foundation.core.errors import Conflict, NotValid
from foundation.records.act import act
from foundation.records.models import bulk_create_tracked, bulk_update_tracked
from routing.models import Operation, OperationParameter, RoutingRevision, Step
from routing.precedence import STEP, after_move, chain, inserted_after, number_between, reached_from, spliced_out
from routing.services.editing import apply_changes, draft_for_edit, save_row
from routing.services.links import edges_of, write_edges

OPERATION_FIELDS = (
    "number",
    "name",
    "work_center",
    "setup_minutes",
    "run_minutes",
    "run_basis",
    "equipment_class",
    "qualifications",
    "special_process",
    "hold_point",
    "first_piece",
    "transfer_quantity",
    "loop_back_to_id",
    "loop_maximum",
)


def add_operation(
    *, actor: Actor, revision_id: int, name: Mapping[str, str], after_id: int | None = None, **values: Any
) -> Operation:
    """Add an operation after another (at the end when ``after_id`` is None) and link it there.

    Its number fits between its neighbours; where there is no room the list is renumbered in tens. ``values`` are fields of
    `OPERATION_FIELDS`; a ``number`` may be given. NotValid for a field or number that cannot be.
    """
    with act(actor=actor, verb="routing.operation.added") as this:
        revision = draft_for_edit(this, actor, revision_id)
        operation = Operation(revision=revision, name=dict(name))
        apply_changes(operation, {"name": dict(name), **values}, OPERATION_FIELDS)
        _insert(revision, operation, after_id, number_given="number" in values)
        this.note(operation=operation.number)
    return operation


def duplicate_operation(*, actor: Actor, operation_id: int) -> Operation:
    """A copy right after the original, with its steps and parameters, without materials (each line is consumed once)."""
    with act(actor=actor, verb="routing.operation.duplicated") as this:
        source = Operation.objects.get(pk=operation_id)
        revision = draft_for_edit(this, actor, source.revision_id)
        copy = Operation(revision=revision, **{name: getattr(source, name) for name in OPERATION_FIELDS})
        copy.loop_back_to_id = copy.loop_maximum = None
        _insert(revision, copy, source.pk, number_given=False)
        copy_steps(source.pk, {source.pk: copy}, revision)
        this.note(operation=copy.number, copied_from=source.number)
    return copy


def change_operation(*, actor: Actor, operation_id: int, changes: Mapping[str, Any], expected: str = "") -> Operation:
    """Change fields of an operation. ``expected``: the etag it was read with (see `apply_changes` for merge and conflict)."""
    with act(actor=actor, verb="routing.operation.changed") as this:
        operation = _locked(operation_id)
        draft_for_edit(this, actor, operation.revision_id)
        this.note(operation=operation.number)
        edited = apply_changes(operation, changes, OPERATION_FIELDS, expected)
        if {"loop_back_to_id", "loop_maximum"} & set(edited.changed):
            _check_loop(operation)
        if edited.changed:
            save_row(operation)
        this.note(changed=list(edited.changed), merged=list(edited.merged))
    return operation


def remove_operation(*, actor: Actor, operation_id: int, reason: str = "") -> None:
    """Remove an operation with its steps and allocations; what came before it is linked to what came after it."""
    with act(actor=actor, verb="routing.operation.removed", reason=reason) as this:
        operation = _locked(operation_id)
        revision = draft_for_edit(this, actor, operation.revision_id)
        this.note(operation=operation.number, name=operation.name)
        looping = [row for row in _listed(revision) if row.loop_back_to_id == operation.pk and row.pk != operation.pk]
        for row in looping:
            row.loop_back_to_id = row.loop_maximum = None
        bulk_update_tracked(Operation, looping, ["loop_back_to_id", "loop_maximum"])
        write_edges(revision, spliced_out(operation.pk, edges_of(revision)))
        operation.delete()


def reorder_operations(*, actor: Actor, revision_id: int, order: Sequence[int], expected: str = "") -> list[Operation]:
    """Put the operations in this order (ids). The numbers stay the list's numbers; while the operations are one chain, the
    chain follows the list, otherwise precedence stays as drawn.

    ``expected`` is the order the editor saw, as `order_etag`. NotValid when ``order`` is not a permutation of the
    operations, Conflict when operations were added, removed or moved meanwhile.
    """
    with act(actor=actor, verb="routing.operations.reordered") as this:
        revision = draft_for_edit(this, actor, revision_id)
        listed = _listed(revision)
        if expected and expected != order_etag(listed):
            raise Conflict(
                _("The list changed while you were moving. It is shown as it is now: move again."), code="list-changed"
            )
        if sorted(order) != sorted(row.pk for row in listed):
            raise NotValid(
                _("The new order does not name each operation once."), code="not-a-permutation", field="order"
            )
        return _reorder(revision, listed, order)


def move_operation(*, actor: Actor, operation_id: int, by: int) -> list[Operation]:
    """Move one up (``by=-1``) or down (``by=1``) in the list, as `reorder_operations`. At the edge nothing can move."""
    with act(actor=actor, verb="routing.operation.moved") as this:
        operation = _locked(operation_id)
        revision = draft_for_edit(this, actor, operation.revision_id)
        listed = _listed(revision)
        order = [row.pk for row in listed]
        place = order.index(operation.pk)
        if not 0 <= place + by < len(order):
            raise NotValid(
                _("Operation %(number)s is already at the edge.") % {"number": operation.number}, code="at-edge"
            )
        order.insert(place + by, order.pop(place))
        this.note(operation=operation.number, by=by)
        return _reorder(revision, listed, order)


def renumber_operations(*, actor: Actor, revision_id: int) -> list[Operation]:
    """Number the list 10, 20, 30 … in its order."""
    with act(actor=actor, verb="routing.operations.renumbered") as this:
        revision = draft_for_edit(this, actor, revision_id)
        listed = _listed(revision)
        _renumber(listed)
    return listed


def order_etag(operations: Sequence[Operation]) -> str:
    """The order of a list, as a short text for a form."""
    return "-".join(str(operation.pk) for operation in operations)


def _locked(operation_id: int) -> Operation:
    operation: Operation = Operation.objects.select_for_update(of=("self",)).get(pk=operation_id)
    return operation


def _listed(revision: RoutingRevision) -> list[Operation]:
    return list(Operation.objects.filter(revision=revision).order_by("number"))


def _insert(revision: RoutingRevision, operation: Operation, after_id: int | None, *, number_given: bool) -> None:
    listed = _listed(revision)
    after = next((row for row in listed if row.pk == after_id), None) if after_id else (listed[-1] if listed else None)
    if after_id and after is None:
        raise NotValid(_("The operation to insert after is not in this routing."), field="after")
    if not number_given:
        _make_room(listed, operation, after)
    save_row(operation)
    if after is not None:
        write_edges(revision, inserted_after(operation.pk, after.pk, edges_of(revision)))


def _make_room(listed: list[Operation], operation: Operation, after: Operation | None) -> None:
    place = listed.index(after) + 1 if after is not None else 0
    following = listed[place].number if place < len(listed) else None
    number = number_between(after.number if after else 0, following)
    if number is None:
        numbers = [STEP * (index + 1 + (index >= place)) for index in range(len(listed))]
        _number(listed, numbers)
        number = STEP * (place + 1)
    operation.number = number


def _reorder(revision: RoutingRevision, listed: list[Operation], order: Sequence[int]) -> list[Operation]:
    old_order = [row.pk for row in listed]
    numbers = [row.number for row in listed]
    by_id = {row.pk: row for row in listed}
    moved = [by_id[pk] for pk in order]
    edges = edges_of(revision)
    _number(moved, numbers)
    wanted = after_move(old_order, order, edges)
    if wanted != edges:
        write_edges(revision, wanted)
        if wanted == chain(order):
            _drop_broken_loops(moved)
    return moved


def _drop_broken_loops(listed: list[Operation]) -> None:
    """A loop leads back; after a move it may lead forward, and then it is no loop any more."""
    place = {row.pk: index for index, row in enumerate(listed)}
    broken = [row for row in listed if row.loop_back_to_id and place[row.loop_back_to_id] > place[row.pk]]
    for row in broken:
        row.loop_back_to_id = row.loop_maximum = None
    bulk_update_tracked(Operation, broken, ["loop_back_to_id", "loop_maximum"])


def _renumber(listed: list[Operation]) -> None:
    _number(listed, [STEP * (index + 1) for index in range(len(listed))])


def _number(listed: Sequence[Operation], numbers: Sequence[int]) -> None:
    """One statement, so that the uniqueness of numbers is checked once all are set."""
    changed = []
    for row, number in zip(listed, numbers, strict=True):
        if row.number != number:
            row.number = number
            changed.append(row)
    bulk_update_tracked(Operation, changed, ["number"])


def _check_loop(operation: Operation) -> None:
    if operation.loop_back_to_id is None:
        operation.loop_maximum = None
        return
    if operation.loop_maximum is None:
        raise NotValid(_("Say how often the loop may be run."), code="loop-without-maximum", field="loop_maximum")
    target = Operation.objects.filter(pk=operation.loop_back_to_id, revision_id=operation.revision_id).first()
    if target is None:
        raise NotValid(_("The loop leads to an operation of another routing."), field="loop_back_to")
    if target.pk != operation.pk and operation.pk not in reached_from(target.pk, edges_of(operation.revision)):
        raise NotValid(
            _("A loop leads back: operation %(target)s does not come before %(number)s.")
            % {"target": target.number, "number": operation.number},
            code="loop-not-back",
            field="loop_back_to",
        )


def copy_steps(source_operation_id: int, targets: Mapping[int, Operation], revision: RoutingRevision) -> None:
    """Copy the steps and parameters of an operation."""
    steps = list(Step.objects.filter(operation_id=source_operation_id).select_related("parameter").order_by("number"))
    copy_step_rows(steps, targets, revision)


def copy_step_rows(steps: Sequence[Step], targets: Mapping[int, Operation], revision: RoutingRevision) -> list[Step]:
    """Copies of steps (with their parameters) under the operations that ``targets`` names by the id of the original's."""
    pairs = [(step, copied(step, revision=revision, operation=targets[step.operation_id])) for step in steps]
    bulk_create_tracked(Step, [copy for _step, copy in pairs])
    parameters = [
        copied(step.parameter, revision=revision, step=copy) for step, copy in pairs if hasattr(step, "parameter")
    ]
    bulk_create_tracked(OperationParameter, parameters)
    return [copy for _step, copy in pairs]


def copied(row: Any, **replaced: Any) -> Any:
    """An unsaved copy of a row, with some fields replaced."""
    kept = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    for name in replaced:
        kept.pop(f"{name}_id", None)
    return type(row)(**kept, **replaced)
