"""What the editor shows, put together once per answer: list, problems, materials, and the operation that is open."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.forms import Form
from django.urls import reverse

from foundation.core.actor import Actor
from foundation.core.errors import Refusal
from routing.checks import Problem, problems_of
from routing.checks.materials import needed_positions
from routing.forms import AddOperationForm, AddStepForm, Lists, OperationForm, ParameterForm, StepForm
from routing.models import Operation, RoutingRevision, Step
from routing.policies import can_edit
from routing.selectors import Loaded, allocations, load
from routing.selectors.comparison import in_words, label_of
from routing.selectors.content import parameter_of
from routing.selectors.library import differing
from routing.services.editing import etag_of
from routing.services.operations import OPERATION_FIELDS, order_etag
from routing.services.parameters import PARAMETER_FIELDS
from routing.services.steps import STEP_FIELDS


@dataclass(slots=True)
class Kept:
    """A form as it was sent: what was entered stays, whatever the answer. ``sent``: the version it said it was read as."""

    form: Form
    sent: str = ""
    refusal: Refusal | None = None
    merged: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Row:
    """One form of the editor: its key names its element, its etag what it was read as."""

    key: str
    form: Form
    etag: str
    thing: Any
    problems: list[Problem] = field(default_factory=list)
    kept: Kept | None = None
    parameter: Row | None = None
    differs: tuple[str, ...] = ()

    @property
    def refusal(self) -> Refusal | None:
        return self.kept.refusal if self.kept else None

    @property
    def conflict(self) -> list[dict[str, Any]]:
        """[{label, theirs, mine}] when someone else changed the same fields."""
        if self.refusal is None or self.refusal.code != "row-changed":
            return []
        fields = self.refusal.details["fields"]
        return [
            {"label": label_of(name), "theirs": in_words(both["theirs"]), "mine": in_words(both["mine"])}
            for name, both in fields.items()
        ]

    @property
    def merged(self) -> list[dict[str, Any]]:
        """[{label, theirs}] of fields that others changed meanwhile and that this form still shows as they were."""
        if self.kept is None or self.kept.refusal is not None:
            return []
        return [{"label": label_of(name), "theirs": in_words(value)} for name, value in self.kept.merged.items()]

    @property
    def expected(self) -> str:
        """What the form says it was read as. After a merge also the version that it was told of."""
        if self.kept is None:
            return self.etag
        # a refused or merged form still shows older values: they must not pass for having been read now
        if self.kept.merged and self.kept.refusal is None:
            return f"{self.kept.sent.partition('~')[0]}~{self.etag}"
        return self.kept.sent if self.kept.refusal or self.kept.form.errors else self.etag


@dataclass(slots=True)
class Bench:
    """The whole editor. ``kept`` holds the forms that were sent, by row key."""

    actor: Actor
    revision: RoutingRevision
    loaded: Loaded
    problems: list[Problem]
    selected: Operation | None
    lists: Lists
    editable: bool
    kept: dict[str, Kept] = field(default_factory=dict)

    @classmethod
    def build(cls, actor: Actor, revision: RoutingRevision, operation_id: int | None = None) -> Bench:
        loaded = load(revision)
        selected = loaded.by_id.get(operation_id or 0) or (loaded.operations[0] if loaded.operations else None)
        editable = bool(can_edit(actor, revision))
        return cls(actor, revision, loaded, problems_of(loaded), selected, Lists.read(), editable)

    def context(self) -> dict[str, Any]:
        """Everything the templates need."""
        lines = allocations(self.loaded, needed_positions(self.loaded.lines))
        return {
            "bench": self,
            "revision": self.revision,
            "editable": self.editable,
            "operations": self.listed(),
            "order": order_etag(self.loaded.operations),
            "problems": self.problems,
            "ids": {row.number: row.pk for row in self.loaded.operations},
            "errors": [problem for problem in self.problems if problem.severity == "error"],
            "allocations": lines,
            "waiting": [row for row in lines if row.waits and row.state != "over"],
            "selected": self.selected,
            "add_operation": self._kept("add-operation", AddOperationForm(auto_id="add_operation_%s")),
            "work_centers": self.lists.work_centers,
            "graph_url": reverse("api:routing-graph", args=[self.revision.pk]),
            **(self._open(self.selected) if self.selected else {}),
        }

    def listed(self) -> list[dict[str, Any]]:
        """The rows of the ordered list."""
        by_number = self._by_number()
        before: dict[int, list[int]] = defaultdict(list)
        for first, second in self.loaded.edges:
            before[second].append(self.loaded.number(first))
        chain = [row.number for row in self.loaded.operations]
        rows = []
        for place, operation in enumerate(self.loaded.operations):
            waits = sorted(before[operation.pk])
            found = by_number.get(operation.number, [])
            rows.append(
                {
                    "operation": operation,
                    "current": self.selected is not None and operation.pk == self.selected.pk,
                    "first": place == 0,
                    "last": place == len(self.loaded.operations) - 1,
                    # the plain case, waiting for the one above, needs no words
                    "waits": waits if waits != chain[max(0, place - 1) : place] else [],
                    "errors": sum(problem.severity == "error" for problem in found),
                    "warnings": sum(problem.severity != "error" for problem in found),
                }
            )
        return rows

    def _by_number(self) -> dict[int, list[Problem]]:
        found: dict[int, list[Problem]] = defaultdict(list)
        for problem in self.problems:
            if problem.operation is not None:
                found[problem.operation].append(problem)
        return found

    def _open(self, operation: Operation) -> dict[str, Any]:
        found = self._by_number().get(operation.number, [])
        positions = [use.position for use in self.loaded.uses_of(operation.pk)]
        before = [self.loaded.by_id[first] for first, second in self.loaded.edges if second == operation.pk]
        waiting = {row.pk for row in before} | {operation.pk}
        return {
            "operation_row": self.operation_row(operation, found),
            "steps": [self.step_row(step, positions, found) for step in self.loaded.steps.get(operation.pk, [])],
            "add_step": self._kept(f"add-step-{operation.pk}", AddStepForm(auto_id="add_step_%s")),
            "uses": self.loaded.uses_of(operation.pk),
            "made": self.loaded.made_by(operation.pk),
            "predecessors": before,
            "possible_predecessors": [row for row in self.loaded.operations if row.pk not in waiting],
        }

    def operation_row(self, operation: Operation, problems: list[Problem]) -> Row:
        key = f"operation-{operation.pk}"
        initial = {name: getattr(operation, name) for name in OPERATION_FIELDS}
        for name in ("setup_minutes", "run_minutes"):
            initial[name] = spoken(initial[name], 0)
        form = OperationForm(
            initial=initial | OperationForm.initial_of(operation),
            auto_id=f"{key}_%s",
            lists=self.lists,
            operations=self.loaded.operations,
        )
        own = [problem for problem in problems if problem.step is None]
        return self._row(key, form, etag_of(operation, OPERATION_FIELDS), operation, own)

    def step_row(self, step: Step, positions: list[str], problems: list[Problem]) -> Row:
        key = f"step-{step.pk}"
        form = StepForm(initial=step_initial(step), auto_id=f"{key}_%s", positions=positions)
        own = [problem for problem in problems if problem.step == step.number]
        row = self._row(key, form, etag_of(step, STEP_FIELDS), step, own)
        if step.kind in ("reading", "inspection") or parameter_of(step) is not None:
            row.parameter = self.parameter_row(step)
        return row

    def parameter_row(self, step: Step) -> Row:
        key, parameter = f"parameter-{step.pk}", parameter_of(step)
        initial: dict[str, Any] = {}
        if parameter is not None:
            initial = {name: getattr(parameter, name) for name in PARAMETER_FIELDS}
            for name in ("target", "lower", "upper"):
                initial[name] = spoken(initial[name], parameter.precision)
            initial |= ParameterForm.initial_of(parameter)
        kind = parameter.definition.quantity_kind if parameter else ""
        form = ParameterForm(initial=initial, auto_id=f"{key}_%s", lists=self.lists, kind=kind)
        row = self._row(key, form, etag_of(parameter, PARAMETER_FIELDS) if parameter else "", step, [])
        row.differs = differing(parameter) if parameter else ()
        return row

    def _row(self, key: str, form: Form, etag: str, thing: Any, problems: list[Problem]) -> Row:
        kept = self.kept.get(key)
        return Row(key, kept.form if kept else form, etag, thing, problems, kept)

    def _kept(self, key: str, form: Form) -> Form:
        return self.kept[key].form if key in self.kept else form


def step_initial(step: Step) -> dict[str, Any]:
    """The values of a step as its form shows them: lists as lines."""
    initial = {name: getattr(step, name) for name in STEP_FIELDS} | StepForm.initial_of(step)
    initial["choices"] = "\n".join(
        " | ".join([choice["value"], *(choice["text"].get(code, "") for code in ("en", "zh-hans"))])
        for choice in step.choices
    )
    names = ("column", "statistic", "unit", "lower", "upper")
    initial["file_checks"] = "\n".join(
        " | ".join(str(check.get(name, "")) for name in names) for check in step.file_checks
    )
    initial["file_plausible"] = "\n".join(
        " | ".join([column, *map(str, interval)]) for column, interval in step.file_plausible.items()
    )
    return initial


def spoken(value: Any, precision: int) -> str:
    """A limit with the decimals that are read: 5.500000 → 5.50; more where it has more."""
    if value is None:
        return ""
    text = format(value.normalize(), "f")
    whole, _point, digits = text.partition(".")
    return f"{whole}.{digits.ljust(precision, '0')}" if precision or digits else whole
