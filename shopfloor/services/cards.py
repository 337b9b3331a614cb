"""Start, pause, resume, block and skip a card; who is clocked in and which machine it uses."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.records.act import Act, act
from foundation.records.services import Credentials, ToSign, sign
from quality.models import Deviation
from quality.states import DeviationState
from resources.equipment.models import Equipment
from resources.equipment.selectors import equipment_by_code
from resources.personnel.services import confirm_reading
from shopfloor.content import card_content
from shopfloor.events import CardStarted
from shopfloor.exceptions import EntryNotValid, GateClosed, NotPossible
from shopfloor.gates import METHOD, GateAnswer, ask_gates, closed, require_open
from shopfloor.models import PieceMove, WorkCard, WorkOrder
from shopfloor.policies import WORK
from shopfloor.services.loading import Work, lock_work
from shopfloor.services.moving import change_state, move_on, move_pieces, note_event
from shopfloor.states import CARD, ORDER, RUNNING_STATES, Bucket, CardKind, CardState, OrderState


def read_card(*, actor: Actor, card_id: int) -> WorkCard:
    """The person confirms having read the process card of this work card, exactly this version (gate Man)."""
    with act(actor=actor, verb="shopfloor.card.read") as this:
        work = lock_work(actor, card_id)
        this.about(work.card)
        require(actor, WORK, work.card.order.site_id)
        subject = RecordRef("routing.processcard", work.definition.card_id, work.definition.number)
        confirm_reading(actor=actor, subject=subject, content_hash=work.definition.content_hash)
    return work.card


def start_card(*, actor: Actor, card_id: int, equipment_code: str = "") -> WorkCard:
    """Open the gates and begin; the starter is clocked in. With a first-piece rule volume waits for the inspector.

    GateClosed names every closed gate; TransitionNotAllowed when the card is not ready.
    """
    with act(actor=actor, verb="shopfloor.card.started") as this:
        work = lock_work(actor, card_id)
        this.about(work.card)
        require(actor, WORK, work.card.order.site_id)
        work.clocked_in = True
        if work.card.state == CardState.WAITING:
            require_open(ask_gates(work.asked(), "start"))
        needs_first_piece = _needs_first_piece(work)
        if work.operation.first_piece and not needs_first_piece and work.card.kind == CardKind.NORMAL:
            work.card.first_piece_accepted = True  # of this operation of this batch, on an earlier serial
        CARD.next(work.card.state, "start")
        if equipment_code:
            work.card.equipment = find_equipment(equipment_code)
        answers = [*ask_gates(work.asked(), "start"), *_first_piece_elsewhere(work, needs_first_piece)]
        require_open(answers)
        work.card.started_at = work.card.started_at or this.at
        data = {"gates": [answer.as_json() for answer in answers]}
        change_state(this, work.card, "start_first_piece" if needs_first_piece else "start", data=data)
        note_event(this, work.card, "clock_in")
        _begin_order(this, work)
        this.publish(CardStarted(card_id=work.card.pk, number=work.card.number, order_number=work.card.order.number))
    return work.card


def find_equipment(code: str) -> Equipment:
    """The machine or gauge behind a scanned code. EntryNotValid when nothing has it."""
    equipment = equipment_by_code(code)
    if equipment is None:
        raise EntryNotValid(
            _("No machine or gauge has the code “%(code)s”.") % {"code": code}, code="not-found", field="equipment_code"
        )
    return equipment


def _siblings(work: Work) -> list[WorkCard]:
    """The other serials' cards of the same operation."""
    if work.card.unit_id is None:
        return []
    cards = WorkCard.objects.filter(
        batch_id=work.card.batch_id, operation=work.card.operation, kind=CardKind.NORMAL
    ).exclude(pk=work.card.pk)
    return list(cards)


def _needs_first_piece(work: Work) -> bool:
    if not work.operation.first_piece or work.card.first_piece_accepted or work.card.kind == CardKind.REWORK:
        return False
    return not any(card.first_piece_accepted for card in _siblings(work))


def _first_piece_elsewhere(work: Work, needed: bool) -> list[GateAnswer]:
    """Serials: while the first one waits for the inspector, no other one starts this operation."""
    waiting = [card for card in _siblings(work) if card.state == CardState.FIRST_PIECE_PENDING] if needed else []
    if not waiting:
        return []
    reason = _("The first piece (%(card)s) is not accepted yet.") % {"card": waiting[0].number}
    return [closed(METHOD, "first-piece-pending", reason, {"card": waiting[0].number})]


def _begin_order(this: Act, work: Work) -> None:
    if work.card.order.state == OrderState.DISPATCHED:
        order: WorkOrder = WorkOrder.objects.select_for_update(no_key=True).get(pk=work.card.order_id)
        if order.state == OrderState.DISPATCHED:
            order.state = OrderState(ORDER.next(order.state, "start").target)
            order.save()
            this.relate(order)


def clock_in(*, actor: Actor, card_id: int) -> WorkCard:
    """Another person joins a running card (change of person: the gates Man and Order are asked)."""
    with act(actor=actor, verb="shopfloor.card.clocked_in") as this:
        work = lock_work(actor, card_id)
        this.about(work.card)
        require(actor, WORK, work.card.order.site_id)
        _require_begun(work)
        if work.clocked_in:
            raise NotPossible(_("You are clocked in here already."), code="clocked-in")
        work.clocked_in = True
        answers = ask_gates(work.asked(), "person")
        require_open(answers)
        note_event(this, work.card, "clock_in", data={"gates": [answer.as_json() for answer in answers]})
    return work.card


