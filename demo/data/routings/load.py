"""Write the demo's routings as a process engineer would, through the services."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from bom.models import BomRevision
from demo.data.routings.blower import BLOWER
from demo.data.routings.library import LIBRARY
from demo.data.routings.pinch_valve import PINCH_VALVE
from demo.data.routings.plate import PLATE
from demo.data.routings.shapes import Ask, Op
from demo.data.routings.venturi import VENTURI
from foundation.core.actor import Actor
from routing import services
from routing.models import Operation, ParameterDefinition, RoutingRevision
from routing.selectors import graph

ROUTINGS: dict[str, tuple[Op, ...]] = {
    "venturi": VENTURI,
    "adapter_plate": PLATE,
    "blower": BLOWER,
    "pinch_valve": PINCH_VALVE,
}


def load_parameter_library(engineer: Actor) -> dict[str, ParameterDefinition]:
    """The library by code; what is there already is left as it is."""
    for code, name, kind, unit, precision, capture, critical in LIBRARY:
        if not ParameterDefinition.objects.filter(code=code).exists():
            services.create_parameter_definition(
                actor=engineer,
                code=code,
                name=name,
                quantity_kind=kind,
                unit=unit,
                precision=precision,
                capture=capture,
                critical=critical,
            )
    return {definition.code: definition for definition in ParameterDefinition.objects.all()}


def load_demo_routings(engineer: Actor, boms: Mapping[str, BomRevision]) -> dict[str, RoutingRevision]:
    """Draft routings on these BOM revisions: any of venturi, adapter_plate, blower, pinch_valve."""
    library = load_parameter_library(engineer)
    return {key: load_routing(engineer, bom, ROUTINGS[key], library) for key, bom in boms.items()}


def load_routing(
    engineer: Actor, bom: BomRevision, operations: tuple[Op, ...], library: Mapping[str, ParameterDefinition]
) -> RoutingRevision:
    """One draft with its operations, links, loops, steps, parameters, allocations."""
    revision = services.start_routing(actor=engineer, item_id=bom.item_id, bom_revision_id=bom.pk)
    rows = {op.number: _add(engineer, revision, op) for op in operations}
    _link(engineer, revision, operations, rows)
    for op in operations:
        row = rows[op.number]
        if op.loop:
            changes = {"loop_back_to_id": rows[op.loop[0]].pk, "loop_maximum": op.loop[1]}
            services.change_operation(actor=engineer, operation_id=row.pk, changes=changes)
        for position in op.makes:
            services.make_intermediate(actor=engineer, operation_id=row.pk, position=position)
        for position, quantity in op.uses.items():
            services.allocate_material(
                actor=engineer,
                operation_id=row.pk,
                position=position,
                quantity=Decimal(quantity) if quantity else None,
            )
        for ask in op.steps:
            _ask(engineer, row, ask, library)
    return revision


def _add(engineer: Actor, revision: RoutingRevision, op: Op) -> Operation:
    return services.add_operation(
        actor=engineer,
        revision_id=revision.pk,
        name=op.name,
        number=op.number,
        work_center=op.work_center,
        setup_minutes=Decimal(op.setup),
        run_minutes=Decimal(op.run),
        run_basis=op.basis,
        equipment_class=op.equipment,
        qualifications=[op.qualification],
        hold_point=op.hold_point,
        first_piece=op.first_piece,
        transfer_quantity=op.transfer,
    )


def _link(
    engineer: Actor, revision: RoutingRevision, operations: tuple[Op, ...], rows: Mapping[int, Operation]
) -> None:
    """Added one after the other they are a chain already; a routing with branches says so."""
    if all(op.after is None for op in operations):
        return
    edges = [
        {"source": rows[before].pk, "target": rows[op.number].pk, "kind": "precedes"}
        for op in operations
        for before in op.after or ()
    ]
    services.save_graph(actor=engineer, revision_id=revision.pk, edges=edges, if_match=graph(revision)["etag"])


def _ask(engineer: Actor, operation: Operation, ask: Ask, library: Mapping[str, ParameterDefinition]) -> None:
    step = services.add_step(
        actor=engineer,
        operation_id=operation.pk,
        kind=ask.kind,
        instruction=ask.text,
        when_rule=ask.when,
        when_n=ask.n,
        by=ask.by,
        second_check=ask.second,
        **ask.fields,
    )
    if ask.limits:
        services.set_parameter(
            actor=engineer,
            step_id=step.pk,
            definition_id=library[ask.limits.code].pk,
            changes=ask.limits.changes(),
        )
