"""The parameter library, and the parameter of a reading step."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.canonical import decimal_text
from foundation.core.errors import NotValid
from foundation.core.units import UNITS, unit
from foundation.records.act import act
from routing.exceptions import InUse
from routing.models import OperationParameter, ParameterDefinition, Step
from routing.policies import EDIT
from routing.services.editing import apply_changes, draft_for_edit, save_row

DEFINITION_FIELDS = ("name", "quantity_kind", "unit", "precision", "capture", "critical")
TAKEN_OVER = ("name", "unit", "precision", "capture", "critical")
OUT_OF_ORDER: dict[tuple[str, str], Any] = {
    ("lower", "upper"): gettext_lazy("The upper limit %(high)s is below the lower limit %(low)s."),
    ("lower", "target"): gettext_lazy("The target %(high)s is below the lower limit %(low)s."),
    ("target", "upper"): gettext_lazy("The upper limit %(high)s is below the target %(low)s."),
}
PARAMETER_FIELDS = (
    "definition_id",
    "unit",
    "precision",
    "capture",
    "critical",
    "target",
    "lower",
    "upper",
    "characteristic",
    "reaction_below",
    "reaction_above",
    "gauge_class",
    "max_remeasure",
    "limits_source",
)


def create_parameter_definition(
    *, actor: Actor, code: str, name: Mapping[str, str], quantity_kind: str, unit: str, **values: Any
) -> ParameterDefinition:
    """A new kind of parameter in the library. NotValid when the code was used or the unit is of another quantity kind."""
    with act(actor=actor, verb="routing.parameter_definition.created") as this:
        require(actor, EDIT)
        definition = ParameterDefinition(code=code.strip())
        changes = {"name": dict(name), "quantity_kind": quantity_kind, "unit": unit, **values}
        apply_changes(definition, changes, DEFINITION_FIELDS)
        check_unit(definition.unit, definition.quantity_kind)
        save_row(definition)
        this.about(definition)
    return definition


def change_parameter_definition(
    *, actor: Actor, definition_id: int, changes: Mapping[str, Any], expected: str = ""
) -> ParameterDefinition:
    """Change a kind of parameter. No revision changes by it: each took over what it needs when the parameter was chosen.

    InUse when the quantity kind of a used definition would change: a length does not become a pressure.
    """
    with act(actor=actor, verb="routing.parameter_definition.changed") as this:
        definition: ParameterDefinition = ParameterDefinition.objects.select_for_update().get(pk=definition_id)
        this.about(definition)
        require(actor, EDIT)
        edited = apply_changes(definition, changes, DEFINITION_FIELDS, expected)
        check_unit(definition.unit, definition.quantity_kind)
        used = definition.uses.count()
        if "quantity_kind" in edited.changed and used:
            raise InUse(
                _("%(count)s steps use this parameter: its quantity kind cannot change.") % {"count": used},
                field="quantity_kind",
            )
        if edited.changed:
            save_row(definition)
        this.note(changed=list(edited.changed), used_by=used)
    return definition


def set_parameter(
    *, actor: Actor, step_id: int, definition_id: int, changes: Mapping[str, Any], expected: str = ""
) -> OperationParameter:
    """Set what a step measures: a library parameter with target, limits, unit and reactions.

    Choosing a definition (also choosing it again with ``refresh`` in ``changes``) takes over its name, unit, precision,
    capture and criticality. NotValid when the unit is of another kind or target and limits are out of order.
    """
    with act(actor=actor, verb="routing.parameter.set") as this:
        step: Step = Step.objects.select_for_update(of=("self",)).select_related("operation").get(pk=step_id)
        draft_for_edit(this, actor, step.revision_id)
        parameter, definition = _parameter_of(step), _definition(definition_id)
        this.note(operation=step.operation.number, step=step.number, parameter=definition.code)
        wanted = dict(changes)
        if wanted.pop("refresh", False) or parameter.definition_id != definition.pk:
            for name in TAKEN_OVER:
                if name == "name" or name not in wanted:
                    setattr(parameter, name, getattr(definition, name))
        edited = apply_changes(parameter, {**wanted, "definition_id": definition.pk}, PARAMETER_FIELDS, expected)
        check_unit(parameter.unit, definition.quantity_kind)
        _check_order(parameter)
        save_row(parameter)
        this.note(changed=list(edited.changed), merged=list(edited.merged))
    return parameter


def _check_order(parameter: OperationParameter) -> None:
    """Lower limit, target, upper limit, as far as they are given. The database holds it too, but has no words for it."""
    given = [(name, getattr(parameter, name)) for name in ("lower", "target", "upper")]
    known = [(name, value) for name, value in given if value is not None]
    for (first, low), (second, high) in pairwise(known):
        if low > high:
            raise NotValid(
                OUT_OF_ORDER[first, second] % {"low": decimal_text(low), "high": decimal_text(high)},
                code="limits-out-of-order",
                field=second,
            )


def remove_parameter(*, actor: Actor, step_id: int) -> None:
    """The step measures nothing any more."""
    with act(actor=actor, verb="routing.parameter.removed") as this:
        parameter = (
            OperationParameter.objects.select_for_update(of=("self",)).select_related("definition").get(step_id=step_id)
        )
        draft_for_edit(this, actor, parameter.revision_id)
        this.note(parameter=parameter.definition.code)
        parameter.delete()


def check_unit(code: str, quantity_kind: str) -> None:
    """NotValid for an unknown unit, an unknown quantity kind, or a unit of another kind."""
    if quantity_kind not in {known.dimension for known in UNITS.values()}:
        raise NotValid(_("“%(kind)s” is not a kind of quantity.") % {"kind": quantity_kind}, field="quantity_kind")
    if unit(code).dimension != quantity_kind:
        raise NotValid(
            _("%(unit)s is not a unit of %(kind)s.") % {"unit": code, "kind": quantity_kind},
            code="unit-mismatch",
            field="unit",
        )


def _parameter_of(step: Step) -> OperationParameter:
    found = OperationParameter.objects.select_for_update().filter(step=step).first()
    return found or OperationParameter(revision_id=step.revision_id, step=step)


def _definition(definition_id: int) -> ParameterDefinition:
    found: ParameterDefinition | None = ParameterDefinition.objects.filter(pk=definition_id).first()
    if found is None:
        raise NotValid(_("The library has no such parameter."), field="definition")
    return found
