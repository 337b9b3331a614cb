"""The content of a routing and of the process card it would publish: what is compared, hashed, signed and built from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bom.models import BomLine, Item
from foundation.core.canonical import content_hash, decimal_text
from routing.models import IntermediateMade, MaterialUse, Operation, OperationParameter, RoutingRevision, Step
from routing.selectors.loading import Loaded, load

CARD_SCHEMA = "process-card/1"
ROUTING_SCHEMA = "routing/1"


def _text(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(value)


def card_content(revision: RoutingRevision, loaded: Loaded | None = None) -> dict[str, Any]:
    """What the process card says: BOM, routing, parameters and documents, texts in every language (docs/contracts.md).

    The same function makes what approvers sign and what is published; a change of an item in between changes the hash, so
    the card is refused instead of differing from what was signed. Decimals are strings. Six queries.
    """
    loaded = loaded or load(revision)
    return {
        "schema": CARD_SCHEMA,
        "item": _item(revision.item),
        "variant": revision.variant,
        "purpose": revision.purpose,
        "bom": {
            "revision_id": revision.bom_revision_id,
            "revision": revision.bom_revision.revision,
            "lines": _card_lines(loaded),
        },
        "routing": {
            "revision_id": revision.pk,
            "revision": revision.revision,
            "operations": _operations(loaded),
        },
        "documents": list(revision.documents),
    }


def card_hash(revision: RoutingRevision) -> str:
    """The hash of `card_content`: what signatures must bind for this revision to be published."""
    return content_hash(card_content(revision))


def routing_content(revision: RoutingRevision, loaded: Loaded | None = None) -> dict[str, Any]:
    """The routing alone, without identities of rows: what two revisions are compared by."""
    loaded = loaded or load(revision)
    return {
        "schema": ROUTING_SCHEMA,
        "item": revision.item.number,
        "variant": revision.variant,
        "purpose": revision.purpose,
        "bom": revision.bom_revision.number,
        "operations": [
            {**operation, "consumes": [_use(loaded, use) for use in loaded.uses_of(row.pk)]}
            for operation, row in zip(_operations(loaded), loaded.operations, strict=True)
        ],
        "documents": list(revision.documents),
    }


def _item(item: Any) -> dict[str, Any]:
    return {
        "id": item.pk,
        "number": item.number,
        "name": item.name,
        "unit": item.unit,
        "tracking": item.tracking,
        "kind": item.kind,
    }


def _use(loaded: Loaded, use: MaterialUse) -> dict[str, Any]:
    return {
        "position": use.position,
        "item_number": loaded.items[use.item_id].number,
        "quantity": decimal_text(use.quantity),
        "unit": use.unit,
    }


def _card_lines(loaded: Loaded) -> list[dict[str, Any]]:
    """One entry per line and operation that consumes it; a line that nothing consumes has operation None."""
    uses, made = loaded.uses_by_position, {row.position for row in loaded.made}
    alternates: dict[str, list[dict[str, Any]]] = {}
    for line in loaded.lines:
        for position in line.alternate_of:
            alternates.setdefault(position, []).append(_alternate(line, loaded.lines))
    entries = []
    for line in loaded.lines:
        if line.alternate_of:
            continue
        others = alternates.get(line.position, [])
        allocated: list[MaterialUse | None] = [*uses.get(line.position, [])] or [None]
        for use in allocated:
            entries.append(_card_line(line, use, loaded, line.position in made, others))
    return entries


def _card_line(
    line: BomLine, use: MaterialUse | None, loaded: Loaded, made_here: bool, alternates: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "position": line.position,
        "item_id": line.component_id,
        "item_number": line.component.number,
        "name": line.component.name,
        "quantity": decimal_text(use.quantity if use else line.quantity),
        "unit": use.unit if use else line.unit,
        "basis": line.basis,
        "scrap_factor": decimal_text(line.scrap_factor),
        "tracking": line.component.tracking,
        "operation": loaded.number(use.operation_id) if use else None,
        "optional": line.optional,
        "critical": line.critical,
        "cut_from": line.cut_from or None,
        "made_here": made_here,
        "alternates": alternates,
    }


def _alternate(line: BomLine, lines: list[BomLine]) -> dict[str, Any]:
    return {
        "item_id": line.component_id,
        "item_number": line.component.number,
        "position": line.position,
        "quantity": decimal_text(line.quantity),
        "unit": line.unit,
        "condition": line.alternate_condition,
        "with": [companion.position for companion in lines if companion.used_with == line.position],
    }


def _operations(loaded: Loaded) -> list[dict[str, Any]]:
    before: dict[int, list[int]] = {operation.pk: [] for operation in loaded.operations}
    for first, second in loaded.edges:
        before[second].append(loaded.number(first))
    return [_operation(loaded, operation, sorted(before[operation.pk])) for operation in loaded.operations]


def _operation(loaded: Loaded, operation: Operation, predecessors: list[int]) -> dict[str, Any]:
    return {
        "number": operation.number,
        "name": operation.name,
        "work_center": operation.work_center,
        "setup_minutes": decimal_text(operation.setup_minutes),
        "run_minutes": decimal_text(operation.run_minutes),
        "run_basis": operation.run_basis,
        "equipment_class": operation.equipment_class,
        "qualifications": list(operation.qualifications),
        "predecessors": predecessors,
        "loop": loop_of(loaded, operation),
        "special_process": operation.special_process,
        "hold_point": operation.hold_point,
        "first_piece": operation.first_piece,
        "transfer_quantity": operation.transfer_quantity,
        "makes": [_made(loaded.items[row.item_id], row) for row in loaded.made_by(operation.pk)],
        "steps": [_step(operation, step) for step in loaded.steps.get(operation.pk, [])],
    }


def loop_of(loaded: Loaded, operation: Operation) -> dict[str, int] | None:
    """``{"back_to": number, "maximum": n}`` of a declared loop."""
    if operation.loop_back_to_id is None:
        return None
    return {"back_to": loaded.number(operation.loop_back_to_id), "maximum": operation.loop_maximum or 0}


def _made(item: Item, row: IntermediateMade) -> dict[str, Any]:
    return {
        "item_id": row.item_id,
        "item_number": item.number,
        "name": item.name,
        "position": row.position,
        "quantity": decimal_text(row.quantity),
        "unit": row.unit,
    }


def parameter_of(step: Step) -> OperationParameter | None:
    """The parameter of a step that was loaded with it."""
    return getattr(step, "parameter", None)


def _step(operation: Operation, step: Step) -> dict[str, Any]:
    parameter = parameter_of(step)
    return {
        "key": f"{operation.number}.{step.number}",
        "number": step.number,
        "kind": step.kind,
        "instruction": step.instruction,
        "when": {"rule": step.when_rule, "n": step.when_n},
        "by": step.by,
        "second_check": step.second_check,
        "materials": list(step.materials),
        "choices": list(step.choices),
        "parameter": parameter_content(parameter) if parameter else None,
        "file": _file(step),
    }


def parameter_content(parameter: OperationParameter) -> dict[str, Any]:
    """A parameter as the card says it."""
    return {
        "code": parameter.definition.code,
        "name": parameter.name,
        "quantity_kind": parameter.definition.quantity_kind,
        "unit": parameter.unit,
        "precision": parameter.precision,
        "target": _text(parameter.target),
        "lower": _text(parameter.lower),
        "upper": _text(parameter.upper),
        "characteristic": parameter.characteristic,
        "critical": parameter.critical,
        "capture": parameter.capture,
        "gauge_class": parameter.gauge_class,
        "reaction": {"below": parameter.reaction_below, "above": parameter.reaction_above},
        "max_remeasure": parameter.max_remeasure,
        "limits_source": parameter.limits_source,
    }


def _file(step: Step) -> dict[str, Any] | None:
    if not step.file_kind:
        return None
    return {
        "kind": step.file_kind,
        "origin": "asserted",
        "checks": list(step.file_checks),
        "plausible": dict(step.file_plausible),
    }
