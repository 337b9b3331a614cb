"""What the floor does about decisions below it. In the transaction of the event."""

from __future__ import annotations

from django.utils.translation import gettext as _

from changecontrol.events import ChangeImplemented
from foundation.core.actor import Actor
from foundation.records.context import require_act
from quality.events import BatchAssessed, DispositionDecided, DispositionExecuted
from quality.models import Disposition
from quality.services import mark_executed
from quality.services.containment import release_containment
from quality.services.nonconformances import lock_nonconformance
from quality.states import DispositionKind
from resources.equipment.events import CalibrationFailed
from shopfloor.events import ProductionReported
from shopfloor.exceptions import EntryNotValid
from shopfloor.models import PieceMove, WorkCard, WorkOrder
from shopfloor.services.gauges import contain_affected, trace_back
from shopfloor.services.loading import Work
from shopfloor.services.moving import change_state, lock_cards, move_pieces, open_locked, settle_order
from shopfloor.services.rework import open_rework_cards
from shopfloor.states import ORDER, Bucket, CardKind, CardState, OrderState

BACK_HERE = (
    DispositionKind.CONCESSION,
    DispositionKind.REPAIR,
    DispositionKind.SORT,
    DispositionKind.DOWNGRADE,
)


def _locked(card_id: int, actor: Actor) -> Work:
    [card] = lock_cards(WorkCard.objects.filter(pk=card_id))
    return open_locked(card, actor)


def on_disposition_decided(event: DispositionDecided, actor: Actor) -> None:
    """Rework opens inline cards in the same batch; the pieces go there when their hold is lifted."""
    if event.kind != DispositionKind.REWORK or event.card_id is None or not event.unit_numbers:
        return
    this = require_act("rework")
    work = _locked(event.card_id, actor)
    first = event.rework_operation or work.operation.number
    known = {operation.number for operation in work.definition.operations}
    way = work.definition.between(first, work.operation.number) if first in known else []
    if not way:
        raise EntryNotValid(
            _("Operation %(operation)s does not lead to where it was found.") % {"operation": first},
            code="no-way-back",
            field="rework_operation",
        )
    move_pieces(
        this, work, Bucket.HELD, Bucket.REWORK, event.unit_numbers, PieceMove.Why.DECIDED,
        nonconformance_id=event.nonconformance_id,
    )  # fmt: skip
    open_rework_cards(this, work, way, event.unit_numbers, event.nonconformance_id)
    release_containment(lock_nonconformance(event.nonconformance_id), actor)


def on_disposition_executed(event: DispositionExecuted, actor: Actor) -> None:
    """What was decided is done: held pieces are scrap, or on their way again."""
    if event.card_id is None or not event.unit_numbers or event.kind == DispositionKind.REWORK:
        return
    this = require_act("disposition")
    work = _locked(event.card_id, actor)
    back = event.kind in BACK_HERE
    target = _came_from(event, work) if back else Bucket.SCRAP
    move_pieces(
        this, work, Bucket.HELD, target, event.unit_numbers, PieceMove.Why.DECIDED,
        nonconformance_id=event.nonconformance_id,
    )  # fmt: skip
    if target == Bucket.HERE and work.card.state == CardState.COMPLETED:
        change_state(this, work.card, "reopen")
    settle_order(this, work.card.order_id)


def _came_from(event: DispositionExecuted, work: Work) -> str:
    """Where the pieces were when they were held: finished goods that pass are finished again, nothing is done on a card."""
    held = PieceMove.objects.filter(
        card=work.card, nonconformance_id=event.nonconformance_id, target=Bucket.HELD
    ).order_by("pk")
    first = held.first()
    return Bucket.GOOD if first is not None and first.source == Bucket.GOOD else Bucket.HERE


def on_calibration_failed(event: CalibrationFailed, actor: Actor) -> None:
    """Every batch that the gauge measured since it was last good is judged (ISO 13485 7.6)."""
    trace_back(require_act("calibration"), event.calibration_id)


def on_batch_assessed(event: BatchAssessed, actor: Actor) -> None:
    """Affected pieces are held where they lie."""
    if event.affected:
        contain_affected(require_act("assessment"), event.assessment_id)


def on_production_reported(event: ProductionReported, actor: Actor) -> None:
    """The last rework card of a disposition reported its pieces: the rework was carried out."""
    card = WorkCard.objects.get(pk=event.card_id)
    if card.kind != CardKind.REWORK or card.nonconformance_id is None:
        return
    open_ones = Disposition.objects.filter(
        nonconformance_id=card.nonconformance_id, kind=DispositionKind.REWORK, executed_at=None
    )
    still = set(_pieces_in_rework(card))
    # Whoever reports the pieces need not have the right to say that a disposition is done: it is the floor's own rule.
    rule = Actor(None, "system:rework", station=actor.station, session=actor.session, language=actor.language)
    for disposition in open_ones.order_by("pk"):
        if not still & set(disposition.unit_numbers):
            mark_executed(actor=rule, disposition_id=disposition.pk, note=_("Reworked on %(card)s") % {"card": card})


def _pieces_in_rework(card: WorkCard) -> list[int]:
    return list(_locked(int(card.origin_id or 0), Actor.system("rework")).balance.pieces(Bucket.REWORK))


def on_change_implemented(event: ChangeImplemented, actor: Actor) -> None:
    """Carry out the signed choice for each open order. *Finish on old* needs nothing: an order keeps its definition.

    A planned order takes the new card at its dispatch by itself. One that is dispatched is held, for *hold* and, since a
    migration of begun work is not built yet, for *switch* too: nothing goes on under what somebody decided against.
    """
    this = require_act("change")
    wanted = {
        int(row["order_id"]): str(row["choice"])
        for row in event.decisions
        if row["order_label"] == WorkOrder._meta.label_lower and row["choice"] in ("hold", "switch")
    }
    orders = WorkOrder.objects.select_for_update(no_key=True).filter(
        pk__in=list(wanted), state__in=[OrderState.DISPATCHED, OrderState.IN_PROCESS]
    )
    for order in orders.order_by("pk"):
        row = ORDER.next(order.state, "hold", reason=event.number)
        order.held_from, order.state = order.state, OrderState(row.target)
        order.note = f"{order.note}\n{event.number}: {wanted[order.pk]}".strip()
        order.save()
        this.relate(order)
