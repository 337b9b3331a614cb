"""What a release is refused on (domain.md), each from real data through the services; the rest is in the files beside."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dhr import services as dhr
from dhr.exceptions import NotReleasable
from dhr.models import Release
from foundation.core.errors import TransitionNotAllowed
from foundation.records.models import LedgerEntry
from quality.models import Nonconformance
from quality.services import decide_disposition, mark_executed
from quality.services.dispositions import Choice
from resources.inventory import services as inventory
from resources.inventory.models import HoldTarget
from shopfloor import services
from shopfloor.models import StepRecord
from tests.factories.floor import record, report, started
from tests.factories.records import blockers, built_plates, codes, cut, plates, record_of, release, review

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("TRC-09", "TRC-10")]


def test_operations_that_are_open_and_pieces_on_them() -> None:
    run = plates(2)
    cut(run, 2)
    assert codes(run) == ["operation-open", "pieces-open"]
    with pytest.raises(NotReleasable) as refused:
        review(run)
    assert refused.value.details["blockers"][0]["text"] == "Operation 20 is not completed."
    kept = LedgerEntry.objects.get(verb="dhr.record.reviewed", outcome="refused")
    assert kept.data["code"] == "not-releasable"


def test_a_disposition_that_is_decided_and_not_carried_out() -> None:
    run = plates(2)
    cut(run, 2)
    card = started(run, 20)
    record(run, card, "20.10", "10", 1)
    record(run, card, "20.10", "10.5", 2, confirm_out_of_limits=True)
    report(run, card, 1)
    services.complete_card(actor=run.plant.operator, card_id=card.pk, credentials=run.plant.sign("operator"))
    found = Nonconformance.objects.get()
    assert codes(run) == ["nonconformance-open"]
    decided = decide_disposition(
        actor=run.plant.quality, nonconformance_id=found.pk, credentials=run.plant.sign("quality"),
        choice=Choice(kind="scrap", quantity=Decimal(1), justification="Too wide"),
    )  # fmt: skip
    assert codes(run) == ["nonconformance-open"]
    mark_executed(actor=run.plant.quality, disposition_id=decided.pk)
    assert codes(run) == []


def test_a_correction_that_waits_for_approval() -> None:
    run = built_plates(1)
    entry = StepRecord.objects.get(step_key="20.10")
    asked = services.request_correction(actor=run.plant.leader, record_id=entry.pk, new_value="10.01", reason="Misread")
    assert codes(run) == ["correction-open"]
    services.refuse_correction(
        actor=run.plant.quality, correction_id=asked.pk, credentials=run.plant.sign("quality"), note="It stands"
    )
    assert codes(run) == []


def test_acts_after_the_review_of_the_audit_trail() -> None:
    run = built_plates(1)
    assert codes(run, for_release=True) == ["trail-not-reviewed"]
    review(run)
    assert codes(run, for_release=True) == []
    hold = inventory.place_hold(actor=run.plant.quality, target=HoldTarget.lot(run.batch.lot_id), reason="A question")
    inventory.lift_hold(actor=run.plant.quality, hold_id=hold.pk, reason="Answered")
    [blocker] = blockers(run, for_release=True)
    assert (blocker.code, blocker.text[:1]) == ("trail-not-reviewed", "2")
    with pytest.raises(NotReleasable) as refused:
        release(run)
    assert [one["code"] for one in refused.value.details["blockers"]] == ["trail-not-reviewed"]
    assert not Release.objects.exists()
    dhr.reopen_record(actor=run.plant.releaser, record_id=record_of(run).pk, reason="Look at what came since")
    review(run)
    assert release(run).quantity == Decimal(1)


def test_a_component_that_is_held_since_it_was_consumed() -> None:
    run = built_plates(1)
    review(run)
    acrylic = StepRecord.objects.get(step_key="10.10").stock_unit
    hold = inventory.place_hold(
        actor=run.plant.quality, target=HoldTarget.lot(acrylic.lot_id), reason="The supplier calls it back"
    )
    with pytest.raises(NotReleasable) as refused:
        release(run)
    [held] = [one for one in refused.value.details["blockers"] if one["code"] == "component-held"]
    assert (acrylic.lot.number in held["text"], held["record"]["id"]) == (True, hold.pk)
    assert not Release.objects.exists()
    inventory.lift_hold(actor=run.plant.quality, hold_id=hold.pk, reason="Not this lot")
    assert "component-held" not in codes(run, for_release=True)


def test_a_record_that_nobody_reviewed() -> None:
    run = built_plates(1)
    with pytest.raises(TransitionNotAllowed):
        release(run)
    assert (record_of(run).state, Release.objects.count()) == ("growing", 0)
