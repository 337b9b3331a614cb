"""An operation says where, by whom, with what and how long."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from routing.checks.problems import WARNING, Problem
from routing.checks.texts import missing_text
from routing.models import Operation
from routing.selectors.loading import Loaded
from routing.states import Reaction, When


def problems(loaded: Loaded) -> Iterator[Problem]:
    """Problems of the operations themselves."""
    for operation in loaded.operations:
        yield from _one(loaded, operation)


def _one(loaded: Loaded, operation: Operation) -> Iterator[Problem]:
    number = operation.number
    text = missing_text(_("The name"), operation.name)
    if text:
        yield Problem(number, "name-missing", text)
    if not operation.work_center:
        yield Problem(number, "no-work-center", _("No work center is given."))
    if not operation.qualifications:
        yield Problem(number, "no-qualification", _("No qualification is asked for: anyone may do this."), WARNING)
    if not operation.run_minutes:
        yield Problem(number, "no-run-time", _("No run time is given: planning and cost count nothing here."), WARNING)
    steps = loaded.steps.get(operation.pk, [])
    if not steps:
        yield Problem(number, "no-steps", _("There is no step: the card would ask nothing."))
    firsts = [step for step in steps if step.when_rule == When.FIRST_PIECE]
    if firsts and not operation.first_piece:
        yield Problem(
            number,
            "first-piece-without-rule",
            _("A step is for the first piece, but the operation has no first-piece rule."),
            step=firsts[0].number,
        )
    if operation.loop_back_to_id and not _loop_is_used(loaded, operation):
        yield Problem(number, "loop-unused", _("No reaction plan leads into the declared loop."), WARNING)


def _loop_is_used(loaded: Loaded, operation: Operation) -> bool:
    parameters = (getattr(step, "parameter", None) for step in loaded.steps.get(operation.pk, []))
    return any(p and Reaction.REWORK_LOOP in (p.reaction_below, p.reaction_above) for p in parameters)
