"""Stock made here goes in before its release only under a signed deviation; the parent's record waits for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dhr.compile import record_content
from dhr.exceptions import NotReleasable
from quality.exceptions import OwnWork
from quality.models import Deviation
from quality.services import decide_deviation
from resources.inventory import services as inventory
from resources.inventory.models import GenealogyLink, HoldTarget, StockUnit
from shopfloor import services
from shopfloor.exceptions import GateClosed, NotPossible
from tests.factories.floor import (
    Running,
    complete,
    dispatched,
    line,
    made_item,
    operation,
    process_card,
    record,
    report,
    scan,
    started,
    step,
)
from tests.factories.records import built_plates, codes, cut, plates, record_of, release, review, scope_of
from tests.shopfloor.test_refusals import refused

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("TRC-10", "TRC-09")]


def blower(made_from: Running, count: int = 2) -> Running:
    """Serials that take one plate each."""
    plate, made = made_item("PLATE"), made_item("BLOWER", "serial")
    process_card(
        made,
        [operation(40, step("40.10", "material_scan", materials=["A7"]), step("40.20", "checklist"))],
        [line("A7", plate, "1", 40)],
    )
    return dispatched(made, count, made_from.plant, serials=tuple(f"SN-{n}" for n in range(1, count + 1)))


def container(run: Running) -> StockUnit:
    return StockUnit.objects.get(pk=run.batch.stock_unit_id)


def asked(run: Running, card: Any, code: str) -> Deviation:
    return services.ask_to_open(
        actor=run.plant.operator, card_id=card.pk, refused_code="component-unreleased",
        why="The line waits for the signature", container=code,
    )  # fmt: skip


def accept(run: Running, deviation: Deviation, name: str = "quality", *, accepted: bool = True) -> None:
    decide_deviation(
        actor=getattr(run.plant, name), deviation_id=deviation.pk, accepted=accepted, decision="Segregated and marked",
        credentials=run.plant.sign(name),
    )  # fmt: skip


def build(run: Running, unit: int, code: str) -> None:
    card = run.card(40, unit)
    scan(run, card, code)
    record(run, card, "40.20", "ok", unit)
    report(run, card, 1)
    complete(run, card)


def at_risk(unit: int = 1) -> tuple[Running, Running]:
    """Plates that are made and not released, one of which went into a blower under a signed deviation."""
    made = built_plates(2)
    run = blower(made, 1)
    card = started(run, 40, unit=unit)
    accept(run, asked(run, card, container(made).container))
    build(run, unit, container(made).container)
    return made, run


def test_unreleased_stock_of_our_own_is_refused_and_quality_can_open_for_this_card_and_lot() -> None:
    made = built_plates(2)
    run = blower(made)
    card, other = started(run, 40, unit=1), started(run, 40, unit=2)
    code = container(made).container
    with refused("component-unreleased", GateClosed) as caught:
        scan(run, card, code)
    [gate] = caught.value.details["gates"]
    assert (gate["override"], gate["evidence"]["batch"]) == ("quality.decide_deviation", made.batch.number)
    deviation = asked(run, card, code)
    with refused("component-unreleased", GateClosed):  # asked is not accepted
        scan(run, card, code)
    accept(run, deviation)
    scan(run, card, code)
    link = GenealogyLink.objects.get(produced_lot__serial="SN-1", kind="consume")
    assert (link.quantity, container(made).quantity, container(made).status) == (Decimal(1), Decimal(1), "in_process")
    with refused("component-unreleased", GateClosed):  # for this card only
        scan(run, other, code)


def test_it_opens_for_no_other_lot() -> None:
    made, second = built_plates(1), None
    run = blower(made, 1)
    second = built_plates(1, made.plant)
    card = started(run, 40, unit=1)
    accept(run, asked(run, card, container(made).container))
    with refused("component-unreleased", GateClosed):
        scan(run, card, container(second).container)


def test_who_asked_does_not_decide_and_a_rejected_one_opens_nothing() -> None:
    made = built_plates(1)
    run = blower(made, 1)
    card = started(run, 40, unit=1)
    code = container(made).container
    own = services.ask_to_open(
        actor=run.plant.quality, card_id=card.pk, refused_code="component-unreleased", why="Hurry", container=code
    )
    with pytest.raises(OwnWork):
        accept(run, own)
    accept(run, own, "quality2", accepted=False)
    with refused("component-unreleased", GateClosed):
        scan(run, card, code)


def test_what_is_never_opened() -> None:
    """A batch that is still made, held or rejected stock; and nobody can ask for it."""
    unfinished = plates(2)
    cut(unfinished, 2)
    run = blower(unfinished, 1)
    card = started(run, 40, unit=1)
    with refused("not-released", GateClosed):
        scan(run, card, container(unfinished).container)
    made = built_plates(1, unfinished.plant)
    inventory.place_hold(actor=run.plant.quality, target=HoldTarget.lot(made.batch.lot_id), reason="Look again")
    with refused("held", GateClosed):
        scan(run, card, container(made).container)
    rejected = built_plates(1, unfinished.plant)
    inventory.reject_stock(actor=run.plant.quality, stock_unit_id=rejected.batch.stock_unit_id, reason="Bent")
    with refused("not-released", GateClosed):
        scan(run, card, container(rejected).container)
    for code in ("not-released", "held", "expired", "wrong-item"):
        with refused("never-opened", NotPossible):
            services.ask_to_open(
                actor=run.plant.operator, card_id=card.pk, refused_code=code, why="Hurry",
                container=container(made).container,
            )  # fmt: skip
    assert not Deviation.objects.exists()


@pytest.mark.requirement("TRC-03")
def test_the_parents_record_tells_it_and_waits_for_the_other() -> None:
    made, run = at_risk()
    review(run, "SN-1")
    content = record_content(scope_of(run, "SN-1"))
    [told] = [one for one in content["exceptions"] if one["code"] == "component-unreleased"]
    assert (told["resolution"], told["record"]["number"]) == ("not released yet", record_of(made).number)
    assert Deviation.objects.get().number in told["text"]
    assert [(one["number"], one["content_hash"]) for one in content["sub_records"]] == [(record_of(made).number, "")]
    with pytest.raises(NotReleasable) as refused_release:
        release(run, "SN-1")
    assert [one["code"] for one in refused_release.value.details["blockers"]] == ["component-unreleased"]
    assert record_of(run, "SN-1").state == "reviewed"

    review(made)
    assert release(made).quantity == Decimal(2)  # the one that is there, and the one that was used
    assert container(made).status == "released"
    assert release(run, "SN-1").quantity == Decimal(1)
    after = record_content(scope_of(run, "SN-1"))
    [told] = [one for one in after["exceptions"] if one["code"] == "component-unreleased"]
    assert told["resolution"] == "released since"
    assert after["sub_records"][0]["content_hash"] == record_of(made).releases.get().version.content_hash


def test_a_batch_that_is_wholly_built_in_is_released_all_the_same() -> None:
    made = built_plates(1)
    run = blower(made, 1)
    card = started(run, 40, unit=1)
    accept(run, asked(run, card, container(made).container))
    build(run, 1, container(made).container)
    assert container(made).quantity == 0
    review(made)
    assert codes(made, for_release=True) == []
    assert (release(made).quantity, record_of(made).state) == (Decimal(1), "released")


def test_a_hold_on_the_used_lot_stops_both_records() -> None:
    made, run = at_risk()
    hold = inventory.place_hold(actor=run.plant.quality, target=HoldTarget.lot(made.batch.lot_id), reason="Look again")
    assert codes(run, "SN-1") == ["component-held"]
    review(made)
    with pytest.raises(NotReleasable):
        release(made)
    inventory.lift_hold(actor=run.plant.quality, hold_id=hold.pk, reason="Good")
    assert codes(run, "SN-1") == []


def test_serials_done_together_need_a_decision_each() -> None:
    made = built_plates(2)
    plate, item_made = made_item("PLATE"), made_item("PAIR", "serial")
    process_card(
        item_made, [operation(40, step("40.10", "material_scan", materials=["A7"]))], [line("A7", plate, "1", 40)]
    )
    run = dispatched(item_made, 2, made.plant, serials=("P-1", "P-2"))
    code = container(made).container
    for unit in (1, 2):
        services.read_card(actor=run.plant.operator, card_id=run.card(40, unit).pk)

    def together() -> Any:
        return services.complete_units(
            actor=run.plant.operator, batch_id=run.batch.pk, operation=40, units=[1, 2],
            containers={"A7": [code]}, credentials=run.plant.sign("operator"),
        )  # fmt: skip

    accept(run, asked(run, run.card(40, 1), code))
    with refused("component-unreleased", GateClosed):
        together()
    accept(run, asked(run, run.card(40, 2), code))
    assert together().links == 2
    assert codes(run, "P-1") == []
    assert codes(run, "P-2", for_release=True) == ["component-unreleased", "trail-not-reviewed"]


@pytest.mark.requirement("FLR-22")
def test_the_tablet_offers_to_ask_quality_with_the_container_filled_in() -> None:
    made = built_plates(1)
    run = blower(made, 1)
    card = started(run, 40, unit=1)
    code = container(made).container
    client = Client()
    client.force_login(run.plant.user("operator"), backend="foundation.accounts.backends.PlantBackend")
    address = reverse("shopfloor:ask", args=[card.pk])
    page = client.post(reverse("shopfloor:scan", args=[card.pk]), {"code": code, "step_key": "40.10", "unit_no": "1"})
    text = page.content.decode()
    assert page.status_code == 409
    assert f"{address}?refused_code=component-unreleased&amp;container={code}" in text
    assert reverse("shopfloor:happened", args=[card.pk]) in text
    form = {"refused_code": "component-unreleased", "container": code, "why": "The line waits"}
    assert client.get(address, form).status_code == 200
    assert client.post(address, {**form, "why": ""}).status_code == 200
    assert client.post(address, form).status_code == 302
    deviation = Deviation.objects.get()
    assert (deviation.gate, deviation.gate_code, deviation.details["container"]) == (
        "material", "component-unreleased", code,
    )  # fmt: skip
