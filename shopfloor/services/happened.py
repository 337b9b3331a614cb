"""Report what happened: the system may refuse to proceed, it never refuses to record (domain, rule 1).

And ask quality to open a gate, where its override row lets quality do so: before anything happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.records.act import act
from quality.models import Deviation
from quality.policies import can_raise
from quality.services import raise_deviation, report_event
from quality.services.deviations import Departure
from quality.states import DeviationSource
from resources.inventory.models import HoldTarget
from resources.inventory.selectors import unit_by_container
from resources.inventory.services import place_hold
from shopfloor.exceptions import EntryNotValid, NotPossible
from shopfloor.gates import MATERIAL, NEVER, OVERRIDES, gate_of
from shopfloor.holds import stock_unit_of
from shopfloor.services.cards import block_work
from shopfloor.services.loading import lock_work
from shopfloor.services.reactions import found_at


def report_what_happened(
    *,
    actor: Actor,
    card_id: int,
    what_happened: str,
    containers: Sequence[str] = (),
    unit_no: int | None = None,
    refused_code: str = "",
    step_key: str = "",
) -> Deviation:
    """The fact becomes an unplanned deviation, the material (what is made, and the containers named) is held, the card
    stops, and quality is told. ``refused_code`` is what was refused before. Works in every state of the card.
    """
    with act(actor=actor, verb="shopfloor.event.reported", reason=what_happened) as this:
        work = lock_work(actor, card_id)
        this.about(work.card)
        can_raise(actor, work.card).require()
        units = [stock_unit_of(work.card)]
        for code in containers:
            found = unit_by_container(code)
            if found is None:
                raise EntryNotValid(_("No container has the code “%(code)s”.") % {"code": code}, field="containers")
            units.append(found)
        details: dict[str, Any] = {"refused": refused_code, "containers": list(containers), "state": work.card.state}
        pieces = [unit_no] if unit_no else list(work.pieces)
        record = report_event(
            actor=actor,
            what_happened=what_happened,
            lot_id=work.card.lot_id,
            found=found_at(work, step_key, pieces),
            details=details,
        )
        rule = Actor(None, "system:containment", actor.station, actor.session, actor.language)
        reason = f"{record.number}: {record.description}"
        for stock_unit in units:
            target = HoldTarget.stock_unit(stock_unit.pk) if stock_unit else HoldTarget.lot(work.card.lot_id)
            place_hold(actor=rule, target=target, reason=reason, source=RecordRef.to(record))
        block_work(this, work.card, reason)
        this.relate(record)
    return record


def ask_to_open(
    *,
    actor: Actor,
    card_id: int,
    refused_code: str,
    why: str,
    container: str = "",
    unit_no: int | None = None,
    step_key: str = "",
) -> Deviation:
    """Ask quality to open the gate that was closed with ``refused_code``, for this card only. Nothing is held or stopped.

    Of material the container says which lot: the decision opens for no other. NotPossible where the override row says
    never; NotValid without a reason or, for material, a container.
    """
    with act(actor=actor, verb="shopfloor.gate.opening_asked", reason=why) as this:
        can_raise(actor).require()
        work = lock_work(actor, card_id)
        this.about(work.card)
        if OVERRIDES.get(refused_code, NEVER) == NEVER:
            raise NotPossible(_("Nobody can open this gate: it stays closed."), code="never-opened")
        if not why.strip():
            raise EntryNotValid(_("Say why it should be opened."), code="reason-required", field="why")
        gate = gate_of(refused_code)
        details, words = _lot_of(container) if gate == MATERIAL else ({}, "")
        record = raise_deviation(
            actor=actor,
            source=DeviationSource.OVERRIDE,
            description=f"{words}{why.strip()}",
            lot_id=work.card.lot_id,
            found=found_at(work, step_key, [unit_no] if unit_no else list(work.pieces)),
            departure=Departure(gate=gate, gate_code=refused_code, details=details),
        )
        this.relate(record)
    return record


def _lot_of(container: str) -> tuple[dict[str, Any], str]:
    found = unit_by_container(container)
    if found is None:
        raise EntryNotValid(
            _("No container has the code “%(code)s”.") % {"code": container},
            code="unknown-container",
            field="container",
        )
    lot = found.lot
    details = {"lot_id": lot.pk, "lot": lot.display_number, "item": lot.item.number, "container": found.container}
    return details, f"{lot.item.number} {lot.display_number} ({found.container}): "
