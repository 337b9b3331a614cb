"""What a step's *when* demands: the floor asks for it, the record counts it on its own, and both are held to agree."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dhr.compile.completeness import completeness
from dhr.compile.demands import entries_missing
from quality.models import Deviation, Nonconformance
from quality.services import close_deviation, decide_deviation, decide_disposition, mark_executed
from quality.services.dispositions import Choice
from shopfloor import services
from shopfloor.exceptions import NotPossible
from shopfloor.models import StepRecord
from shopfloor.rules import asked_pieces
from shopfloor.selectors import card_view
from tests.factories.floor import (
    Running,
    complete,
    dispatched,
    made_item,
    now_and_key,
    operation,
    parameter,
    plant,
    process_card,
    record,
    report,
    started,
    step,
)
from tests.factories.records import built_plates, codes, cut, plates, scope_of
from tests.shopfloor.test_refusals import refused

RULES = ("sample", "every_n", "first_piece", "last_piece", "every_unit")


@st.composite
def shifts(draw: st.DrawFn) -> tuple[str, int, int, list[tuple[str, int]]]:
    """A rule, how many pieces, and what happens to them in which order."""
    count = draw(st.integers(1, 12))
    acts = draw(st.lists(st.tuples(st.sampled_from(["measure", "report", "fall"]), st.integers(1, count)), max_size=40))
    return draw(st.sampled_from(RULES)), draw(st.integers(1, 5)), count, acts


@pytest.mark.requirement("TRC-09", "FLR-22")
@given(shifts())
@example(("sample", 2, 2, [("measure", 1), ("fall", 1)]))
@example(("sample", 2, 3, [("measure", 1), ("fall", 1)]))
def test_floor_and_record_agree_on_what_is_demanded(shift: tuple[str, int, int, list[tuple[str, int]]]) -> None:
    """Pieces are measured where asked, reported, and fall out, in any order; when the floor asks for nothing more, nothing is
    missing in the record, and when one of the entries is taken away that the rule needs, it is."""
    rule, n, count, acts = shift
    here, good, measured = set(range(1, count + 1)), set[int](), set[int]()
    for what, piece in acts:
        asked = asked_pieces(rule, n, here | good, measured)
        if what == "measure" and piece in asked & (here | good):
            measured.add(piece)
        elif what == "report" and piece in here and (piece not in asked or piece in measured):
            here.remove(piece)
            good.add(piece)
        elif what == "fall" and piece in here:
            here.remove(piece)
    for piece in sorted(here):  # the rest of the shift: whatever is asked is measured, then all is reported
        good.add(piece)
    while open_ones := asked_pieces(rule, n, good, measured) - measured:
        measured.add(min(open_ones))
    if rule == "every_unit":
        assert good <= measured
        return
    assert entries_missing(rule, n, good, measured) == 0
    least = _least(rule, n, good, measured)
    assert len(measured) >= least
    for piece in measured if len(measured) == least else ():
        rest = measured - {
            piece
        }  # of a piece that fell out only its entry told; a sample of all that are left is whole
        assert entries_missing(rule, n, good, rest) == _least(rule, n, good, rest) - len(rest)


def _least(rule: str, n: int, good: set[int], measured: set[int]) -> int:
    if not good:
        return 0
    return {"sample": min(n, len(good | measured)), "every_n": -(-len(good) // n)}.get(rule, 1)


@pytest.mark.parametrize(
    ("rule", "n", "pieces", "asked"),
    [
        ("sample", 3, range(1, 11), {1, 2, 3}),
        ("sample", 3, range(1, 3), {1, 2}),
        ("every_n", 5, range(1, 11), {1, 6}),
        ("every_n", 5, range(1, 12), {1, 6, 11}),
        ("every_n", 4, range(1, 4), {1}),
        ("first_piece", 1, range(3, 9), {3}),
        ("last_piece", 1, range(3, 9), {8}),
        ("every_unit", 1, range(1, 4), {1, 2, 3}),
        ("card_start", 1, range(1, 4), set()),
    ],
)
def test_which_pieces_are_asked_for(rule: str, n: int, pieces: range, asked: set[int]) -> None:
    assert asked_pieces(rule, n, pieces, ()) == asked


def test_a_sample_that_was_taken_stays_taken_when_its_piece_is_scrapped() -> None:
    assert asked_pieces("sample", 2, [2, 3, 4, 5], [1, 2]) == {1, 2}
    assert asked_pieces("sample", 2, [2, 3, 4, 5], []) == {2, 3}
    assert asked_pieces("last_piece", 1, [1, 2], [3]) == {3}
    assert asked_pieces("first_piece", 1, [2, 3], [1]) == {1}


def one_step(rule: str, n: int | None, quantity: int, **more: Any) -> Running:
    """Dispatched: one operation whose only step is a reading with this rule."""
    made = made_item()
    limits = parameter("width", "9.9", "10.1", above="nonconform_unit")
    reading = step("10.10", "reading", when=rule, n=n, parameter=limits, **more)
    process_card(made, [operation(10, reading, step("10.20", "checklist"))])
    return dispatched(made, quantity, plant())


def missing(run: Running, hidden: StepRecord | None = None) -> list[str]:
    scope = scope_of(run)
    if hidden is not None:
        scope.steps = [row for row in scope.steps if row.pk != hidden.pk]
    return [one.where for one in completeness(scope).missing]


@pytest.mark.django_db
@pytest.mark.requirement("TRC-09", "FLR-22")
@pytest.mark.parametrize(
    ("rule", "n", "quantity", "asked"),
    [
        ("sample", 3, 5, [1, 2, 3]),
        ("sample", 3, 2, [1, 2]),
        ("every_n", 2, 5, [1, 3, 5]),
        ("every_n", 5, 5, [1]),
        ("first_piece", None, 3, [1]),
        ("last_piece", None, 3, [3]),
        ("every_unit", None, 3, [1, 2, 3]),
    ],
)
def test_the_floor_asks_and_the_record_misses_each_in_turn(rule: str, n: int, quantity: int, asked: list[int]) -> None:
    run = one_step(rule, n, quantity)
    card = started(run, 10)
    every = range(1, quantity + 1)
    for piece in every:
        if piece in asked:
            record(run, card, "10.10", "10", piece)
        else:
            with refused("not-asked", NotPossible):
                record(run, card, "10.10", "10", piece)
    for piece in every:
        record(run, card, "10.20", "ok", piece)
    report(run, card, quantity)
    complete(run, card)
    assert codes(run) == []
    for row in StepRecord.objects.filter(step_key="10.10"):
        [where] = missing(run, row)
        assert where.startswith("10.10")


@pytest.mark.django_db
@pytest.mark.requirement("FLR-22")
@pytest.mark.parametrize(("rule", "first_asked", "then"), [("sample", [1, 2], 3), ("first_piece", [1], 2)])
def test_a_piece_that_fell_out_unmeasured_is_replaced(rule: str, first_asked: list[int], then: int) -> None:
    """The next one is asked for, even when it was reported already: it is fetched back."""
    run = one_step(rule, 2, 3)
    card = started(run, 10)
    for piece in (1, 2, 3):
        if piece in first_asked and piece != 1:
            record(run, card, "10.10", "10", piece)
    for piece in (2, 3):
        record(run, card, "10.20", "ok", piece)
    report(run, card, 2, pieces=(2, 3))
    record(
        run, card, "10.10", "10.5", 1, confirm_out_of_limits=True
    ) if rule == "first_piece" else services.report_production(
        actor=run.plant.operator, card_id=card.pk, scrap=1, scrap_code="scratch", **now_and_key()
    )
    with refused("not-complete"):
        complete(run, card)
    view = card_view(card, run.plant.operator)
    assert (view.next.key, view.next.piece) == ("10.10", then)
    record(run, card, "10.10", "10", then)
    complete(run, card)
    assert [code for code in codes(run) if code.startswith("entry")] == []


@pytest.mark.django_db
@pytest.mark.requirement("FLR-22", "TRC-09")
def test_a_sample_of_serials_is_counted_over_the_batch() -> None:
    who, made = plant(), made_item("SER", "serial")
    process_card(
        made, [operation(10, step("10.10", "reading", when="sample", n=2, parameter=parameter("w", "9", "11")))]
    )
    run = dispatched(made, 3, who, serials=("S1", "S2", "S3"))
    third = started(run, 10, unit=3)
    with refused("not-asked"):
        record(run, third, "10.10", "10", 3)
    report(run, third, 1)
    complete(run, third)
    assert codes(run, "S3") == ["entry-missing"]
    for unit in (1, 2):
        card = started(run, 10, unit=unit)
        with refused("out-of-sequence"):
            report(run, card, 1)
        record(run, card, "10.10", "10", unit)
        report(run, card, 1)
        complete(run, card)
    assert [codes(run, serial) for serial in ("S1", "S2", "S3")] == [[], [], []]


def out(run: Running, value: str) -> StepRecord:
    """Both cut and measured, the second one out of limits and confirmed."""

    cut(run, 2)
    card = started(run, 20)
    record(run, card, "20.10", "10", 1)
    made = record(run, card, "20.10", value, 2, confirm_out_of_limits=True)
    report(run, card, 1 if made.reaction == "nonconform_unit" else 2)
    complete(run, card)
    return made.record


@pytest.mark.django_db
@pytest.mark.requirement("TRC-09", "QMS-04")
@pytest.mark.parametrize(("accepted", "expected"), [(True, []), (False, ["entry-not-conforming"])])
def test_an_entry_counts_only_when_quality_accepted_its_deviation(accepted: bool, expected: list[str]) -> None:
    run = plates(2)
    out(run, "9.5")
    found = Deviation.objects.get()
    assert codes(run) == ["entry-not-conforming", "deviation-open"]
    decide_deviation(
        actor=run.plant.quality, deviation_id=found.pk, accepted=accepted, decision="Judged",
        credentials=run.plant.sign("quality"),
    )  # fmt: skip
    assert codes(run) == expected
    close_deviation(actor=run.plant.quality, deviation_id=found.pk, reason="Told")
    assert codes(run) == expected  # closing it does not turn a no into a yes


@pytest.mark.django_db
@pytest.mark.requirement("QMS-04", "TRC-09")
def test_a_conceded_piece_counts_and_goes_on() -> None:
    run = plates(2)
    out(run, "10.5")
    found = Nonconformance.objects.get()
    choice = Choice(kind="concession", quantity=found.quantity, justification="Fits", regulatory_requirements_met=True)
    decided = decide_disposition(
        actor=run.plant.quality, nonconformance_id=found.pk, choice=choice, credentials=run.plant.sign("quality")
    )
    mark_executed(actor=run.plant.quality, disposition_id=decided.pk)
    card = started(run, 20)
    report(run, card, 1)
    complete(run, card)
    assert codes(run) == []


@pytest.mark.django_db
@pytest.mark.requirement("QMS-04", "TRC-09")
def test_a_reworked_piece_is_measured_again_on_the_card_of_its_rework() -> None:
    run = plates(2, loop={"back_to": 20, "maximum": 1})
    out(run, "10.5")
    found = Nonconformance.objects.get()
    choice = Choice(kind="rework", quantity=found.quantity, justification="Sand it")
    decide_disposition(
        actor=run.plant.quality, nonconformance_id=found.pk, choice=choice, credentials=run.plant.sign("quality")
    )
    again = run.card(20, kind="rework")
    services.start_card(actor=run.plant.operator, card_id=again.pk)
    verified = record(run, again, "20.10", "10.02", 2)
    report(run, again, 1)
    complete(run, again)
    assert codes(run) == []
    assert missing(run, verified.record) == [f"20.10 ({again.number}) #2"]


@pytest.mark.django_db
@pytest.mark.requirement("TRC-09", "QMS-04")
def test_a_finished_piece_that_turns_out_bad_is_held_and_leaves_the_good_ones() -> None:
    run = built_plates(2)
    entry = StepRecord.objects.get(step_key="20.10", unit_no=2)
    asked = services.request_correction(
        actor=run.plant.leader, record_id=entry.pk, new_value="10.5", reason="The display was misread"
    )
    services.approve_correction(
        actor=run.plant.quality, correction_id=asked.pk, credentials=run.plant.sign("quality"), note="Seen"
    )
    found = Nonconformance.objects.get()
    assert (found.unit_numbers, found.card_id, found.stock_unit.quantity) == ([2], run.card(20).pk, 1)
    assert codes(run) == ["nonconformance-open"]
    decided = decide_disposition(
        actor=run.plant.quality2, nonconformance_id=found.pk, credentials=run.plant.sign("quality2"),
        choice=Choice(kind="scrap", quantity=found.quantity, justification="Too wide"),
    )  # fmt: skip
    mark_executed(actor=run.plant.quality2, disposition_id=decided.pk)
    assert codes(run) == []


@pytest.mark.django_db
@pytest.mark.requirement("FLR-22", "TRC-09")
def test_a_missing_second_check_is_named() -> None:
    checked = step("20.10", "reading", parameter=parameter("width", "9.9", "10.1"), second="review")
    run = plates(1, step=checked)

    cut(run, 1)
    card = started(run, 20)
    made = record(run, card, "20.10", "10", 1)
    services.second_check(actor=run.plant.operator2, record_id=made.record.pk, look=services.Look(agreed=True))
    report(run, card, 1)
    complete(run, card)
    assert codes(run) == []
    scope = scope_of(run)
    scope.second_checks = []
    assert [one.code for one in completeness(scope).missing] == ["second-check-missing"]
