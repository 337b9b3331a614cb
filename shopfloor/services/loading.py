"""Lock a card and know everything that an act on it needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from foundation.core.actor import Actor
from foundation.core.errors import NotFound, NotValid
from shopfloor.definition import Definition, OperationDefinition, StepDefinition, definition_of
from shopfloor.exceptions import NotPossible
from shopfloor.gates import Asked
from shopfloor.models import PieceMove, SecondCheck, StepRecord, WorkCard
from shopfloor.pieces import Balance, fold
from shopfloor.progress import Progress, Spread
from shopfloor.rules import SPREAD
from shopfloor.states import Bucket, CardState, Reaction, StepOutcome

# What the sequence needs of an entry; the rest of a row is read when it is asked for.
FOR_PROGRESS = (
    "card_id", "step_key", "unit_no", "outcome", "reaction", "value", "quantity", "position", "performer_id",
    "idempotency_key", "request_hash", "captured_at",
)  # fmt: skip
CLOCKS = ("clock_in", "clock_out")
FALLEN = (Bucket.SCRAP, Bucket.HELD, Bucket.REWORK, Bucket.DESTROYED, Bucket.RETAINED)
# An entry out of limits that quality decides about by a deviation: the piece goes on, and was measured.
ANSWERED = (Reaction.DEVIATION, Reaction.STOP)
JOINED = ("order", "batch__lot", "batch__stock_unit__lot", "unit__lot", "unit__stock_unit__lot", "origin")


@dataclass
class Work:
    """A locked card, its pinned definition and where its pieces are."""

    card: WorkCard
    actor: Actor
    definition: Definition
    operation: OperationDefinition
    balance: Balance
    clocked_in: bool
    moves: list[PieceMove] = field(default_factory=list)

    @property
    def pieces(self) -> tuple[int, ...]:
        """The pieces that are still here."""
        return self.balance.here

    def asked(self, **more: Any) -> Asked:
        """What the gates are asked about."""
        return Asked(self.card, self.definition, self.operation, self.actor.user_id, self.clocked_in, **more)

    def progress(self, records: list[StepRecord]) -> Progress:
        return Progress(
            self.operation,
            records,
            spread_of(self.card, self.operation, self.balance),
            needed_by_position(self.definition, self.card, self.balance),
        )

    def add_moves(self, moves: list[PieceMove]) -> None:
        """Append moves just written, and bring the balance up to date."""
        self.moves.extend(moves)
        self.balance = fold(self.moves)


def spread_of(card: WorkCard, operation: OperationDefinition, balance: Balance) -> Spread:
    """Where all pieces of the operation are. A piece that fell out is not asked for any more, nor the first or the last.

    Asked of the database only where the card has a step with a rule that looks at more than one piece.
    """
    keys = [step.key for step in operation.steps if step.rule in SPREAD]
    if card.unit_id and card.unit:
        lying = _serials_lying(card) if keys else (card.unit.number,)
    else:
        lying = (*balance.here, *balance.pieces(Bucket.GOOD)) or tuple(balance.all_pieces)
    lying = tuple(sorted(lying))
    pending = card.state == CardState.FIRST_PIECE_PENDING and not card.unit_id and bool(balance.here)
    return Spread(lying, tuple(sorted(balance.here)) if pending else lying, _recorded(card, keys) if keys else {})


def _serials_lying(card: WorkCard) -> tuple[int, ...]:
    """Serials of the batch that did not fall out at any operation."""
    fell = PieceMove.objects.filter(card__batch_id=card.batch_id, target__in=FALLEN).values("card_id").distinct()
    moves: dict[int, list[PieceMove]] = {}
    for move in PieceMove.objects.filter(card__in=fell).order_by("id"):
        moves.setdefault(move.card_id, []).append(move)
    out = {piece for rows in moves.values() for bucket in FALLEN for piece in fold(rows).pieces(bucket)}
    return tuple(number for number in range(1, card.batch.quantity + 1) if number not in out)


def _recorded(card: WorkCard, keys: list[str]) -> dict[str, frozenset[int]]:
    """Pieces with an entry that counts, by step: the newest of each, and no loop came after it."""
    rows = StepRecord.objects.filter(Q(step_key__in=keys) | Q(reaction=Reaction.REWORK_LOOP), unit_no__isnull=False)
    if card.unit_id:
        rows = rows.filter(card__batch_id=card.batch_id, card__operation=card.operation, card__kind=card.kind)
    else:
        rows = rows.filter(card_id=card.pk)
    newest: dict[str, dict[int, bool]] = {key: {} for key in keys}
    for key, piece, outcome, reaction in rows.order_by("id").values_list("step_key", "unit_no", "outcome", "reaction"):
        if reaction == Reaction.REWORK_LOOP:
            for of_step in newest.values():
                of_step[piece] = False
        else:
            newest[key][piece] = outcome in (StepOutcome.DONE, StepOutcome.IN) or reaction in ANSWERED
    return {key: frozenset(piece for piece, good in of_step.items() if good) for key, of_step in newest.items()}


def needed_by_position(definition: Definition, card: WorkCard, balance: Balance) -> dict[str, Decimal]:
    """What a material step must scan of each position, by the rule of the step: per piece, or for all that arrived."""
    operation = definition.operation(card.operation)
    lines = {line.position: line for line in definition.lines_of(card.operation)}
    needed = {}
    for step in operation.steps:
        for position in step.positions:
            line = lines.get(position)
            if line is None or line.made_here:
                needed[position] = Decimal(0)
            else:
                needed[position] = line.needed(1 if step.per_piece or card.unit_id else balance.arrived)
    return needed


LAST_CLOCK = (
    "SELECT e.event FROM shopfloor_cardevent e WHERE e.card_id = shopfloor_workcard.id AND e.person_id = %s "
    "AND e.event IN ('clock_in', 'clock_out') ORDER BY e.id DESC LIMIT 1"
)


def lock_work(actor: Actor, card_id: int) -> Work:
    """The card, locked, in two statements. NotFound when there is none.

    Every act on a card begins here, so it asks for little: an ORM query costs by its joins, columns and expressions.
    """
    rows = (
        WorkCard.objects.select_for_update(of=("self",), no_key=True)
        .select_related("order", "batch", "unit")
        .annotate(last_clock=RawSQL(LAST_CLOCK, [actor.user_id]))  # noqa: S611 - our own text
        .filter(pk=card_id)
    )
    card: WorkCard | None = next(iter(rows), None)
    if card is None:
        raise NotFound.here()
    definition = definition_of(card.process_card_id)
    moves = moves_of(card)
    clocked_in = actor.user_id is None or card.last_clock == "clock_in"  # type: ignore[attr-defined]
    return Work(card, actor, definition, definition.operation(card.operation), fold(moves), clocked_in, moves)


def moves_of(card: WorkCard) -> list[PieceMove]:
    """The moves of a card, oldest first: sorted here, which is cheaper than an ORDER BY in the ORM."""
    rows = PieceMove.objects.filter(card_id=card.pk).only("card_id", "source", "target", "pieces", "at")
    return sorted(rows, key=lambda move: int(move.pk))


def records_of(work: Work, piece: int | None = None, *, key: Any = None, everything: bool = False) -> list[StepRecord]:
    """Entries of the card: all, or those of one piece and of the card itself (and the one with this key)."""
    rows = StepRecord.objects.filter(card=work.card)
    if not everything:
        wanted = Q(unit_no=None) | Q(unit_no=piece) if piece is not None else Q(unit_no=None)
        rows = rows.filter(wanted | Q(idempotency_key=key) if key else wanted).only(*FOR_PROGRESS)
    return with_checks(rows, work.operation)


def with_checks(rows: Any, operation: OperationDefinition) -> list[StepRecord]:
    """Entries with ``checked`` (a second person agreed) and ``disputed`` (did not).

    Asked of the database only where the card wants second checks.
    """
    if any(step.second_check for step in operation.steps):
        looks = SecondCheck.objects.filter(record=OuterRef("pk"))
        rows = rows.annotate(checked=Exists(looks.filter(agreed=True)), disputed=Exists(looks.filter(agreed=False)))
        return sorted(rows, key=lambda record: int(record.pk))
    found: list[Any] = sorted(rows, key=lambda record: int(record.pk))
    for record in found:
        record.checked = record.disputed = False
    return found


def require_running(work: Work) -> None:
    """Work is recorded on a card that runs, or whose first piece is being made."""
    if work.card.state not in (CardState.RUNNING, CardState.FIRST_PIECE_PENDING):
        raise NotPossible(
            _("Card %(card)s is %(state)s.") % {"card": work.card.number, "state": work.card.get_state_display()},
            code="card-not-running",
            details={"state": work.card.state},
        )


def piece_for(work: Work, step: StepDefinition, unit_no: int | None) -> int | None:
    """The piece that an entry is about: none for a step of the card, the serial of a serial's card, else a piece here."""
    if not step.per_piece:
        return None
    if work.card.unit_id and work.card.unit:
        unit_no = unit_no or work.card.unit.number
    if unit_no is None:
        raise NotValid(_("Say which piece this is about."), code="unit-required", field="unit_no")
    # What a sample still lacks may be measured on a piece that went on already: it is fetched back.
    fetched = step.rule in SPREAD and unit_no in work.balance.pieces(Bucket.GOOD)
    if unit_no not in work.pieces and not fetched:
        raise NotPossible(
            _("Piece %(piece)s is not on this card now.") % {"piece": unit_no},
            code="piece-not-here",
            field="unit_no",
            details={"here": list(work.pieces)},
        )
    return unit_no