def clock_out(*, actor: Actor, card_id: int) -> WorkCard:
    """The person leaves the card; it goes on for the others."""
    with act(actor=actor, verb="shopfloor.card.clocked_out") as this:
        work = lock_work(actor, card_id)
        this.about(work.card)
        require(actor, WORK, work.card.order.site_id)
        if not work.clocked_in:
            raise NotPossible(_("You are not clocked in here."), code="not-clocked-in")
        note_event(this, work.card, "clock_out")
    return work.card


def _require_begun(work: Work) -> None:
    if work.card.state not in (*RUNNING_STATES, CardState.PAUSED):
        raise NotPossible(
            _("Card %(card)s is %(state)s.") % {"card": work.card.number, "state": work.card.get_state_display()},
            code="card-not-running",
            details={"state": work.card.state},
        )


def change_machine(*, actor: Actor, card_id: int, equipment_code: str) -> WorkCard:
    """Go on with another machine: the gate Machine is asked about it."""
    with act(actor=actor, verb="shopfloor.card.machine_changed") as this:
        work = lock_work(actor, card_id)
        this.about(work.card)
        require(actor, WORK, work.card.order.site_id)
        _require_begun(work)
        work.card.equipment = find_equipment(equipment_code)
        answers = ask_gates(work.asked(), "machine")
        require_open(answers)
        work.card.save()
        note_event(this, work.card, "machine", data={"gates": [answer.as_json() for answer in answers]})
        if work.operation.raw.get("first_piece") == "change" and work.card.state == CardState.RUNNING:
            work.card.first_piece_accepted = False
            change_state(this, work.card, "first_piece_again")
    return work.card


def pause_card(*, actor: Actor, card_id: int, reason: str = "") -> WorkCard:
    """Stop for a while; nothing is asked."""
    with act(actor=actor, verb="shopfloor.card.paused", reason=reason) as this:
        work = lock_work(actor, card_id)
        this.about(work.card)
        require(actor, WORK, work.card.order.site_id)
        change_state(this, work.card, "pause", reason=reason)
    return work.card


def resume_card(*, actor: Actor, card_id: int) -> WorkCard:
    """Go on: every gate is asked again, for the person who resumes."""
    with act(actor=actor, verb="shopfloor.card.resumed") as this:
        work = lock_work(actor, card_id)
        this.about(work.card)
        require(actor, WORK, work.card.order.site_id)
        resume_work(this, work)
    return work.card


def resume_work(this: Act, work: Work) -> None:
    """Within an act: paused → running, or → first piece pending."""
    CARD.next(work.card.state, "resume")
    newly, work.clocked_in = not work.clocked_in, True
    answers = ask_gates(work.asked(), "resume")
    require_open(answers)
    event = "resume_first_piece" if _needs_first_piece(work) else "resume"
    change_state(this, work.card, event, data={"gates": [answer.as_json() for answer in answers]})
    if newly:
        note_event(this, work.card, "clock_in")


def block_work(this: Act, card: WorkCard, reason: str) -> None:
    """Within an act: stop the card until quality unblocks it. A card that has no way to stop (completed) stays as it is."""
    if (card.state, "block") in {(row.source, row.event) for row in CARD}:
        change_state(this, card, "block", reason=reason)


def unblock_card(*, actor: Actor, card_id: int, reason: str) -> WorkCard:
    """Quality lets a stopped card go on, when every deviation about it is decided."""
    with act(actor=actor, verb="shopfloor.card.unblocked", reason=reason) as this:
        work = lock_work(actor, card_id)
        this.about(work.card)
        require(actor, "quality.decide_deviation", work.card.order.site_id)
        event = "unblock" if work.card.started_at else "unblock_ready"
        CARD.next(work.card.state, event, reason=reason)
        undecided = Deviation.objects.filter(card_id=work.card.pk, state=DeviationState.OPEN).first()
        if undecided is not None:
            raise NotPossible(_("Decide %(deviation)s first.") % {"deviation": undecided.number}, code="deviation-open")
        change_state(this, work.card, event, reason=reason)
    return work.card


def skip_card(*, actor: Actor, card_id: int, deviation_id: int, reason: str, credentials: Credentials) -> WorkCard:
    """Leave an operation out: only by a signed deviation of this card that quality accepted.

    The pieces that are here go on as they are. GateClosed without such a deviation.
    """
    with act(actor=actor, verb="shopfloor.card.skipped", reason=reason) as this:
        work = lock_work(actor, card_id)
        this.about(work.card)
        require(actor, "quality.decide_deviation", work.card.order.site_id)
        row = CARD.next(work.card.state, "skip", reason=reason)
        deviation = Deviation.objects.filter(
            pk=deviation_id, card_id=card_id, source="skip", state=DeviationState.ACCEPTED
        ).first()
        if deviation is None:
            raise GateClosed(
                _("An operation is left out only by a deviation of this card that quality accepted."),
                code="no-deviation",
            )
        content = ToSign(RecordRef.to(work.card), card_content(work.card))
        [signature] = sign(actor=actor, credentials=credentials, meaning=row.meaning, subjects=[content], reason=reason)
        if signature.signer_id != actor.user_id:
            raise EntryNotValid(_("The person who decides signs."), code="other-signer", field="identity")
        change_state(this, work.card, "skip", reason=reason, data={"deviation": deviation.number})
        pieces = list(work.pieces)
        move_pieces(this, work, Bucket.HERE, Bucket.GOOD, pieces, PieceMove.Why.SKIPPED)
        move_on(this, work, pieces)
    return work.card
