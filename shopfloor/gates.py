"""The gates before work: one function per gate. Screens, services, API, demo and the readiness forecast ask these.

A gate that is closed may be opened by a deviation that quality accepted and signed for this card and this cause, where its
override row allows it (`OVERRIDES`); everything else stays closed. Gates stay closed while the card runs: they are asked
at start, resume, change of person, machine or material, at each step that uses the resource, and at completion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.core import clock
from foundation.core.decisions import Answer
from foundation.core.refs import RecordRef
from quality.selectors import override_for
from resources.equipment.models import Equipment
from resources.equipment.selectors import class_words, fitness
from resources.inventory.models import StockUnit
from resources.inventory.selectors import open_holds_on, usability
from resources.inventory.states import StockStatus
from resources.personnel.selectors import has_read, is_qualified
from shopfloor.definition import Definition, Line, OperationDefinition
from shopfloor.exceptions import GateClosed
from shopfloor.holds import holds_touching
from shopfloor.models import ProductionBatch, WorkCard
from shopfloor.states import CardState, OrderState

MAN, MACHINE, MATERIAL, METHOD, ENVIRONMENT, ORDER = "man", "machine", "material", "method", "environment", "order"
LABELS = {
    MAN: gettext_lazy("Person"),
    MACHINE: gettext_lazy("Machine"),
    MATERIAL: gettext_lazy("Material"),
    METHOD: gettext_lazy("Method"),
    ENVIRONMENT: gettext_lazy("Environment"),
    ORDER: gettext_lazy("Order"),
}
NEVER, BY_QUALITY = "never", "quality.decide_deviation"
# Cause → who may open it, with a signed deviation. What is not listed here is never opened.
OVERRIDES = {
    "not-qualified": BY_QUALITY,
    "not-read": BY_QUALITY,
    "calibration-overdue": BY_QUALITY,
    "environment": BY_QUALITY,
    # Stock of an own batch that is completed and whose record is not released: never what a supplier sent and nobody
    # checked, nor what is rejected, held or expired (docs/decisions/unreleased-stock-is-used-under-a-signed-deviation.md).
    "component-unreleased": BY_QUALITY,
}


_GATE_OF = {
    "not-qualified": MAN,
    "not-read": MAN,
    "calibration-overdue": MACHINE,
    "environment": ENVIRONMENT,
    "component-unreleased": MATERIAL,
}


def gate_of(code: str) -> str:
    """The gate that a cause closes, for the causes that somebody may open."""
    return _GATE_OF[code]


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """``reason`` in words, ``code`` for machines, ``evidence`` the facts; ``override`` who may open it when it is closed."""

    gate: str
    open: bool
    reason: str
    code: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    override: str = NEVER

    def as_json(self) -> dict[str, Any]:
        """As the screens' gate rows and the API show it."""
        return {
            "gate": self.gate,
            "label": str(LABELS[self.gate]),
            "open": self.open,
            "reason": self.reason,
            "code": self.code,
            "evidence": self.evidence,
            "override": self.override,
        }


def closed(gate: str, code: str, reason: str, evidence: dict[str, Any] | None = None) -> GateAnswer:
    """A closed gate with its override row."""
    return GateAnswer(gate, False, reason, code, evidence or {}, OVERRIDES.get(code, NEVER))


@dataclass(frozen=True)
class Asked:
    """What is asked about: a card with its definition, a person, and what they hold in their hands."""

    card: WorkCard
    definition: Definition
    operation: OperationDefinition
    user_id: int | None
    clocked_in: bool = True
    equipment: Equipment | None = None


