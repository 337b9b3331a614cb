"""A gauge found out of tolerance: the batches it measured are listed, judged one by one, and only then released (BEY-11)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from dhr.compile import record_content
from dhr.compile.units import quantities
from foundation.accounts import services as accounts
from foundation.alerts.models import Alert
from foundation.core import clock
from foundation.core.errors import NotValid, PermissionDenied, TransitionNotAllowed
from foundation.records.act import act
from foundation.records.models import Signature
from quality.exceptions import OwnWork
from quality.models import GaugeAssessment, Nonconformance
from quality.services import decide_assessment, decide_disposition, mark_executed
from quality.services.dispositions import Choice
from resources.equipment.models import Equipment
from resources.equipment.services import record_calibration
from shopfloor import services
from shopfloor.models import StepRecord
from tests.factories.floor import Plant, Running, complete, equipment, parameter, record, report, started, step
from tests.factories.people import SECRET, SETUP, actor_for, person
from tests.factories.records import blockers, codes, cut, plates, release, review, scope_of
from tests.factories.signing import dialog_on

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BEY-11")]
WIDTH = step("20.10", "reading", parameter=parameter("width", "9.0", "11.0", gauge_class="caliper"))


def measured(values: dict[int, str], who: Plant | None = None) -> Running:
    """Plates measured with the caliper CAL-1, which reads 0–150 mm."""
    if not Equipment.objects.filter(code="CAL-1").exists():
        gauge = equipment("CAL-1", "caliper", due_in=30, is_gauge=True)
        gauge.range_low, gauge.range_high, gauge.unit = Decimal(0), Decimal(150), "mm"

        with act(actor=SETUP, verb="tests.gauge"):
            gauge.save()
    run = plates(len(values), who, step=WIDTH)
    cut(run, len(values))
    card = started(run, 20)
    for piece, value in values.items():
        record(run, card, "20.10", value, piece, equipment_code="CAL-1")
    report(run, card, len(values))
    complete(run, card)
    return run


def calibrated(*, good: bool, days_ago: float = 0, **more: Any) -> Any:
    technician = actor_for(person(f"technician-{clock.now().timestamp()}", "technician"))
    gauge = Equipment.objects.get(code="CAL-1")
    return record_calibration(
        actor=technician, equipment_id=gauge.pk, done_at=clock.now() - timedelta(days=days_ago),
        as_found="as new" if good else "+0.04 mm", as_found_passed=good, passed=True,
        due=clock.today() + timedelta(days=90), certificate=f"K-{days_ago}", **more,
    )  # fmt: skip


def judge(
    run: Running, *, affected: bool, name: str = "quality", reason: str = "0.04 mm of 1 mm tolerance"
) -> GaugeAssessment:
    found = GaugeAssessment.objects.get(order_number=run.order.number, state="open")
    return decide_assessment(
        actor=getattr(run.plant, name), assessment_id=found.pk, affected=affected, reason=reason,
        credentials=run.plant.sign(name),
    )  # fmt: skip


def test_every_batch_measured_since_it_was_last_good_is_listed_and_blocked_until_it_is_judged() -> None:
    first = measured({1: "10.0", 2: "10.1"})
    second = measured({1: "9.9"}, first.plant)
    calibrated(good=False)
    rows = list(GaugeAssessment.objects.order_by("pk"))
    assert [(row.subject_number, len(row.readings), row.state) for row in rows] == [
        (first.batch.number, 2, "open"), (second.batch.number, 1, "open"),
    ]  # fmt: skip
    assert [(row["piece"], row["value"]) for row in rows[0].readings] == [(1, "10.0"), (2, "10.1")]
    assert Alert.objects.filter(rule="quality.gauge_assessment").count() == 2
    [blocker] = blockers(first)
    assert (blocker.code, blocker.record.number, "2 readings" in blocker.text) == (
        "gauge-out-of-tolerance", rows[0].number, True,
    )  # fmt: skip
    judge(first, affected=False)
    assert (codes(first), codes(second)) == ([], ["gauge-out-of-tolerance"])
    judge(second, affected=False)
    review(second)
    assert release(second).quantity == Decimal(1)


def test_the_record_tells_the_judgement_signed_over_the_readings() -> None:
    run = measured({1: "10.0"})
    calibrated(good=False)
    done = judge(run, affected=False)
    signature = Signature.objects.get(record_label="quality.gaugeassessment")
    assert (signature.meaning, signature.record_number, done.signature_id) == ("assessed", done.number, signature.pk)
    content = record_content(scope_of(run))
    [told] = [one for one in content["exceptions"] if one["code"] == "gauge-out-of-tolerance"]
    assert (told["person"], told["resolution"]) == ("Quality", "Not affected: 0.04 mm of 1 mm tolerance")
    [row] = content["gauge_assessments"]
    assert (row["gauge"], row["readings"], row["state"], row["decided_by"]) == ("CAL-1", 1, "not_affected", "Quality")
    assert any(one["record"] == done.number for one in content["signatures"])
    states = [(row.state, row.history_user_id) for row in done.history.order_by("history_id")]
    assert states == [("open", None), ("not_affected", run.plant.user("quality").pk)]


def test_only_what_lies_in_the_range_that_was_out_is_in_doubt() -> None:
    inside, outside = measured({1: "9.8", 2: "10.6"}), None
    outside = measured({1: "10.7"}, inside.plant)
    calibrated(good=False, doubt_low=Decimal("9.5"), doubt_high=Decimal("10.5"))
    [only] = GaugeAssessment.objects.all()
    assert [(row["piece"], row["value"]) for row in only.readings] == [(1, "9.8")]
    assert (codes(inside), codes(outside)) == (["gauge-out-of-tolerance"], [])


def test_what_was_measured_before_the_last_good_calibration_is_not_in_doubt() -> None:
    run = measured({1: "10.0"})
    calibrated(good=True)
    calibrated(good=False)
    assert not GaugeAssessment.objects.exists()
    assert codes(run) == []


def test_a_later_good_calibration_does_not_excuse_a_bad_one() -> None:
    run = measured({1: "10.0"})
    calibrated(good=False)
    calibrated(good=True)
    assert codes(run) == ["gauge-out-of-tolerance"]


def test_affected_pieces_are_held_where_they_lie_and_scrapped_or_conceded() -> None:
    run = measured({1: "10.0", 2: "10.9"})
    calibrated(good=False, doubt_low=Decimal("10.5"), doubt_high=Decimal("11"))
    judge(run, affected=True, reason="It may be 10.94 and more")
    found = Nonconformance.objects.get()
    assert (found.source, found.unit_numbers, found.stock_unit.quantity) == ("calibration", [2], Decimal(1))
    assert codes(run) == ["nonconformance-open"]
    decided = decide_disposition(
        actor=run.plant.quality2, nonconformance_id=found.pk, credentials=run.plant.sign("quality2"),
        choice=Choice(kind="scrap", quantity=Decimal(1), justification="Not to be known"),
    )  # fmt: skip
    mark_executed(actor=run.plant.quality2, disposition_id=decided.pk)
    sums = quantities(scope_of(run))
    assert (sums["good"], sums["scrap"], sums["balanced"]) == ("1", "1", True)
    assert codes(run) == []
    review(run)
    assert release(run).quantity == Decimal(1)


def test_a_reading_that_comes_to_light_later_is_judged_too() -> None:
    run = measured({1: "10.0"})
    failed = calibrated(good=False)
    judge(run, affected=False)
    late = StepRecord.objects.get(step_key="20.10")

    with act(actor=SETUP, verb="tests.late"):
        late.pk, late.idempotency_key, late._state.adding = None, uuid4(), True
        late.save(force_insert=True)
    assert codes(run) == ["gauge-out-of-tolerance"]
    with pytest.raises(PermissionDenied):
        services.list_batches_in_doubt(actor=run.plant.operator, calibration_id=failed.pk)
    [again] = services.list_batches_in_doubt(actor=run.plant.quality, calibration_id=failed.pk)
    assert [row["key"] for row in again.readings] == [f"r{late.pk}"]
    assert services.list_batches_in_doubt(actor=run.plant.quality, calibration_id=failed.pk) == []
    judge(run, affected=False)
    assert codes(run) == []


def test_who_measured_does_not_judge_and_a_judgement_is_made_once_with_a_reason() -> None:
    run = measured({1: "10.0"})
    calibrated(good=False)
    for role in ("quality_engineer",):
        accounts.assign_role(actor=SETUP, user_id=run.plant.user("operator").pk, role=role)
    with pytest.raises(OwnWork):
        judge(run, affected=False, name="operator")
    with pytest.raises(PermissionDenied):
        judge(run, affected=False, name="operator2")
    with pytest.raises((NotValid, TransitionNotAllowed)):
        judge(run, affected=False, reason=" ")
    assert GaugeAssessment.objects.get().state == "open"
    done = judge(run, affected=False)
    with pytest.raises(TransitionNotAllowed):
        decide_assessment(
            actor=run.plant.quality2, assessment_id=done.pk, affected=True, reason="No",
            credentials=run.plant.sign("quality2"),
        )  # fmt: skip
    assert not Nonconformance.objects.exists()


def test_a_range_in_doubt_belongs_to_a_gauge_that_was_out() -> None:
    measured({1: "10.0"})
    with pytest.raises(NotValid):
        calibrated(good=True, doubt_low=Decimal(1), doubt_high=Decimal(2))
    with pytest.raises(NotValid):
        calibrated(good=False, doubt_low=Decimal(3), doubt_high=Decimal(2))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_is_judged_on_screen(language: str) -> None:
    run = measured({1: "10.0"})
    calibrated(good=False)
    found = GaugeAssessment.objects.get()
    client = Client()
    client.cookies["django_language"] = language
    client.force_login(run.plant.user("quality"), backend="foundation.accounts.backends.PlantBackend")
    assert found.number in client.get(reverse("quality:assessment-list")).content.decode()
    page = client.get(reverse("quality:assessment", args=[found.number])).content.decode()
    assert ("Readings in doubt" if language == "en" else "存疑的读数") in page
    answer = client.post(
        reverse("quality:assessment-decide", args=[found.number]),
        {
            "affected": "no",
            "reason": "Far from the limit",
            "identity": "quality",
            "secret": SECRET,
            **dialog_on(client, reverse("quality:assessment", args=[found.number]), "/decide/"),
        },
    )
    assert answer.status_code == 302
    found.refresh_from_db()
    assert (found.state, found.reason) == ("not_affected", "Far from the limit")
    gauge = Equipment.objects.get(code="CAL-1")
    trace = reverse("shopfloor:gauge-trace", args=[found.calibration_id])
    assert trace in client.get(reverse("equipment:equipment", args=[gauge.pk])).content.decode()
    assert client.post(trace).status_code == 302
    assert GaugeAssessment.objects.count() == 1  # nothing new was measured, and nothing is asked twice
