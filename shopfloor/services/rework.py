"""Send pieces back: in the loop that the operation declares, or by a disposition. Inline cards in the same batch."""

from __future__ import annotations

from collections.abc import Sequence

from foundation.records.act import Act
from foundation.records.models import bulk_create_tracked
from shopfloor.models import PieceMove, WorkCard
from shopfloor.services.loading import Work
from shopfloor.services.moving import move_pieces
from shopfloor.states import Bucket, CardKind, CardState


def send_back(this: Act, work: Work, piece: int) -> None:
    """The declared loop. Back to this very operation, the piece stays here and its steps are open again; back to an
    earlier one, it gets rework cards from there to before here."""
    loop = work.operation.loop
    if not loop or int(loop["back_to"]) == work.operation.number:
        return
    way = work.definition.between(int(loop["back_to"]), work.operation.number)[:-1]
    move_pieces(this, work, Bucket.HERE, Bucket.REWORK, [piece], PieceMove.Why.LOOP)
    open_rework_cards(this, work, way, [piece])


def open_rework_cards(
    this: Act, work: Work, way: Sequence[int], pieces: Sequence[int], nonconformance_id: int | None = None
) -> list[WorkCard]:
    """One rework card per operation of the way; the pieces start on the first. They return to ``work``'s card."""
    cycle = WorkCard.objects.filter(origin=work.card).values_list("rework_cycle", flat=True)
    number = max(cycle, default=0) + 1
    rows = [
        WorkCard(
            number=f"{work.card.number}-R{number}-{operation}",
            order_id=work.card.order_id,
            batch_id=work.card.batch_id,
            unit_id=work.card.unit_id,
            process_card_id=work.card.process_card_id,
            operation=operation,
            sequence=sequence,
            work_center=work.definition.operation(operation).work_center,
            kind=CardKind.REWORK,
            origin=work.card,
            rework_cycle=number,
            nonconformance_id=nonconformance_id,
            state=CardState.READY if sequence == 1 else CardState.WAITING,
        )
        for sequence, operation in enumerate(way, start=1)
    ]
    cards: list[WorkCard] = bulk_create_tracked(WorkCard, rows)
    PieceMove(
        card=cards[0],
        source=Bucket.OUTSIDE,
        target=Bucket.HERE,
        quantity=len(pieces),
        pieces=sorted(pieces),
        why=PieceMove.Why.LOOP,
        nonconformance_id=nonconformance_id,
        at=this.at,
    ).save()
    this.relate(*cards)
    return cards
