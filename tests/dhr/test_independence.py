"""Nobody reviews or releases what they had a part in: each row of the table, made by its service."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from dhr.exceptions import NotIndependent
from dhr.models import RecordVersion
from dhr.policies import PARTS, RELEASE, REVIEW, is_independent
from foundation.accounts import services as accounts
from foundation.core.actor import Actor
from quality.models import Deviation, Nonconformance
from quality.services import decide_deviation, decide_disposition, mark_executed, raise_nonconformance
from quality.services.dispositions import Choice
from quality.services.places import Found
from shopfloor import services
from shopfloor.models import StepRecord, TestFile
from tests.factories.floor import Running, complete, parameter, record, report, started, step
from tests.factories.people import SETUP, actor_for, both
from tests.factories.records import built_plates, cut, plates, record_of, release, review, scope_of
from tests.shopfloor.test_serials import attach, blowers, recording
from tests.shopfloor.test_serials import built as assembled

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("TRC-10", "SEC-01")]
CHECKED = step(
    "20.10", "reading", parameter=parameter("width", "9.9", "10.1", above="nonconform_unit"), second="review"
)


def many_roles(run: Running) -> Actor:
    """One person with every role that could judge or work: what roles alone do not separate."""
    user = run.plant.user("releaser")
    for role in ("operator", "quality_engineer", "line_leader"):
        accounts.assign_role(actor=SETUP, user_id=user.pk, role=role)
    return actor_for(user, station="BENCH-1")


def started_plates() -> Running:
    run = plates(2)
    cut(run, 2)
    return run


def finish(run: Running, *, good: int = 2) -> None:
    card = run.card(20)
    report(run, card, good)
    complete(run, card)


def performed() -> Running:
    run = started_plates()
    person = many_roles(run)
    card = started(run, 20)
    services.read_card(actor=person, card_id=card.pk)
    services.clock_in(actor=person, card_id=card.pk)
    record(run, card, "20.10", "10", 1, actor=person)
    record(run, card, "20.10", "10", 2)
    services.clock_out(actor=person, card_id=card.pk)
    finish(run)
    return run


def reported() -> Running:
    run = started_plates()
    person = many_roles(run)
    card = started(run, 20)
    for piece in (1, 2):
        record(run, card, "20.10", "10", piece)
    services.read_card(actor=person, card_id=card.pk)
    services.clock_in(actor=person, card_id=card.pk)
    report(run, card, 2, actor=person)
    complete(run, card)
    return run


def worked() -> Running:
    run = started_plates()
    person = many_roles(run)
    card = started(run, 20)
    services.read_card(actor=person, card_id=card.pk)
    services.clock_in(actor=person, card_id=card.pk)
    services.clock_out(actor=person, card_id=card.pk)
    for piece in (1, 2):
        record(run, card, "20.10", "10", piece)
    finish(run)
    return run


def checked() -> Running:
    run = plates(1, step=CHECKED)
    cut(run, 1)
    person = many_roles(run)
    card = started(run, 20)
    made = record(run, card, "20.10", "10", 1)
    services.second_check(actor=person, record_id=made.record.pk, look=services.Look(agreed=True))
    finish(run, good=1)
    return run


def inspected() -> Running:
    run = plates(1, first_piece="start")
    cut(run, 1)
    person = many_roles(run)
    card = started(run, 20)
    record(run, card, "20.10", "10", 1)
    services.accept_first_piece(actor=person, card_id=card.pk, accepted=True)
    finish(run, good=1)
    return run


def let_go_on() -> Running:
    run = started_plates()
    card = started(run, 20)
    stopped = services.report_what_happened(actor=run.plant.operator, card_id=card.pk, what_happened="It fell")
    decide_deviation(
        actor=run.plant.quality, deviation_id=stopped.pk, accepted=True, decision="No harm",
        credentials=run.plant.sign("quality"),
    )  # fmt: skip
    services.unblock_card(actor=many_roles(run), card_id=card.pk, reason="Looked at")
    return run


def excluded() -> Running:
    run = blowers(1)
    assembled(run, 1)
    card = started(run, 60, unit=1)
    attach(run, card, recording(21818))
    services.exclude_sample(
        actor=many_roles(run), test_file_id=TestFile.objects.get().pk, rows=[257], reason="Recorder glitch"
    )
    return run


def corrected() -> Running:
    run = built_plates(2)
    entry = StepRecord.objects.get(step_key="20.10", unit_no=2)
    asked = services.request_correction(actor=run.plant.leader, record_id=entry.pk, new_value="10.01", reason="Misread")
    person = many_roles(run)
    services.approve_correction(
        actor=person, correction_id=asked.pk, credentials=both(run.plant.user("releaser")), note="Seen"
    )
    return run


def _oversize(run: Running) -> Nonconformance:
    card = started(run, 20)
    record(run, card, "20.10", "10", 1)
    record(run, card, "20.10", "10.5", 2, confirm_out_of_limits=True)
    return Nonconformance.objects.get()


def _decide(run: Running, kind: str) -> None:
    person, found = many_roles(run), Nonconformance.objects.get()
    met = True if kind == "concession" else None
    choice = Choice(kind=kind, quantity=Decimal(1), justification="Judged", regulatory_requirements_met=met)
    decided = decide_disposition(
        actor=person, nonconformance_id=found.pk, choice=choice, credentials=both(run.plant.user("releaser"))
    )
    mark_executed(actor=run.plant.quality, disposition_id=decided.pk)


def disposed() -> Running:
    run = started_plates()
    _oversize(run)
    _decide(run, "concession")
    finish(run)
    return run


def scrapped() -> Running:
    run = started_plates()
    _oversize(run)
    _decide(run, "scrap")
    finish(run, good=1)
    return run


def _deviation(run: Running, *, accepted: bool) -> Running:
    card = started(run, 20)
    record(run, card, "20.10", "10", 1)
    record(run, card, "20.10", "9.5", 2, confirm_out_of_limits=True)
    person = many_roles(run)
    decide_deviation(
        actor=person, deviation_id=Deviation.objects.get().pk, accepted=accepted, decision="Judged",
        credentials=both(run.plant.user("releaser")),
    )  # fmt: skip
    finish(run)
    return run


def accepted_deviation() -> Running:
    return _deviation(started_plates(), accepted=True)


def rejected_deviation() -> Running:
    return _deviation(started_plates(), accepted=False)


def raised() -> Running:
    run = built_plates(2)
    person = many_roles(run)
    raise_nonconformance(
        actor=person, source="report", lot_id=run.batch.lot_id, quantity=Decimal(1), unit="pcs", defect_code="scratch",
        description="Scratched", found=Found(order_number=run.order.number),
    )  # fmt: skip
    return run


def nothing() -> Running:
    run = built_plates(2)
    many_roles(run)
    return run


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (performed, "performed"), (reported, "reported"), (worked, "worked"), (checked, "checked"),
        (inspected, "inspected"), (let_go_on, "let-go-on"), (excluded, "excluded"),
        (corrected, "corrected"), (disposed, "disposed"),
        (accepted_deviation, "accepted-deviation"), (raised, "raised"),
    ],
)  # fmt: skip
def test_each_part_bars_as_the_table_says(made: Callable[[], Running], code: str) -> None:
    run = made()
    scope = scope_of(run)
    person = run.plant.user("releaser").pk
    [part] = [one for one in PARTS if one.code == code]
    assert person in set(part.who(scope))
    for what in (REVIEW, RELEASE):
        decision = is_independent(person, scope, what)
        assert decision.allowed is (what not in part.bars)
        assert is_independent(run.plant.user("quality2").pk, scope, what).allowed


@pytest.mark.parametrize("made", [nothing, scrapped, rejected_deviation])
def test_what_lets_nothing_through_bars_nobody(made: Callable[[], Running]) -> None:
    run = made()
    scope, person = scope_of(run), run.plant.user("releaser").pk
    assert is_independent(person, scope, REVIEW).allowed
    assert is_independent(person, scope, RELEASE).allowed


def test_the_services_ask_it_and_nothing_changes() -> None:
    run = corrected()
    with pytest.raises(NotIndependent) as refused:
        review(run)
    assert str(refused.value.reason) == (
        "You do not review this record: you asked for or approved a correction of this record."
    )
    assert (record_of(run).state, RecordVersion.objects.count()) == ("growing", 0)
    accounts.assign_role(actor=SETUP, user_id=run.plant.user("quality2").pk, role="qa_releaser")
    review(run, name="quality2")
    with pytest.raises(NotIndependent):
        release(run)
    assert (record_of(run).state, record_of(run).releases.count()) == ("reviewed", 0)
    assert release(run, name="quality2").quantity == Decimal(2)
