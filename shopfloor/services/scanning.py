"""Scan a container into the card: gate Material, then stock and genealogy. And take a wrong part out again."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from foundation.accounts.policies import may, require
from foundation.core.actor import Actor
from foundation.core.canonical import decimal_text
from foundation.core.errors import NotFound, NotValid
from foundation.core.units import convert, same_dimension
from foundation.core.words import unit_words
from foundation.records.act import act
from resources.inventory.models import GenealogyLink, Place, StockUnit
from resources.inventory.selectors import unit_by_container
from resources.inventory.services import consume, remove_link
from shopfloor.definition import Line, StepDefinition
from shopfloor.exceptions import EntryNotValid, NotPossible
from shopfloor.gates import closed, container_answer, require_open, with_override
from shopfloor.models import StepRecord
from shopfloor.progress import Progress
from shopfloor.services.entries import (
    Capture,
    Prepared,
    StepResult,
    begin_entry,
    check_order,
    finish_entry,
    request_hash_of,
)
from shopfloor.services.loading import Work, lock_work, piece_for, records_of
from shopfloor.services.readings import Judged
from shopfloor.states import SETTLED_STATES, StepOutcome

OVER_ISSUE = Decimal("1.1")  # more than a tenth over stops for the line leader (domain, rule 1)
LEADER = "shopfloor.accept_over_issue"


def scan_container(
    *,
    actor: Actor,
    card_id: int,
    code: str,
    idempotency_key: UUID,
    captured_at: datetime,
    quantity: Decimal | None = None,
    unit: str = "",
    position: str = "",
    step_key: str = "",
    unit_no: int | None = None,
    device_time: datetime | None = None,
) -> StepResult:
    """A scanned container goes into this card's lot (a serial's own, else the batch's).

    ``quantity`` in ``unit`` (default: what the card still needs of the position, in the card's unit). ``position`` and
    ``step_key`` may be left out when the item says which. Refused: unknown code, wrong item, not released, expired, held
    (GateClosed); NotEnough in the container; more than the card needs and a tenth (for the line leader).
    """
    capture = Capture(captured_at, idempotency_key, device_time, "scanned")
    with act(actor=actor, verb="shopfloor.container.scanned", captured_at=captured_at) as this:
        this.note(code=code[:100], position=position, unit_no=unit_no)
        work = lock_work(actor, card_id)
        this.about(work.card)
        stock_unit = _container(code)
        step, line = _where(work, stock_unit, step_key, position, unit_no)
        request = request_hash_of("scan", code.strip(), step_key, position, unit_no, quantity, unit)
        work, step, records, earlier = begin_entry(this, actor, card_id, step.key, unit_no, idempotency_key, request)
        if earlier is not None:
            return earlier
        piece = piece_for(work, step, unit_no)
        progress = work.progress(records)
        check_order(work, progress, step, piece)
        answer = with_override(work.card, container_answer(stock_unit, line))
        require_open([answer])
        used, over = _quantity(work, progress, step, line, piece, stock_unit, quantity, unit)
        link = consume(
            actor=actor,
            stock_unit_id=stock_unit.pk,
            quantity=convert(used, line.unit, stock_unit.unit),
            produced_lot_id=work.card.lot_id,
            card_id=work.card.pk,
            step_key=step.key,
            position=line.position,
        )
        prepared = Prepared(
            step,
            piece,
            request,
            Judged(stock_unit.container, StepOutcome.DONE, None, line.unit),
            evidence={**answer.evidence, **over},
            more={
                "stock_unit": stock_unit,
                "position": line.position,
                "quantity": used,
                "genealogy_link_id": link.pk,
            },
        )
        return finish_entry(this, work, progress, prepared, capture)


def _container(code: str) -> StockUnit:
    found = unit_by_container(code)
    if found is None:
        reason = _("No container has the code “%(code)s”. Scan our own label.") % {"code": code[:60]}
        raise EntryNotValid(reason, code="unknown-container", field="code")
    return found


def _where(
    work: Work, stock_unit: StockUnit, step_key: str, position: str, unit_no: int | None
) -> tuple[StepDefinition, Line]:
    """The step and the line that this container is for: as said, else the first open one that takes its item."""
    steps = [s for s in work.operation.steps if s.kind == "material_scan" and step_key in ("", s.key)]
    wanted = [
        (step, work.definition.line(work.card.operation, name))
        for step in steps
        for name in step.positions
        if position in ("", name)
    ]
    if not wanted:
        raise EntryNotValid(_("Nothing is to be scanned here."), code="nothing-to-scan", field="code")
    fitting = [pair for pair in wanted if stock_unit.lot.item_id in pair[1].item_ids]
    if not fitting:
        require_open([container_answer(stock_unit, wanted[0][1])])  # closed: the wrong item, said as the gate says it
    progress = work.progress(records_of(work, unit_no, everything=True))
    piece = work.card.unit.number if work.card.unit_id and work.card.unit else unit_no
    for step, line in fitting:
        target = piece if step.per_piece else None
        if progress.scanned(step, target, line.position) < progress.needed.get(line.position, Decimal(0)):
            return step, line
    return fitting[0]


def _quantity(
    work: Work,
    progress: Progress,
    step: StepDefinition,
    line: Line,
    piece: int | None,
    stock_unit: StockUnit,
    asked: Decimal | None,
    unit: str,
) -> tuple[Decimal, dict[str, Any]]:
    """How much is used, in the line's unit; the rest that is needed (or is there) when nobody says.

    And what the entry keeps as evidence when it is more than the card needs: how much more, and the leader who accepted it.
    """
    if not same_dimension(stock_unit.unit, line.unit):
        raise closed_unit(stock_unit, line)
    needed = progress.needed.get(line.position, Decimal(0))
    left = needed - progress.scanned(step, piece, line.position)
    if asked is None:
        there = convert(stock_unit.quantity, stock_unit.unit, line.unit)
        return min(left, there), {}
    used = convert(asked, unit, line.unit) if unit and unit != line.unit else asked
    if not used.is_finite() or used <= 0:
        raise EntryNotValid(_("A quantity is a number greater than zero."), code="not-positive", field="quantity")
    accepted = used > left * OVER_ISSUE
    if accepted:
        _require_leader(work.actor, used, left, line)
    more = used - max(left, Decimal(0))
    if more <= 0:
        return used, {}
    over = {"quantity": decimal_text(more), "unit": line.unit, "accepted_by": work.actor.name if accepted else ""}
    return used, {"over_issue": over}


def closed_unit(stock_unit: StockUnit, line: Line) -> EntryNotValid:
    """The impossible: meters of something that is counted in pieces."""
    return EntryNotValid(
        _("%(container)s is counted in %(there)s, the card asks for %(wanted)s.")
        % {"container": stock_unit.container, "there": unit_words(stock_unit.unit), "wanted": unit_words(line.unit)},
        code="unit-mismatch",
        field="quantity",
    )


def _require_leader(actor: Actor, used: Decimal, left: Decimal, line: Line) -> None:
    words = {"used": decimal_text(used), "left": decimal_text(left), "unit": unit_words(line.unit)}
    try_leader = closed(
        "material",
        "over-issue",
        _("%(used)s %(unit)s is more than the %(left)s %(unit)s that are needed. The line leader decides.") % words,
        {"asked": words["used"], "needed": words["left"]},
    )
    if not _may_lead(actor):
        require_open([try_leader])


def _may_lead(actor: Actor) -> bool:
    return bool(may(actor, LEADER))


def remove_part(
    *,
    actor: Actor,
    record_id: int,
    reason: str,
    return_to_id: int,
    captured_at: datetime,
    idempotency_key: UUID,
    quantity: Decimal | None = None,
) -> StepResult:
    """Take out what a scan put in: a *remove* link, and what came out goes to quarantine or to scrap.

    ``quantity`` in the entry's unit (default: all of it). The step is open again for what is missing. The line leader does
    this; on a completed card nothing is taken out any more.
    """
    with act(actor=actor, verb="shopfloor.part.removed", reason=reason, captured_at=captured_at) as this:
        scan = StepRecord.objects.select_related("stock_unit").filter(pk=record_id, kind="material_scan").first()
        if scan is None or scan.genealogy_link_id is None or scan.stock_unit is None:
            raise NotFound.here()
        work = lock_work(actor, scan.card_id)
        this.about(work.card)
        require(actor, "shopfloor.remove_link", work.card.order.site_id)
        if work.card.state in SETTLED_STATES:
            raise NotPossible(_("This card is completed."), code="card-not-running")
        place = Place.objects.filter(pk=return_to_id, site_id=work.card.order.site_id).first()
        if place is None:
            raise NotValid(_("There is no such place."), code="not-found", field="return_to")
        step = work.operation.step(scan.step_key)
        progress = work.progress(records_of(work, scan.unit_no, everything=True))
        out = scan.quantity if quantity is None else quantity
        link = GenealogyLink.objects.get(pk=scan.genealogy_link_id)
        remove_link(
            actor=actor,
            link_id=link.pk,
            quantity=convert(Decimal(out or 0), scan.unit, link.unit),
            return_to=place,
            reason=reason,
            card_id=work.card.pk,
            step_key=scan.step_key,
        )
        prepared = Prepared(
            step,
            scan.unit_no,
            request_hash_of("remove", scan.pk, out, place.pk),
            Judged(scan.value, StepOutcome.REMOVED, None, scan.unit),
            note=reason,
            more={
                "stock_unit": scan.stock_unit,
                "position": scan.position,
                "quantity": out,
                "corrects": scan,
                "genealogy_link_id": link.pk,
            },
        )
        return finish_entry(this, work, progress, prepared, Capture(captured_at, idempotency_key, None, "typed"))
