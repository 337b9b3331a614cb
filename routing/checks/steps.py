"""A step is complete: text, when, by whom, and what its kind needs; its parameter is sane."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from foundation.core.units import UNITS
from routing.checks.problems import WARNING, Problem
from routing.checks.texts import missing_text
from routing.models import Operation, OperationParameter, Step
from routing.selectors.content import parameter_of
from routing.selectors.loading import Loaded
from routing.states import FILE_COLUMNS, STATISTICS, WHEN_WITH_N, By, Characteristic, Reaction, SecondCheck, StepKind

MEASURING = (StepKind.READING, StepKind.INSPECTION)


def problems(loaded: Loaded) -> Iterator[Problem]:
    """Problems of steps and parameters."""
    for operation in loaded.operations:
        positions = {use.position for use in loaded.uses_of(operation.pk)}
        for step in loaded.steps.get(operation.pk, []):
            for code, text, severity in _of_step(step, operation, positions):
                yield Problem(operation.number, code, text, severity, step.number)


Found = tuple[str, str, str]
ERROR = "error"


def _of_step(step: Step, operation: Operation, positions: set[str]) -> Iterator[Found]:
    text = missing_text(_("The instruction"), step.instruction)
    if text:
        yield "instruction-missing", text, ERROR
    if step.when_rule in WHEN_WITH_N and not step.when_n:
        yield "n-missing", _("Say how many: “%(rule)s” needs a number.") % {"rule": step.get_when_rule_display()}, ERROR
    if step.second_check and step.by == By.INSPECTOR and step.second_check == SecondCheck.SCAN:
        yield "scan-proves-identity", _("A scan proves identity only, never an inspector's value."), WARNING
    yield from _of_kind(step, positions)
    parameter = parameter_of(step)
    if parameter is not None:
        yield from _of_parameter(parameter, step, operation)


def _of_kind(step: Step, positions: set[str]) -> Iterator[Found]:
    if step.kind == StepKind.READING and parameter_of(step) is None:
        yield "no-parameter", _("A reading without a parameter: say what is measured."), ERROR
    if step.kind not in MEASURING and parameter_of(step) is not None:
        yield "parameter-on-wrong-kind", _("Only a reading or an inspection has a parameter."), ERROR
    if step.kind == StepKind.MATERIAL_SCAN:
        yield from _materials(step, positions)
    if step.kind in (StepKind.CHOICE, StepKind.CHECKLIST):
        yield from _choices(step)
    if step.kind == StepKind.FILE:
        yield from _file(step)


def _materials(step: Step, positions: set[str]) -> Iterator[Found]:
    if not step.materials:
        yield "scan-of-nothing", _("A material scan that names no BOM line."), ERROR
    strange = sorted(set(step.materials) - positions)
    if strange:
        text = _("The scan names %(positions)s, which this operation does not consume.")
        yield "scan-of-strange-line", text % {"positions": ", ".join(strange)}, ERROR


def _choices(step: Step) -> Iterator[Found]:
    values = [choice.get("value") for choice in step.choices]
    if not values or (step.kind == StepKind.CHOICE and len(values) < 2):
        yield "no-choices", _("There is nothing to choose or to tick."), ERROR
    if len(set(values)) != len(values):
        yield "choice-twice", _("Two choices have the same value."), ERROR
    for choice in step.choices:
        text = missing_text(_("The choice “%(value)s”") % {"value": choice.get("value")}, choice.get("text"))
        if text:
            yield "choice-text-missing", text, ERROR


def _file(step: Step) -> Iterator[Found]:
    columns = FILE_COLUMNS.get(step.file_kind)
    if columns is None:
        yield "no-file-kind", _("Say which kind of file is attached."), ERROR
        return
    if not step.file_checks:
        yield "no-file-check", _("Nothing is checked in the file."), ERROR
    for check in step.file_checks:
        yield from _file_check(check, columns)
    for column, interval in step.file_plausible.items():
        if column not in columns:
            yield "unknown-column", _("The file has no column “%(column)s”.") % {"column": column}, ERROR
        low, high = (_decimal(value) for value in interval) if len(interval) == 2 else (None, None)
        if low is None or high is None or low > high:
            yield (
                "range-out-of-order",
                _("The plausible range of %(column)s is not a range.") % {"column": column},
                ERROR,
            )


def _file_check(check: dict[str, Any], columns: dict[str, str]) -> Iterator[Found]:
    column = str(check.get("column", ""))
    if column not in columns:
        yield "unknown-column", _("The file has no column “%(column)s”.") % {"column": column}, ERROR
    elif check.get("unit") != columns[column]:
        text = _("The file gives %(column)s in %(unit)s.")
        yield "unit-mismatch", text % {"column": column, "unit": columns[column]}, ERROR
    if check.get("statistic") not in STATISTICS:
        yield "unknown-statistic", _("“%(name)s” cannot be computed.") % {"name": check.get("statistic")}, ERROR
    low, high = _decimal(check.get("lower")), _decimal(check.get("upper"))
    if low is None and high is None:
        yield "no-limits", _("The check of %(column)s has no limits.") % {"column": column}, ERROR
    elif low is not None and high is not None and low > high:
        yield "limits-out-of-order", _("The limits of %(column)s are out of order.") % {"column": column}, ERROR


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value not in (None, "") else None
    except InvalidOperation:
        return None


def _of_parameter(parameter: OperationParameter, step: Step, operation: Operation) -> Iterator[Found]:
    name = parameter.definition.code
    text = missing_text(_("The name of %(code)s") % {"code": name}, parameter.name)
    if text:
        yield "parameter-name-missing", text, ERROR
    known = UNITS.get(parameter.unit)
    if known is None or known.dimension != parameter.definition.quantity_kind:
        values = {"unit": parameter.unit, "kind": parameter.definition.quantity_kind}
        yield "unit-mismatch", _("%(unit)s is not a unit of %(kind)s.") % values, ERROR
    yield from _limits(parameter)
    uses_loop = Reaction.REWORK_LOOP in (parameter.reaction_below, parameter.reaction_above)
    if uses_loop and operation.loop_back_to_id is None:
        yield "loop-not-declared", _("The reaction plan leads into a loop that the operation does not declare."), ERROR
    if parameter.characteristic == Characteristic.PROCESS and uses_loop:
        yield "loop-on-process", _("Rework concerns a product characteristic; this is a process parameter."), WARNING
    if parameter.characteristic == Characteristic.PRODUCT and parameter.lower is None and parameter.upper is None:
        yield "product-without-limits", _("A product characteristic without any limit accepts everything."), ERROR


def _limits(parameter: OperationParameter) -> Iterator[Found]:
    lower, target, upper = parameter.lower, parameter.target, parameter.upper
    given = [value for value in (lower, target, upper) if value is not None]
    if given != sorted(given):
        yield "limits-out-of-order", _("Lower limit, target and upper limit are out of order."), ERROR
    if any(_places(value) > parameter.precision for value in given):
        text = _("A limit has more decimals than are read (%(precision)s).")
        yield "precision", text % {"precision": parameter.precision}, ERROR
    if (lower is not None or upper is not None) and missing_text("", parameter.limits_source):
        yield "limits-without-source", missing_text(_("The source of the limits"), parameter.limits_source), ERROR


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
