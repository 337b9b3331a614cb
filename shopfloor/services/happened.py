"""Report what happened: the system may refuse to proceed, it never refuses to record (domain, rule 1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.records.act import act
from quality.models import Deviation
from quality.policies import can_raise
from quality.services import report_event
from resources.inventory.models import HoldTarget
from resources.inventory.selectors import unit_by_container
from resources.inventory.services import place_hold
from shopfloor.exceptions import EntryNotValid
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
        can_raise(actor).require()
        work = lock_work(actor, card_id)
        this.about(work.card)
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
