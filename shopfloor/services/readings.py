"""Read what was entered and judge it against the card. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from foundation.core.words import typed_number, unit_words
from shopfloor.definition import StepDefinition
from shopfloor.exceptions import ConfirmOutOfLimits, EntryNotValid
from shopfloor.states import StepOutcome

OK, NOT_OK = "ok", "not_ok"
CHECKED_KINDS = ("checklist", "clearance", "inspection")
_NUMBER = re.compile(r"[+-]?[0-9]{1,14}([.][0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Judged:
    """The entry in canonical form and what it is against the limits."""

    value: str
    outcome: str
    number: Decimal | None = None
    unit: str = ""


def judge(step: StepDefinition, value: Any, unit: str = "") -> Judged:
    """What was entered for a step of this kind. EntryNotValid for the impossible: not a number, another unit, too fine."""
    if step.kind == "reading":
        return judge_number(step, read_number(step, value, unit))
    if step.kind in CHECKED_KINDS:
        return _judge_checked(step, value)
    if step.kind == "choice":
        return _judge_choice(step, value)
    if step.kind == "text":
        text = str(value or "").strip()
        if not text:
            raise EntryNotValid(_("Write something."), code="empty", field="value")
        return Judged(text, StepOutcome.DONE)
    if step.kind == "instruction":
        return Judged("done", StepOutcome.DONE)
    raise EntryNotValid(_("This step is not recorded like that."), code="wrong-kind", field="step_key")


def read_number(step: StepDefinition, value: Any, unit: str) -> Decimal:
    """The number that was entered, in the unit of the card and no finer than its precision."""
    parameter = step.parameter or {}
    text = typed_number(str(value))
    if not _NUMBER.fullmatch(text):
        raise EntryNotValid(_("“%(value)s” is not a number.") % {"value": value}, code="not-a-number", field="value")
    try:
        number = Decimal(text)
    except InvalidOperation as error:  # pragma: no cover - the pattern lets only numbers through
        raise EntryNotValid(_("This is not a number."), code="not-a-number", field="value") from error
    if unit and unit != parameter.get("unit"):
        raise EntryNotValid(
            _("This is measured in %(unit)s.") % {"unit": unit_words(str(parameter.get("unit") or ""))},
            code="wrong-unit",
            field="unit",
        )
    precision = parameter.get("precision")
    exponent = number.normalize().as_tuple().exponent
    if precision is not None and isinstance(exponent, int) and -exponent > int(precision):
        raise EntryNotValid(
            _("Give at most %(count)s decimal places.") % {"count": precision}, code="too-precise", field="value"
        )
    return number


def judge_number(step: StepDefinition, number: Decimal) -> Judged:
    """Within limits (ends included), below or above. The zeros that were read are kept: 2.0 says more than 2."""
    lower, upper = step.limit("lower"), step.limit("upper")
    outcome = StepOutcome.IN
    if lower is not None and number < lower:
        outcome = StepOutcome.BELOW
    elif upper is not None and number > upper:
        outcome = StepOutcome.ABOVE
    text = format(number or abs(number), "f")  # no negative zero
    return Judged(text, outcome, number, str((step.parameter or {}).get("unit") or ""))


def _judge_checked(step: StepDefinition, value: Any) -> Judged:
    """``ok`` (every point of the list holds), ``not_ok``, or the points that hold: a list, or their values with commas."""
    points = [str(choice["value"]) for choice in step.raw.get("choices") or []]
    if value in (OK, True):
        return Judged(OK, StepOutcome.DONE)
    if value in (NOT_OK, False):
        return Judged(NOT_OK, StepOutcome.FAILED)
    ticked = value if isinstance(value, list | tuple) else [part.strip() for part in str(value).split(",")]
    held = [point for point in points if point in ticked]
    if not points or len(held) != len(set(ticked)):
        raise EntryNotValid(_("Say “ok” or “not ok”."), code="not-a-choice", field="value")
    if held == points:
        return Judged(OK, StepOutcome.DONE)
    missing = ", ".join(point for point in points if point not in held)
    return Judged(f"{NOT_OK}: {missing}", StepOutcome.FAILED)


def _judge_choice(step: StepDefinition, value: Any) -> Judged:
    """One of the card's choices. ``"conforming": false`` on a choice makes it a failed check."""
    for choice in step.raw["choices"]:
        if str(choice["value"]) == str(value):
            conforms = choice.get("conforming", True)
            return Judged(str(choice["value"]), StepOutcome.DONE if conforms else StepOutcome.FAILED)
    raise EntryNotValid(
        _("“%(value)s” is not one of the choices.") % {"value": value}, code="not-a-choice", field="value"
    )


def ask_once(
    step: StepDefinition, judged: Judged, *, confirmed: bool, measure_again: bool, origin: str, left: int
) -> None:
    """A typed value outside its limits asks once: correct it, measure again (``left`` times), or confirm it.

    Machine values are never asked (domain: Steps).
    """
    if measure_again and left <= 0:
        raise EntryNotValid(
            _("Measuring again is not allowed any more: confirm the reading."), code="no-more-remeasure", field="value"
        )
    if confirmed or measure_again or origin != "typed" or judged.outcome not in (StepOutcome.BELOW, StepOutcome.ABOVE):
        return
    parameter = step.parameter or {}
    raise ConfirmOutOfLimits(
        _("%(value)s %(unit)s is outside %(lower)s – %(upper)s. Correct the entry, or confirm it.")
        % {
            "value": judged.value,
            "unit": unit_words(judged.unit),
            "lower": parameter.get("lower") or "−∞",
            "upper": parameter.get("upper") or "∞",
        },
        field="value",
        details={
            "value": judged.value,
            "unit": judged.unit,
            "lower": parameter.get("lower"),
            "upper": parameter.get("upper"),
            "step": step.key,
            "measure_again_left": left,
        },
    )
