"""The whole content of a record (docs/domain/dhr-data.md); what is hashed, signed, printed and packed."""

from __future__ import annotations

from typing import Any

from changecontrol.models import Effectivity
from dhr.compile import floor, materials, quality, resources, trail
from dhr.compile.balance import material_balance
from dhr.compile.completeness import completeness
from dhr.compile.exceptions import exceptions
from dhr.compile.labels import labels
from dhr.compile.scope import RecordScope
from dhr.compile.units import quantities, units
from foundation.core import clock


def record_content(scope: RecordScope) -> dict[str, Any]:
    """Compiled now. Everything but ``compiled_at`` and what the signing of it adds is a fact of the floor."""
    order = scope.record.batch.order
    entries = trail.ledger_entries(scope)
    missing = completeness(scope)
    return {
        "schema": "dhr/1",
        "number": scope.record.number,
        "site": {"code": order.site.code, "name": order.site.name, "time_zone": order.site.time_zone},
        "subject": _subject(scope),
        "definition": _definition(scope),
        "state": scope.record.state,
        "started_at": min((card.started_at for card in scope.cards if card.started_at), default=None),
        "completed_at": max((card.completed_at for card in scope.cards if card.completed_at), default=None),
        "compiled_at": clock.now(),
        "quantities": quantities(scope),
        "units": units(scope),
        "completeness": {
            "complete": not missing.missing,
            "demanded": missing.demanded,
            "present": missing.demanded - len(missing.missing),
            "missing": [one.as_json() for one in missing.missing],
        },
        "exceptions": [one.as_json() for one in exceptions(scope, entries)],
        "operations": floor.operations(scope),
        "materials": materials.materials(scope),
        "material_balance": material_balance(scope),
        "equipment": resources.equipment(scope),
        "gauge_assessments": resources.gauge_assessments(scope),
        "inspections": quality.inspections(scope),
        "nonconformances": quality.nonconformances(scope),
        "deviations": quality.deviations(scope),
        "corrections": quality.corrections(scope),
        "labels": labels(scope),
        "attachments": floor.attachments(scope),
        "sub_records": materials.sub_records(scope),
        "people": resources.people(scope),
        "signatures": trail.signatures_json(trail.signatures(scope)),
        "audit_trail": trail.audit_trail(entries),
    }


FACTS = (
    "schema", "number", "subject", "definition", "quantities", "units", "completeness", "operations", "materials",
    "material_balance", "equipment", "inspections", "nonconformances", "deviations", "corrections", "labels", "attachments",
    "sub_records",
)  # fmt: skip


def facts_of(content: dict[str, Any]) -> dict[str, Any]:
    """What stays the same while somebody reads it and signs: without the moment of compiling, the signatures and the trail."""
    return {key: content[key] for key in FACTS}


def _subject(scope: RecordScope) -> dict[str, Any]:
    record = scope.record
    order, lot = record.batch.order, record.lot
    return {
        "kind": "serial" if scope.is_serial else "batch",
        "number": lot.serial or lot.number,
        "lot": lot.number,
        "serial": lot.serial,
        "item": {"number": lot.item.number, "name": lot.item.name, "udi_di": lot.item.udi_di},
        "quantity": str(scope.quantity),
        "unit": order.unit,
        "order": {"number": order.number, "kind": order.kind},
        "batch": record.batch.number,
        "made_on": lot.made_on,
        "expires_on": lot.expires_on,
    }


def _definition(scope: RecordScope) -> dict[str, Any]:
    card = scope.record.batch.order.process_card
    if card is None:
        return {}
    return {
        "card": card.number,
        "content_hash": card.content_hash,
        "bom_revision": scope.plan["bom"]["revision"],
        "routing_revision": scope.plan["routing"]["revision"],
        "change": card.change_number,
        "effective_from": effective_from(scope),
        "purpose": card.purpose,
        "documents": scope.plan.get("documents", []),
    }


def effective_from(scope: RecordScope) -> Any:
    """Since when the card that the order pinned was effective, by the row that answered at dispatch."""
    answered_by = scope.record.batch.order.effectivity_id
    row = Effectivity.objects.filter(pk=answered_by).first() if answered_by else None
    return row.valid_from if row else None
