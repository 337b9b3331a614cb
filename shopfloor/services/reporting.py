"""Report production once: good goes on, what is not good goes to quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.records.act import Act, act
from quality.models import Inspection
from quality.states import InspectionKind, InspectionResult, NonconformanceSource
from shopfloor.events import ProductionReported
from shopfloor.exceptions import Conflict, EntryNotValid, NotPossible, OutOfSequence, OverReported
from shopfloor.gates import ask_gates, require_open
from shopfloor.models import CardEvent, PieceMove, ProductionReport, StepRecord
from shopfloor.policies import WORK
from shopfloor.services.loading import CLOCKS, Work, lock_work, records_of
from shopfloor.services.moving import move_on, move_pieces
from shopfloor.services.reactions import BadEntry, nonconform_pieces
from shopfloor.states import Bucket, CardState, StepOutcome


@dataclass(frozen=True, slots=True)
class Reported:
    """Which pieces are what. Counts come from these."""

    good: list[int]
    scrap: list[int]
    rework: list[int]


def report_production(
    *,
    actor: Actor,
    card_id: int,
    idempotency_key: UUID,
    captured_at: datetime,
    good: int = 0,
    scrap: int = 0,
    rework: int = 0,
    pieces: Sequence[int] = (),
    scrap_code: str = "",
    note: str = "",
    seen: int | None = None,
) -> ProductionReport:
    """Good pieces go on to the next operation at once (partial quantities); suspected scrap and rework are split off,
    held and told to quality, whose signed disposition decides.

    ``pieces``: numbers of the good ones first, then the scrap, then the rework; by default the finished ones of lowest
    number. OverReported for more than is here; OutOfSequence for good pieces with open steps; first piece and hold point
    are waited for. The same key is the same report. ``seen``: id of the newest move of pieces that the form showed
    (0: none). Conflict when pieces have left the card since: ``details["gone"]`` says which and where they are.
    """
    with act(actor=actor, verb="shopfloor.production.reported", captured_at=captured_at) as this:
        work = lock_work(actor, card_id)
        this.about(work.card)
        require(actor, WORK, work.card.order.site_id)
        this.note(good=good, scrap=scrap, rework=rework)
        earlier = ProductionReport.objects.filter(idempotency_key=idempotency_key).first()
        if earlier is not None:
            return _same(this, earlier, card_id, good, scrap, rework)
        _check_seen(work, seen)
        _check_here(work, pieces)
        _check(work, good, scrap, rework)
        require_open(ask_gates(work.asked(), "step"))
        records = records_of(work, everything=True)
        reported = _which(work, records, good, scrap, rework, pieces)
        _check_good(work, records, reported.good)
        if (scrap or rework) and not scrap_code.strip():
            raise EntryNotValid(_("Say what is wrong with them."), code="code-required", field="scrap_code")
        report = _write(this, work, reported, idempotency_key, captured_at, scrap_code, note)
        _carry_out(this, work, report, reported)
        this.publish(
            ProductionReported(card_id=work.card.pk, report_id=report.pk, good=good, scrap=scrap, rework=rework)
        )
    return report


def _same(this: Act, earlier: ProductionReport, card_id: int, good: int, scrap: int, rework: int) -> ProductionReport:
    if (earlier.card_id, earlier.good, earlier.scrap, earlier.rework) != (card_id, good, scrap, rework):
        raise Conflict(_("This key was used for another report."), code="idempotency-key-reused")
    this.verb = "shopfloor.production.repeated"
    return earlier


def _check_seen(work: Work, seen: int | None) -> None:
    """What a form showed still stands: who reports second is told what the first one did. Arrivals change nothing shown."""
    if seen is None:
        return
    left = PieceMove.objects.filter(card=work.card, source=Bucket.HERE, pk__gt=seen).select_related("report")
    gone = [
        {
            "pieces": move.pieces,
            "bucket": move.target,
            "words": str(Bucket(move.target).label),
            "by": move.report.reported_by_name if move.report else "",
        }
        for move in left.order_by("pk")
    ]
    if not gone:
        return
    changes = "; ".join(_gone_words(row) for row in gone)
    raise Conflict(
        _("Meanwhile this card has changed: %(changes)s. Nothing was reported: look again, then report.")
        % {"changes": changes},
        code="report-stale",
        details={"report": True, "gone": gone},
    )


def _gone_words(row: Mapping[str, Any]) -> str:
    words = {"pieces": ", ".join(map(str, row["pieces"])), "words": row["words"], "name": row["by"]}
    if row["by"]:
        return _("piece %(pieces)s: %(words)s (reported by %(name)s)") % words
    return _("piece %(pieces)s: %(words)s") % words


def _check_here(work: Work, pieces: Sequence[int]) -> None:
    """A piece that was named and is not here is never left out in silence."""
    gone = [piece for piece in pieces if piece not in work.pieces]
    if gone:
        raise NotPossible(
            _("Piece %(pieces)s is not on this card now: nothing was reported.")
            % {"pieces": ", ".join(map(str, gone))},
            code="piece-not-here",
            field="pieces",
            details={"pieces": gone, "here": list(work.pieces)},
        )


def _check(work: Work, good: int, scrap: int, rework: int) -> None:
    state = work.card.state
    if state == CardState.FIRST_PIECE_PENDING and good:
        raise NotPossible(_("The first piece is not accepted yet: no volume is reported."), code="first-piece-pending")
    if state not in (CardState.RUNNING, CardState.FIRST_PIECE_PENDING):
        raise NotPossible(
            _("Card %(card)s is %(state)s.") % {"card": work.card.number, "state": work.card.get_state_display()},
            code="card-not-running",
        )
    if min(good, scrap, rework) < 0 or good + scrap + rework == 0:
        raise EntryNotValid(_("Report a number of pieces."), field="good")
    if good + scrap + rework > len(work.pieces):
        raise OverReported(
            _("%(here)s pieces are here, %(reported)s were reported.")
            % {"here": len(work.pieces), "reported": good + scrap + rework},
            field="good",
            details={"here": len(work.pieces), "reported": good + scrap + rework},
        )


def _which(
    work: Work, records: list[StepRecord], good: int, scrap: int, rework: int, pieces: Sequence[int]
) -> Reported:
    here = list(work.pieces)
    if pieces:
        chosen = list(pieces)
        if len(chosen) != good + scrap + rework or len(set(chosen)) != len(chosen) or not set(chosen) <= set(here):
            raise EntryNotValid(_("Name as many pieces as you report, each once, all of this card."), field="pieces")
        return Reported(chosen[:good], chosen[good : good + scrap], chosen[good + scrap :])
    progress = work.progress(records)
    finished = [piece for piece in here if not progress.open_for_piece(piece)]
    unfinished = [piece for piece in here if piece not in finished]
    in_order = [*finished, *unfinished]
    rest = [piece for piece in [*unfinished, *finished] if piece not in in_order[:good]]
    return Reported(in_order[:good], rest[:scrap], rest[scrap : scrap + rework])


def _check_good(work: Work, records: list[StepRecord], good: Sequence[int]) -> None:
    """Good means: every step of the piece is recorded and checked, and a hold point is passed."""
    if not good:
        return
    progress = work.progress(records)
    open_steps = [*progress.open_for_card("card_start"), *(e for piece in good for e in progress.open_for_piece(piece))]
    if open_steps:
        raise OutOfSequence(
            _("Step %(step)s of piece %(piece)s is open.")
            % {"step": open_steps[0].step.key, "piece": open_steps[0].piece or "–"},
            details={"open": [entry.as_json() for entry in open_steps[:50]]},
        )
    if work.operation.hold_point and not hold_point_passed(work.card.pk):
        raise NotPossible(_("This is a hold point: an inspector accepts before anything goes on."), code="hold-point")


def hold_point_passed(card_id: int) -> bool:
    """The newest inspection on the card, the first piece aside, was accepted (QMS-02)."""
    newest = Inspection.objects.filter(card_id=card_id).exclude(kind=InspectionKind.FIRST_PIECE).order_by("-pk").first()
    return newest is not None and newest.result == InspectionResult.ACCEPTED


def people_on(card_id: int) -> list[dict[str, object]]:
    """Who is clocked in on a card now."""
    last: dict[int | None, CardEvent] = {}
    for event in CardEvent.objects.filter(card_id=card_id, event__in=CLOCKS).order_by("id"):
        last[event.person_id] = event
    return [{"id": e.person_id, "name": e.person_name} for e in last.values() if e.event == "clock_in"]


def _write(
    this: Act,
    work: Work,
    reported: Reported,
    key: UUID,
    captured_at: datetime,
    scrap_code: str,
    note: str,
) -> ProductionReport:
    report = ProductionReport(
        card=work.card,
        good=len(reported.good),
        scrap=len(reported.scrap),
        rework=len(reported.rework),
        good_pieces=sorted(reported.good),
        scrap_pieces=sorted(reported.scrap),
        rework_pieces=sorted(reported.rework),
        scrap_code=scrap_code.strip(),
        note=note.strip(),
        people=people_on(work.card.pk),
        reported_by_id=this.actor.user_id,
        reported_by_name=this.actor.name,
        station=this.actor.station,
        idempotency_key=key,
        captured_at=captured_at,
        at=this.at,
    )
    report.save()
    return report


def _carry_out(this: Act, work: Work, report: ProductionReport, reported: Reported) -> None:
    move_pieces(this, work, Bucket.HERE, Bucket.GOOD, reported.good, PieceMove.Why.REPORTED, report=report)
    if reported.good:
        move_on(this, work, sorted(reported.good))
    for pieces, word in ((reported.scrap, "scrap"), (reported.rework, "rework")):
        if pieces:
            text = f"{work.card.number}: reported as {word} ({report.scrap_code}). {report.note}".strip()
            bad = BadEntry(
                work.operation.steps[-1], None, StepOutcome.FAILED, text, None, 0, this.at,
                source=NonconformanceSource.REPORT,
            )  # fmt: skip
            this.relate(nonconform_pieces(this, work, bad, sorted(pieces)))