def man_gate(asked: Asked) -> GateAnswer:
    """Qualified for the operation, has read this very card, clocked in."""
    evidence: dict[str, Any] = {"qualifications": []}
    if asked.user_id is None:
        return GateAnswer(MAN, True, _("The system acts."), evidence=evidence)
    for code in asked.operation.qualifications:
        answer = is_qualified(asked.user_id, code)
        evidence["qualifications"].append(answer.evidence)
        if not answer:
            return closed(MAN, "not-qualified", str(answer.reason), answer.evidence)
    subject = RecordRef("routing.processcard", asked.definition.card_id, asked.definition.number)
    if not has_read(asked.user_id, subject, asked.definition.content_hash):
        reason = _("You have not confirmed reading %(card)s.") % {"card": asked.definition.number}
        return closed(MAN, "not-read", reason, {"card": asked.definition.number})
    if not asked.clocked_in:
        return closed(MAN, "not-clocked-in", _("Clock in on this card first."))
    return GateAnswer(MAN, True, _("Qualified, and has read the card."), evidence=evidence)


def machine_gate(asked: Asked) -> GateAnswer:
    """The machine that the operation asks for: right class, available, calibrated."""
    wanted = asked.operation.equipment_class
    machine = asked.equipment or asked.card.equipment
    if not wanted:
        return GateAnswer(MACHINE, True, _("No machine is asked for."))
    if machine is None:
        return closed(MACHINE, "no-machine", _("Scan the machine: %(class)s.") % {"class": class_words(wanted)})
    return equipment_answer(machine, wanted)


def equipment_answer(equipment: Equipment, wanted: str) -> GateAnswer:
    """A machine or gauge against a class: also asked for each reading that uses a gauge."""
    answer = fitness(equipment, wanted)
    if answer:
        return GateAnswer(MACHINE, True, str(answer.reason), evidence=answer.evidence)
    overdue = equipment.equipment_class.code == wanted and equipment.status == "available" and equipment.calibration_due
    code = "calibration-overdue" if overdue else "not-fit"
    return closed(MACHINE, code, str(answer.reason), answer.evidence)


def material_gate(asked: Asked) -> GateAnswer:
    """What went into this card's lot is not held now: a hold that comes while it runs closes it at the next act."""
    touching = holds_touching(asked.card)
    if touching.of_components:
        hold = touching.of_components[0]
        reason = _("%(target)s, which is built in here, is held: %(reason)s") % {
            "target": hold.target_number,
            "reason": hold.reason,
        }
        return closed(MATERIAL, "component-held", reason, {"holds": [row.pk for row in touching.of_components]})
    return GateAnswer(MATERIAL, True, _("Nothing that is built in is held."))


def container_answer(stock_unit: StockUnit, line: Line) -> GateAnswer:
    """A container for a line: right item or approved alternate, released, unexpired, not held."""
    answer = usability(stock_unit, item_ids=line.item_ids)
    if answer:
        evidence = dict(answer.evidence)
        alternate = line.alternate(stock_unit.lot.item_id)
        if alternate:
            evidence["alternate"] = {"item": alternate["item_number"], "condition": alternate.get("condition")}
        return GateAnswer(MATERIAL, True, str(answer.reason), evidence=evidence)
    code = _material_code(stock_unit, line, answer.evidence)
    if code == "not-released" and stock_unit.status == StockStatus.IN_PROCESS:
        return _made_here(stock_unit, answer)
    return closed(MATERIAL, code, str(answer.reason), answer.evidence)


def _material_code(unit: StockUnit, line: Line, evidence: dict[str, Any]) -> str:
    if unit.lot.item_id not in line.item_ids:
        return "wrong-item"
    if unit.quantity <= 0:
        return "empty"
    if evidence.get("holds"):
        return "held"
    return (
        "not-released" if unit.status != StockStatus.RELEASED and not unit.lot.is_expired(clock.today()) else "expired"
    )


