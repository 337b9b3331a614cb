"""Which operation consumes which BOM line, and which operation makes an intermediate."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from bom.models import BomLine
from foundation.core.actor import Actor
from foundation.core.canonical import decimal_text
from foundation.core.errors import NotValid
from foundation.core.units import same_dimension
from foundation.records.act import act
from routing.models import IntermediateMade, MaterialUse, Operation, RoutingRevision
from routing.selectors.loading import allocated, demand_of
from routing.services.editing import draft_for_edit, save_row


def allocate_material(
    *, actor: Actor, operation_id: int, position: str, quantity: Decimal | None = None, unit: str = ""
) -> MaterialUse:
    """An operation consumes a BOM line: ``quantity`` of it, or what no operation consumes yet when it is None.

    Allocating again to the same operation replaces the quantity (without one: adds the rest). NotValid when the BOM has no
    such line, when nothing is left, when it would be more than the line has, or in a unit of another kind.
    """
    with act(actor=actor, verb="routing.material.allocated") as this:
        operation = Operation.objects.select_related("revision").get(pk=operation_id)
        revision = draft_for_edit(this, actor, operation.revision_id)
        line = line_at(revision, position)
        uses = list(MaterialUse.objects.filter(revision=revision, position=position).select_for_update())
        use = next((row for row in uses if row.operation_id == operation.pk), None)
        wanted, wanted_unit = _wanted(line, uses, use, quantity, unit or line.unit)
        use = use or MaterialUse(revision=revision, operation=operation, position=position)
        use.item, use.quantity, use.unit = line.component, wanted, wanted_unit
        _check_total(line, [row for row in uses if row.pk != use.pk] + [use])
        save_row(use)
        this.note(operation=operation.number, position=position, quantity=decimal_text(wanted), unit=wanted_unit)
    return use


def allocate_rest(*, actor: Actor, operation_id: int, positions: list[str]) -> list[MaterialUse]:
    """Allocate what is left of several lines to one operation, in one act."""
    with act(actor=actor, verb="routing.materials.allocated") as this:
        operation = Operation.objects.get(pk=operation_id)
        draft_for_edit(this, actor, operation.revision_id)
        return [allocate_material(actor=actor, operation_id=operation.pk, position=position) for position in positions]


def remove_allocation(*, actor: Actor, use_id: int) -> None:
    """The operation does not consume the line any more."""
    with act(actor=actor, verb="routing.material.removed") as this:
        use = MaterialUse.objects.select_for_update(of=("self",)).select_related("operation").get(pk=use_id)
        draft_for_edit(this, actor, use.revision_id)
        this.note(operation=use.operation.number, position=use.position)
        use.delete()


def make_intermediate(
    *, actor: Actor, operation_id: int, position: str, quantity: Decimal | None = None
) -> IntermediateMade:
    """An operation makes the item of a BOM line (all of it when ``quantity`` is None) for a later one of the same card.

    NotValid when another operation makes it, or when the operation itself consumes it.
    """
    with act(actor=actor, verb="routing.intermediate.made") as this:
        operation = Operation.objects.get(pk=operation_id)
        revision = draft_for_edit(this, actor, operation.revision_id)
        line = line_at(revision, position)
        present = IntermediateMade.objects.select_for_update().filter(revision=revision, position=position).first()
        if present is not None and present.operation_id != operation.pk:
            raise NotValid(
                _("Another operation makes %(position)s already.") % {"position": position},
                code="made-twice",
                field="position",
            )
        if MaterialUse.objects.filter(operation=operation, position=position).exists():
            raise NotValid(
                _("The operation that makes %(position)s cannot consume it.") % {"position": position}, field="position"
            )
        made = present or IntermediateMade(revision=revision, operation=operation, position=position)
        made.item, made.unit, made.quantity = line.component, line.unit, quantity or line.quantity
        save_row(made)
        this.note(operation=operation.number, position=position, quantity=decimal_text(made.quantity))
    return made


def remove_intermediate(*, actor: Actor, made_id: int) -> None:
    """The operation does not make it any more: it comes from stock."""
    with act(actor=actor, verb="routing.intermediate.removed") as this:
        made = IntermediateMade.objects.select_for_update(of=("self",)).select_related("operation").get(pk=made_id)
        draft_for_edit(this, actor, made.revision_id)
        this.note(operation=made.operation.number, position=made.position)
        made.delete()


def line_at(revision: RoutingRevision, position: str) -> BomLine:
    """The BOM line at a position. NotValid when there is none, or when it is an alternate (which follows its line)."""
    line = (
        BomLine.objects.filter(revision_id=revision.bom_revision_id, position=position)
        .select_related("component")
        .first()
    )
    if line is None:
        raise NotValid(
            _("%(bom)s has no line %(position)s.") % {"bom": revision.bom_revision.number, "position": position},
            code="no-such-line",
            field="position",
        )
    if line.alternate_of:
        raise NotValid(
            _("%(position)s is an alternate: it is used where its line is.") % {"position": position},
            code="line-is-alternate",
            field="position",
        )
    found: BomLine = line
    return found


def _wanted(
    line: BomLine, uses: list[MaterialUse], use: MaterialUse | None, quantity: Decimal | None, unit: str
) -> tuple[Decimal, str]:
    if quantity is not None:
        if not same_dimension(unit, line.unit):
            raise NotValid(
                _("%(position)s is counted in %(unit)s.") % {"position": line.position, "unit": line.unit},
                code="unit-mismatch",
                field="unit",
            )
        return quantity, unit
    others = [row for row in uses if use is None or row.pk != use.pk]
    rest = demand_of(line) - allocated(line, others)
    if rest <= 0:
        raise NotValid(
            _("Nothing of %(position)s is left to allocate.") % {"position": line.position},
            code="nothing-left",
            field="position",
        )
    return rest, line.unit


def _check_total(line: BomLine, uses: list[MaterialUse]) -> None:
    total = allocated(line, uses)
    if total > demand_of(line):
        raise NotValid(
            _("%(position)s has %(has)s %(unit)s, the operations would consume %(total)s.")
            % {
                "position": line.position,
                "has": decimal_text(demand_of(line)),
                "unit": line.unit,
                "total": decimal_text(total),
            },
            code="over-allocated",
            field="quantity",
        )
