"""Two routings line by line, in words that a reviewer reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.core.texts import localized
from routing.models import RoutingRevision
from routing.selectors.content import routing_content

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
WORDS = {
    "name": gettext_lazy("name"),
    "work_center": gettext_lazy("work center"),
    "setup_minutes": gettext_lazy("setup time (min)"),
    "run_minutes": gettext_lazy("run time (min)"),
    "run_basis": gettext_lazy("run time is"),
    "equipment_class": gettext_lazy("equipment class"),
    "qualifications": gettext_lazy("qualifications"),
    "predecessors": gettext_lazy("waits for"),
    "loop": gettext_lazy("declared loop"),
    "special_process": gettext_lazy("special process"),
    "hold_point": gettext_lazy("hold point"),
    "first_piece": gettext_lazy("first piece"),
    "transfer_quantity": gettext_lazy("transfer quantity"),
    "kind": gettext_lazy("kind"),
    "instruction": gettext_lazy("instruction"),
    "when": gettext_lazy("when"),
    "when_rule": gettext_lazy("when"),
    "when_n": gettext_lazy("n"),
    "by": gettext_lazy("by"),
    "second_check": gettext_lazy("second check"),
    "materials": gettext_lazy("scanned positions"),
    "choices": gettext_lazy("choices"),
    "file": gettext_lazy("file checks"),
    "file_kind": gettext_lazy("file"),
    "file_checks": gettext_lazy("file checks"),
    "file_plausible": gettext_lazy("plausible ranges"),
    "number": gettext_lazy("number"),
    "loop_back_to": gettext_lazy("may go back to"),
    "loop_maximum": gettext_lazy("at most (times)"),
    "definition": gettext_lazy("parameter"),
    "reaction_below": gettext_lazy("when below"),
    "reaction_above": gettext_lazy("when above"),
    "code": gettext_lazy("parameter"),
    "unit": gettext_lazy("unit"),
    "precision": gettext_lazy("decimals"),
    "target": gettext_lazy("target"),
    "lower": gettext_lazy("lower limit"),
    "upper": gettext_lazy("upper limit"),
    "characteristic": gettext_lazy("characteristic"),
    "critical": gettext_lazy("critical"),
    "capture": gettext_lazy("capture"),
    "gauge_class": gettext_lazy("gauge class"),
    "reaction": gettext_lazy("reaction below / above"),
    "max_remeasure": gettext_lazy("remeasured at most"),
    "limits_source": gettext_lazy("source of the limits"),
    "bom": gettext_lazy("BOM revision"),
    "purpose": gettext_lazy("purpose"),
    "documents": gettext_lazy("documents"),
}
OWN = {"number", "steps", "consumes", "makes", "key", "parameter", "quantity_kind"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``before`` and ``after`` are texts for people; None where there is nothing."""

    kind: str
    where: str
    before: str | None
    after: str | None


def compare_routings(before: RoutingRevision, after: RoutingRevision) -> list[Change]:
    """What changed from one revision to the other: operations, steps, parameters, materials; in the order of the newer.

    A renumbered list is not a list of new operations, nor is a renamed operation a new one (`_paired`).
    """
    return list(compare_contents(routing_content(before), routing_content(after)))


def compare_contents(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """As `compare_routings`, of two contents."""
    yield from _fields(_("Routing"), old, new, {"schema", "item", "variant", "operations"})
    pairs = _paired(old["operations"], new["operations"])
    for left, right in pairs:
        where = _operation_words(right or left)
        if left is None or right is None:
            yield _whole(where, left, right, lambda operation: localized(operation["name"]))
            continue
        if left["number"] != right["number"]:
            yield Change(CHANGED, where, str(left["number"]), str(right["number"]))
        yield from _fields(where, left, right, OWN)
        for name, word in (("consumes", _("consumes")), ("makes", _("makes"))):
            yield from _materials(f"{where} · {word}", left[name], right[name])
        yield from _steps(where, left["steps"], right["steps"])


Side = dict[str, Any] | None


def _paired(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[tuple[Side, Side]]:
    """Same number and name first, then the same name (a renumbered list), then the same number (a renamed operation)."""
    left, right = list(old), list(new)
    pairs: list[tuple[Side, Side]] = []
    for same in (
        lambda operation: (operation["number"], str(operation["name"])),
        lambda operation: str(operation["name"]),
        lambda operation: operation["number"],
    ):
        waiting: dict[Any, list[dict[str, Any]]] = {}
        for operation in left:
            waiting.setdefault(same(operation), []).append(operation)
        rest = []
        for operation in right:
            found = waiting.get(same(operation))
            if found:
                pairs.append((found.pop(0), operation))
            else:
                rest.append(operation)
        left, right = [operation for found in waiting.values() for operation in found], rest
    every: list[tuple[Side, Side]] = [*pairs, *((row, None) for row in left), *((None, row) for row in right)]
    return sorted(every, key=lambda pair: (pair[1] or pair[0] or {})["number"])


def _operation_words(operation: Mapping[str, Any] | None) -> str:
    assert operation is not None  # noqa: S101 - one of the two sides is there
    return f"{operation['number']} {localized(operation['name'])}"


def _whole(where: str, left: Any, right: Any, words: Any) -> Change:
    if left is None:
        return Change(ADDED, where, None, words(right))
    return Change(REMOVED, where, words(left), None)


def _steps(where: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[Change]:
    left = {step["number"]: step for step in old}
    right = {step["number"]: step for step in new}
    for number in sorted(left.keys() | right.keys()):
        place = f"{where} · {_('step')} {number}"
        one, other = left.get(number), right.get(number)
        if one is None or other is None:
            yield _whole(place, one, other, lambda step: localized(step["instruction"]))
            continue
        yield from _fields(place, one, other, OWN)
        yield from _parameter(place, one["parameter"], other["parameter"])


def _parameter(where: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> Iterator[Change]:
    if old is None and new is None:
        return
    if old is None or new is None:
        yield _whole(where, old, new, lambda parameter: localized(parameter["name"]))
        return
    yield from _fields(f"{where} · {localized(new['name'])}", old, new, OWN)


def _materials(where: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[Change]:
    left = {row["position"]: row for row in old}
    right = {row["position"]: row for row in new}
    for position in sorted(left.keys() | right.keys()):
        one, other = left.get(position), right.get(position)
        if one is None or other is None:
            yield _whole(f"{where} {position}", one, other, _material_words)
        elif _material_words(one) != _material_words(other):
            yield Change(CHANGED, f"{where} {position}", _material_words(one), _material_words(other))


def _material_words(row: Mapping[str, Any]) -> str:
    return f"{row['item_number']} · {row['quantity']} {row['unit']}"


def _fields(where: str, old: Mapping[str, Any], new: Mapping[str, Any], skip: set[str]) -> Iterator[Change]:
    for name in new:
        if name in skip or old.get(name) == new.get(name):
            continue
        place = f"{where} · {WORDS.get(name, name)}"
        yield Change(CHANGED, place, in_words(old.get(name)), in_words(new.get(name)))


def label_of(name: str) -> str:
    """A field in words."""
    return str(WORDS.get(name.removesuffix("_id"), name))


def in_words(value: Any) -> str:
    """A value of the content for people."""
    if value is None or value == "" or value in ({}, []):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        if set(value) <= {"en", "zh-hans", "zh-hant"}:
            return " / ".join(text for text in value.values() if text)
        return ", ".join(f"{WORDS.get(key, key)}: {in_words(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(in_words(item) for item in value)
    return str(value)