def _made_here(unit: StockUnit, answer: Answer) -> GateAnswer:
    """Stock in process of an own batch: when that is completed, and nothing holds it, quality may let it be used at risk."""
    holds = open_holds_on(unit)
    if holds:
        reason = _("%(container)s is held: %(reason)s") % {"container": unit.container, "reason": holds[0].reason}
        return closed(MATERIAL, "held", reason, answer.evidence)
    batch = (
        ProductionBatch.objects.select_related("order").filter(lot__in=[unit.lot_id, unit.lot.parent_lot_id]).first()
    )
    if batch is None or batch.order.state not in (OrderState.COMPLETED, OrderState.CLOSED):
        return closed(MATERIAL, "not-released", str(answer.reason), answer.evidence)
    reason = _("%(container)s was made here, and the record of its batch %(batch)s is not released.") % {
        "container": unit.container,
        "batch": batch.number,
    }
    return closed(MATERIAL, "component-unreleased", reason, {**answer.evidence, "batch": batch.number})


def method_gate(asked: Asked) -> GateAnswer:
    """The pinned card, and its place in the sequence."""
    evidence = {"card": asked.definition.number, "content_hash": asked.definition.content_hash}
    if asked.card.state == CardState.WAITING:
        return closed(METHOD, "waiting", _("No piece has come from the operation before."), evidence)
    if asked.definition.purpose == "trial" and not asked.card.order.not_for_sale:
        return closed(METHOD, "trial-card", _("A card for trial builds nothing that is sold."), evidence)
    return GateAnswer(METHOD, True, _("Built to %(card)s.") % {"card": asked.definition.number}, evidence=evidence)


def environment_gate(asked: Asked) -> GateAnswer:
    """Thin: no environment point is declared for a place of work yet, and that is what it says."""
    return GateAnswer(ENVIRONMENT, True, _("No environment limits are declared here."), evidence={"points": []})


def order_gate(asked: Asked) -> GateAnswer:
    """The order runs, and neither it nor what it makes is held."""
    order = asked.card.order
    if order.state not in (OrderState.DISPATCHED, OrderState.IN_PROCESS):
        reason = _("Order %(order)s is %(state)s.") % {"order": order.number, "state": order.get_state_display()}
        return closed(ORDER, "order-not-open", reason, {"order": order.number, "state": order.state})
    own = holds_touching(asked.card).of_product
    if own:
        reason = _("%(target)s is held: %(reason)s") % {"target": own[0].target_number, "reason": own[0].reason}
        return closed(ORDER, "held", reason, {"holds": [hold.pk for hold in own]})
    return GateAnswer(ORDER, True, _("The order is open and nothing of it is held."), evidence={"order": order.number})


GATES = (man_gate, machine_gate, material_gate, method_gate, environment_gate, order_gate)
# What is asked when: a step asks only for what it uses (its gauge and its container are asked beside).
BY_MOMENT = {
    "forecast": GATES,
    "start": GATES,
    "resume": GATES,
    "complete": GATES,
    "person": (man_gate, order_gate),
    "machine": (machine_gate, order_gate),
    "step": (material_gate, order_gate),
}


def ask_gates(asked: Asked, moment: str) -> list[GateAnswer]:
    """The answers of every gate that counts at this moment, overrides applied."""
    return [with_override(asked.card, gate(asked)) for gate in BY_MOMENT[moment]]


def with_override(card: WorkCard, answer: GateAnswer) -> GateAnswer:
    """A closed gate that a signed deviation opens for this card; the reason then names it."""
    if answer.open or answer.override == NEVER:
        return answer
    # Of material, a deviation opens for the very lot that it names.
    lot_id = answer.evidence.get("lot_id") if answer.gate == MATERIAL else None
    deviation = override_for(card.pk, answer.gate, answer.code, lot_id)
    if deviation is None:
        return answer
    reason = _("%(reason)s Opened by %(deviation)s.") % {"reason": answer.reason, "deviation": deviation.number}
    return replace(
        answer,
        open=True,
        reason=reason,
        evidence={**answer.evidence, "deviation": deviation.number, "opened": answer.code},
    )


def require_open(answers: Sequence[GateAnswer]) -> None:
    """GateClosed with every closed gate in ``details["gates"]``; the first one's reason and code are the refusal's."""
    shut = [answer for answer in answers if not answer.open]
    if shut:
        raise GateClosed(shut[0].reason, code=shut[0].code, details={"gates": [answer.as_json() for answer in answers]})
