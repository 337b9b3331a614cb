"""Everything that the tablet shows of a card, from the same rules that the services enforce."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from foundation.core.actor import Actor
from shopfloor.definition import Definition, Line, OperationDefinition, StepDefinition, definition_of
from shopfloor.gates import Asked, GateAnswer, ask_gates
from shopfloor.models import CardEvent, Correction, Handover, PieceMove, StepRecord, TestFile, WorkCard
from shopfloor.pieces import fold
from shopfloor.progress import Entry, Progress
from shopfloor.selectors.balance import CardBalance, card_balance
from shopfloor.services.loading import CLOCKS, JOINED, needed_by_position, spread_of, with_checks
from shopfloor.states import CARD, RUNNING_STATES, Bucket, CardState, CorrectionState, HandoverState, StepOutcome


@dataclass(frozen=True, slots=True)
class LineView:
    """A line to scan for: ``needed`` and ``scanned`` in ``unit``; ``made_here`` asks for no scan."""

    position: str
    name: str
    item_number: str
    needed: Decimal
    scanned: Decimal
    unit: str
    optional: bool
    made_here: bool
    alternates: list[dict[str, Any]]

    @property
    def done(self) -> bool:
        return self.scanned >= self.needed


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry to be made, or made. ``parameter`` as in the card's content; ``attempt`` counts from 1.

    ``waits_for``: "" (to be recorded), "second_check" (another person) or "exclusion" (quality). For a blind re-measure the
    first value is not shown to the second person: ``records`` then have an empty value.
    """

    key: str
    number: int
    kind: str
    piece: int | None
    instruction: str
    by: str
    rule: str
    second_check: str
    parameter: dict[str, Any] | None
    choices: list[dict[str, Any]]
    lines: list[LineView]
    file: dict[str, Any] | None
    waits_for: str
    attempt: int
    done: bool
    records: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PieceView:
    """A piece of the card: the bucket it is in, how many of its steps are open, and which is next."""

    number: int
    bucket: str
    open_steps: int
    next_step: str


@dataclass(frozen=True)
class CardView:
    """What the tablet shows of one card for one person."""

    card: WorkCard
    definition: Definition
    operation: OperationDefinition
    operation_name: str
    item_name: dict[str, str]
    serial: str
    clocked_in: bool
    people: list[dict[str, Any]]
    balance: CardBalance
    pieces: list[PieceView]
    next: EntryView | None
    entries: list[EntryView]
    gates: list[GateAnswer]
    events: list[str]
    handover: Handover | None
    first_piece: int | None
    first_piece_ready: bool
    test_files: list[TestFile] = field(default_factory=list)

    @property
    def open_gates(self) -> bool:
        return all(gate.open for gate in self.gates)

    @property
    def gate_rows(self) -> list[dict[str, Any]]:
        """For components/gates."""
        return [gate.as_json() for gate in self.gates]

    @property
    def can_complete(self) -> bool:
        """Nothing is here any more and nothing is open."""
        return (
            self.card.state == CardState.RUNNING
            and not self.balance.here
            and not any(not entry.done for entry in self.entries)
        )


def card_view(card: WorkCard | int, actor: Actor, piece: int | None = None) -> CardView:
    """The card for this person: bar, next step, gates as they are now, balance. ``piece`` puts one piece in front.

    Reads only; about a dozen queries whatever the card holds.
    """
    pk = card if isinstance(card, int) else card.pk
    fresh: WorkCard = WorkCard.objects.select_related(
        *JOINED, "order__item", "equipment__equipment_class", "nonconformance__stock_unit__lot"
    ).get(pk=pk)
    definition = definition_of(fresh.process_card_id)
    operation = definition.operation(fresh.operation)
    folded = fold(PieceMove.objects.filter(card=fresh).order_by("id"))
    records = with_checks(
        StepRecord.objects.filter(card=fresh).select_related("nonconformance", "deviation"), operation
    )
    needed = needed_by_position(definition, fresh, folded)
    progress = Progress(operation, records, spread_of(fresh, operation, folded), needed)
    people = _people(fresh)
    clocked_in = any(person["id"] == actor.user_id for person in people)
    asked = Asked(fresh, definition, operation, actor.user_id, clocked_in or fresh.state not in RUNNING_STATES)
    entries = _entries(progress, definition, fresh, _interesting(progress, folded.all_pieces, folded.here), actor)
    return CardView(
        card=fresh,
        definition=definition,
        operation=operation,
        operation_name=operation.name,
        item_name=fresh.order.item.name,
        serial=fresh.unit.lot.serial if fresh.unit_id and fresh.unit else "",
        clocked_in=clocked_in,
        people=people,
        balance=card_balance(fresh),
        pieces=_pieces(progress, folded.buckets),
        next=_next(entries, (*folded.here, *folded.pieces(Bucket.GOOD)), piece, progress, fresh),
        entries=entries,
        gates=ask_gates(asked, "start"),
        events=[row.event for row in CARD.events_from(fresh.state)],
        handover=Handover.objects.filter(card=fresh, state=HandoverState.OFFERED).first(),
        first_piece=_first(fresh, progress),
        first_piece_ready=_first_ready(fresh, progress),
        test_files=list(TestFile.objects.filter(card=fresh).select_related("attachment__file").order_by("pk")),
    )


def _people(card: WorkCard) -> list[dict[str, Any]]:
    last: dict[int | None, CardEvent] = {}
    for event in CardEvent.objects.filter(card=card, event__in=CLOCKS).order_by("id"):
        last[event.person_id] = event
    return [{"id": e.person_id, "name": e.person_name} for e in last.values() if e.event == "clock_in"]


def _interesting(progress: Progress, every: list[int], here: tuple[int, ...]) -> list[Entry]:
    """Every entry that is asked for or was made, in the order of work."""
    rows = [Entry(step, None) for step in progress.operation.steps if step.rule == "card_start"]
    seen = {record.unit_no for record in progress.records}
    for piece in every:
        if piece in here or piece in seen or progress.is_sampled(piece):
            rows += [Entry(step, piece) for step in progress.operation.steps if progress.applies(step, piece)]
    return rows + [Entry(step, None) for step in progress.operation.steps if step.rule == "card_end"]


def _entries(
    progress: Progress, definition: Definition, card: WorkCard, rows: list[Entry], actor: Actor
) -> list[EntryView]:
    return [_entry(progress, definition, card, row.step, row.piece, actor) for row in rows]


def _entry(
    progress: Progress,
    definition: Definition,
    card: WorkCard,
    step: StepDefinition,
    piece: int | None,
    actor: Actor,
) -> EntryView:
    records = progress.entries_of(step, piece)
    lines = [definition.line(card.operation, position) for position in step.positions]
    every = [r for r in progress.records if r.step_key == step.key and r.unit_no == piece]
    return EntryView(
        key=step.key,
        number=step.number,
        kind=step.kind,
        piece=piece,
        instruction=step.instruction,
        by=step.by,
        rule=step.rule,
        second_check=step.second_check,
        parameter=step.parameter,
        choices=list(step.raw.get("choices") or []),
        lines=[_line(progress, step, piece, line) for line in lines],
        file=step.file,
        waits_for=_waits_for(progress, step, piece, records),
        attempt=len(every) + 1,
        done=progress.is_done(step, piece),
        records=[_record(step, record, actor) for record in every],
    )


def _waits_for(progress: Progress, step: StepDefinition, piece: int | None, records: list[Any]) -> str:
    if progress.waits_for_check(step, piece):
        return "second_check"
    return "exclusion" if records and records[-1].outcome == StepOutcome.PENDING else ""


def _line(progress: Progress, step: StepDefinition, piece: int | None, line: Line) -> LineView:
    return LineView(
        position=line.position,
        name=line.name,
        item_number=str(line.raw["item_number"]),
        needed=progress.needed.get(line.position, Decimal(0)),
        scanned=progress.scanned(step, piece, line.position),
        unit=line.unit,
        optional=line.optional,
        made_here=line.made_here,
        alternates=list(line.raw.get("alternates") or []),
    )


def _record(step: StepDefinition, record: StepRecord, actor: Actor) -> dict[str, Any]:
    """A record as a screen shows it; blind for the second person of a re-measure."""
    checked = getattr(record, "checked", False)
    blind = step.second_check == "remeasure" and not checked and record.performer_id != actor.user_id
    return {
        "id": record.pk,
        "value": "" if blind else record.value,
        "unit": record.unit,
        "quantity": record.quantity,
        "position": record.position,
        "outcome": "" if blind else str(record.outcome),
        "outcome_label": "" if blind else record.get_outcome_display(),
        "reaction": record.reaction,
        "reaction_label": record.get_reaction_display(),
        "attempt": record.attempt,
        "performer": record.performer_name,
        "performer_id": record.performer_id,
        "at": record.captured_at,
        "late": record.late,
        "checked": checked,
        "blind": blind,
        "corrects": record.corrects_id,
        "nonconformance": record.nonconformance.number if record.nonconformance else "",
        "deviation": record.deviation.number if record.deviation else "",
        "evidence": record.evidence,
        "note": record.note,
    }


def _pieces(progress: Progress, buckets: Any) -> list[PieceView]:
    rows = []
    for bucket, numbers in buckets.items():
        for number in numbers:
            open_steps = progress.open_for_piece(number)
            rows.append(PieceView(number, bucket, len(open_steps), open_steps[0].step.key if open_steps else ""))
    return sorted(rows, key=lambda row: row.number)


def _next(
    entries: list[EntryView], reachable: tuple[int, ...], piece: int | None, progress: Progress, card: WorkCard
) -> EntryView | None:
    """The next entry to make: of the piece in front, else in the order of work. While the first piece is pending, its own."""
    only = progress.first if card.state == CardState.FIRST_PIECE_PENDING and not card.unit_id else None
    todo = [e for e in entries if not e.done and not e.waits_for and (e.piece is None or e.piece in reachable)]
    start = [e for e in todo if e.rule == "card_start"]
    if start:
        return start[0]
    wanted = only if only is not None else piece
    of_piece = [e for e in todo if e.piece is not None and (wanted is None or e.piece == wanted)]
    if of_piece:
        return of_piece[0]
    if only is not None or any(e.piece is not None for e in todo):
        return next((e for e in todo if e.piece is not None and only is None), None)
    return next((e for e in todo if e.rule == "card_end"), None)


def _first(card: WorkCard, progress: Progress) -> int | None:
    if card.state != CardState.FIRST_PIECE_PENDING:
        return None
    return card.unit.number if card.unit_id and card.unit else progress.first


def _first_ready(card: WorkCard, progress: Progress) -> bool:
    first = _first(card, progress)
    return first is not None and not progress.open_for_card("card_start") and not progress.open_for_piece(first)


def pending_corrections() -> QuerySet[Correction]:
    """Corrections that quality has to decide, oldest first."""
    rows: QuerySet[Correction] = (
        Correction.objects.filter(state=CorrectionState.ASKED)
        .select_related("record__card__order", "asked_by")
        .order_by("pk")
    )
    return rows
