"""The tablet and the desk of the floor, page by page: what is shown, done and refused, and that nothing entered is lost."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.html import escape

from bom.models import Item
from foundation.accounts.services import issue_badge, register_station
from foundation.accounts.web import STATION_COOKIE
from foundation.core.canonical import content_hash
from foundation.core.errors import Refusal
from quality.models import Deviation, Nonconformance
from resources.inventory import services as inventory
from resources.inventory.models import HoldTarget
from routing.models import ProcessCard
from shopfloor import services
from shopfloor.content import card_content
from shopfloor.models import Correction, SecondCheck, StepRecord, WorkCard, WorkOrder
from shopfloor.selectors import card_balance, what_dispatch_makes
from shopfloor.selectors.orders import ToDispatch
from tests.factories.floor import (
    Running,
    complete,
    dispatched,
    line,
    made_item,
    operation,
    parameter,
    plant,
    process_card,
    qualify,
    read,
    record,
    report,
    scan,
    started,
    step,
)
from tests.factories.people import PIN, SECRET, SETUP, site
from tests.factories.signing import dialog_on
from tests.factories.stock import item, released
from tests.shopfloor.venturi import venturi

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Running:
    """Op 10 scans resin, op 30 reams with a loop, op 50 ticks."""
    return venturi()


def client_of(run: Running, name: str = "operator") -> Client:
    client = Client()
    client.force_login(run.plant.user(name))
    return client


def text_of(answer: Any) -> str:
    assert answer.headers.get("Content-Type", "").startswith("text/html")
    return re.sub(r"\s+", " ", answer.content.decode())


def at_station(client: Client) -> Client:
    """The device is a station, so that a second person may act by badge and PIN."""
    token = register_station(actor=SETUP, code="BENCH-9", name={"en": "Bench"}, site=site(), work_center="BENCH")[1]
    client.cookies[STATION_COOKIE] = token
    return client


def badge(run: Running, name: str) -> dict[str, str]:
    code = f"B-{name.upper()}"
    issue_badge(actor=SETUP, user_id=run.plant.user(name).pk, code=code)
    return {"identity": code, "secret": PIN}


def post(client: Client, card: WorkCard, what: str, **data: Any) -> Any:
    return client.post(f"/shop/cards/{card.pk}/{what}/", {"key": uuid4(), **data})


def page(client: Client, card: WorkCard, what: str = "") -> str:
    answer = client.get(f"/shop/cards/{card.pk}/{what}")
    assert answer.status_code == 200
    return text_of(answer)


@pytest.mark.requirement("FLR-01", "PLT-01")
def test_one_card_from_the_traveller_to_the_signature(run: Running) -> None:
    client, card = client_of(run), run.card(10)
    opened = client.post("/shop/open/", {"code": run.traveller().code})
    assert opened.url == f"/shop/cards/{card.pk}/"
    assert "I have read it" in page(client, card)
    post(client, card, "read")
    assert "Everything is ready: start" in page(client, card)
    post(client, card, "start")
    assert "Scan our container label" in page(client, card)
    resin = released("RESIN", "500", "g")
    assert post(client, card, "scan", step_key="10.10", code=resin.container).status_code == 302
    assert "Report what came out" in page(client, card)
    answer = post(client, card, "report", **{f"piece-{number}": "good" for number in range(1, 6)})
    assert answer.status_code == 302
    assert (card_balance(card).good, card_balance(card).here) == (5, 0)
    asked = page(client, card)
    assert "All done: sign the card" in asked
    content = content_hash(card_content(card))
    assert (f"SHA-256 {content[:12]}…" in asked, f'name="shown" value="{content}"' in asked) == (True, True)
    said = re.sub(r"<[^>]+>", "", asked.split("What I sign")[1])
    assert f"{resin.container} · 100g R1" in re.sub(r" +", " ", said)  # what is signed, not that something is
    seen = dialog_on(client, f"/shop/cards/{card.pk}/", "/complete/")
    wrong = post(client, card, "complete", identity="operator", secret="nope", **seen)
    assert wrong.status_code == 403
    assert WorkCard.objects.get(pk=card.pk).state == "running"
    post(client, card, "complete", identity="operator", secret=SECRET, **seen)
    assert WorkCard.objects.get(pk=card.pk).state == "completed"
    assert "This card is completed" in page(client, card)
    late = page(client, card, "complete/")  # of a tab that stood open
    assert ("This card is completed" in late, "All done: sign the card" in late) == (True, False)


def reaming(run: Running) -> WorkCard:
    """Operation 30 runs, its first step is done."""
    resin = released("RESIN", "500", "g")
    first = started(run, 10)
    scan(run, first, resin.container)
    report(run, first, 5)
    complete(run, first)
    qualify(run.plant.user("operator"), "bench")
    card = started(run, 30)
    record(run, card, "30.10", "done")
    return card


@pytest.mark.requirement("FLR-05", "FLR-06")
def test_out_of_limits_asks_once_and_keeps_what_was_typed(run: Running) -> None:
    card, client = reaming(run), client_of(run)
    asked = post(client, card, "record", step_key="30.20", unit_no=1, value="5.15")
    assert asked.status_code == 422
    assert "Out of limits: is it right?" in text_of(asked)
    assert 'name="value" value="5.15"' in text_of(asked)
    assert not StepRecord.objects.filter(unit_no=1).exists()
    corrected = post(client, card, "record", step_key="30.20", unit_no=1, value="5.15", decision="correct")
    assert 'value="5.15"' in text_of(corrected)
    assert not StepRecord.objects.filter(unit_no=1).exists()
    key = uuid4()
    for _twice in range(2):  # a double press is one entry
        done = post(client, card, "record", step_key="30.20", unit_no=1, value="5,50", key=key)
        assert done.status_code == 302
    assert StepRecord.objects.get(unit_no=1).value == "5.50"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("５.５０", "5.50"),
        ("5．５1", "5.51"),
        ("5,５0", "5.50"),
        ("5，51", "5.51"),
        (" 5.5 ", "5.5"),
        ("+5.50", "5.50"),
    ],
)
def test_a_number_is_read_as_the_desk_reads_it_and_keeps_its_zeros(run: Running, typed: str, kept: str) -> None:
    card, client = reaming(run), client_of(run)
    done = post(client, card, "record", step_key="30.20", unit_no=1, value=typed)
    assert done.status_code == 302
    made = StepRecord.objects.get(unit_no=1)
    assert (made.value, made.number) == (kept, Decimal(kept))
    assert f"Recorded: {kept} mm, within limits." in page(client, card)


def test_what_is_not_a_number_stays_refused_on_the_tablet(run: Running) -> None:
    card, client = reaming(run), client_of(run)
    for typed in ("5.5.0", "1e1", "five", "5,5,0", "٥٫٥", ""):
        refused = post(client, card, "record", step_key="30.20", unit_no=1, value=typed)
        assert refused.status_code == 422, typed
    assert not StepRecord.objects.filter(unit_no=1).exists()


@pytest.mark.requirement("FLR-06", "QMS-06")
def test_confirmed_out_of_limits_says_what_happens_now(run: Running) -> None:
    card, client = reaming(run), client_of(run)
    over = post(client, card, "record", step_key="30.20", unit_no=1, value="5.62", decision="confirm")
    shown = text_of(client.get(over.url))
    assert "Piece 1 is split off and held" in shown
    assert Nonconformance.objects.get().number in shown
    under = post(client, card, "record", step_key="30.20", unit_no=2, value="5.40", decision="confirm")
    assert "Attempt 2 of 3" in text_of(client.get(under.url))


def test_a_closed_gate_shows_its_reason_and_the_way_to_report(run: Running) -> None:
    card, client = run.card(10), client_of(run)
    post(client, card, "read")
    post(client, card, "start")
    wrong = released("OTHER", "5", "g")
    answer = post(client, card, "scan", step_key="10.10", code=wrong.container)
    assert answer.status_code == 409
    shown = text_of(answer)
    assert 'data-code="wrong-item"' in shown
    assert f"/shop/cards/{card.pk}/happened/?refused_code=wrong-item" in shown
    assert shown.count(f"{wrong.container} holds OTHER") == 1  # the reason is said once
    assert not StepRecord.objects.exists()
    told = post(client, card, "happened", what_happened="It was in the tank already", refused_code="wrong-item")
    assert told.status_code == 302
    assert Deviation.objects.get().description.endswith("It was in the tank already")
    assert "Stopped: quality decides" in page(client, card)


def test_at_the_scan_it_is_said_that_another_container_expires_earlier(run: Running) -> None:
    card, client = run.card(10), client_of(run)
    post(client, card, "read")
    post(client, card, "start")
    later = released("RESIN", "500", "g", supplier_lot="S-2", expires_on=date(2081, 1, 1))
    early = released("RESIN", "500", "g", supplier_lot="S-1", expires_on=date(2080, 1, 1))
    assert post(client, card, "scan", step_key="10.10", code=later.container).status_code == 302
    said = f"Another container expires earlier: {early.container}, 1 Jan 2080."
    assert said in page(client, card)
    assert StepRecord.objects.get().evidence["advice"]["container"] == early.container
    assert said not in page(client, card)


def test_a_hold_placed_meanwhile_shows(run: Running) -> None:
    card, client = reaming(run), client_of(run)
    seen = re.search(r"live/\?seen=(\w+)", page(client, card))
    assert seen is not None
    live = f"/shop/cards/{card.pk}/live/?seen={seen[1]}"
    assert client.get(live).status_code == 204
    inventory.place_hold(actor=run.plant.quality, target=HoldTarget.lot(run.batch.lot_id), reason="Doubtful resin")
    answer = client.get(live)
    assert answer.status_code == 200
    assert "Doubtful resin" in text_of(answer)
    assert "Stop: this card is held" in page(client, card)


def test_change_of_shift(run: Running) -> None:
    card, client = reaming(run), client_of(run)
    post(client, card, "hand-over", machine_state="Clean", note="Five are left")
    assert "Next person: badge in" in page(client, card)
    qualify(run.plant.user("operator2"), "bench")
    second = client_of(run, "operator2")
    assert "I have read it" in page(second, card)
    read(run.plant, card, "operator2")
    shown = page(second, card)
    assert "Five are left" in shown
    handover = re.search(r"handover/(\d+)/", shown)
    assert handover is not None
    refused = post(second, card, f"handover/{handover[1]}", answer="dispute")
    assert refused.status_code == 422
    post(second, card, f"handover/{handover[1]}", answer="accept")
    assert WorkCard.objects.get(pk=card.pk).state == "running"


def checked_run(**more: Any) -> Running:
    """One operation whose reading a second person checks."""
    who = plant()
    made = made_item("VALVE")
    process_card(
        made,
        [operation(10, step("10.10", "reading", parameter=parameter("bore", "1", "2"), **more), hold_point=False)],
    )
    return dispatched(made, 1, who)


@pytest.mark.requirement("FLR-09")
def test_another_person_measures_blind_without_logging_the_performer_out() -> None:
    run = checked_run(second="remeasure")
    card = started(run, 10)
    record(run, card, "10.10", "1.52", 1)
    client = at_station(client_of(run))
    shown = page(client, card)
    assert "Another person measures again" in shown
    assert "1.52" not in shown
    made = StepRecord.objects.get()
    own = post(client, card, f"check/{made.pk}", value="1.50", **badge(run, "operator"))
    assert own.status_code == 403
    assert 'data-code="same-person"' in text_of(own)
    done = post(client, card, f"check/{made.pk}", value="1.50", **badge(run, "operator2"))
    assert done.status_code == 302
    check = SecondCheck.objects.get()
    assert (check.checker.username, check.agreed) == ("operator2", True)
    assert "Report what came out" in page(client, card)


def test_a_witness_signs_with_both_components() -> None:
    run = checked_run(second="witness")
    card = started(run, 10)
    made = record(run, card, "10.10", "1.52", 1).record
    client = at_station(client_of(run))
    assert "A witness looks and signs" in page(client, card)
    run.plant.user("operator2")
    seen = dialog_on(client, f"/shop/cards/{card.pk}/", f"/check/{made.pk}/")
    post(client, card, f"check/{made.pk}", identity="operator2", secret=SECRET, **seen)
    assert SecondCheck.objects.get().signature.signer.username == "operator2"


@pytest.mark.requirement("FLR-08")
def test_the_inspector_accepts_the_first_piece_at_the_tablet() -> None:
    run = venturi(first_piece="start")
    card, client = reaming(run), at_station(client_of(run))
    assert "piece 1 of 5" in page(client, card)
    post(client, card, "record", step_key="30.20", unit_no=1, value="5.50")
    assert "First piece: an inspector looks at it" in page(client, card)
    nobody = post(client, card, "first-piece", accepted="yes")
    assert nobody.status_code == 403
    post(client, card, "first-piece", accepted="yes", **badge(run, "quality"))
    assert WorkCard.objects.get(pk=card.pk).state == "running"


def test_a_forgotten_tick_is_asked_about(run: Running) -> None:
    who = plant()
    made = made_item("BOX")
    points = [{"value": "clean", "text": {"en": "Is clean"}}, {"value": "whole", "text": {"en": "Is whole"}}]
    process_card(made, [operation(10, step("10.10", "checklist", choices=points))])
    own = dispatched(made, 1, who)
    card, client = started(own, 10), client_of(own)
    asked = post(client, card, "record", step_key="10.10", unit_no=1, ticks=["clean"])
    assert "Not conforming: is it right?" in text_of(asked)
    assert "Is whole" in text_of(asked)
    assert not StepRecord.objects.exists()
    post(client, card, "record", step_key="10.10", unit_no=1, ticks=["clean", "whole"])
    assert StepRecord.objects.get().value == "ok"


def test_correct_ask_and_take_out(run: Running) -> None:
    card, client = reaming(run), client_of(run)
    made = record(run, card, "30.20", "5.50", 1).record
    assert "Correct" in page(client, card, "entries/")
    post(client, card, f"entries/{made.pk}/correct", value="5.51", reason="Read again")
    assert StepRecord.objects.get(corrects=made).value == "5.51"
    other = record(run, card, "30.20", "5.50", 2).record
    at_station(client)
    asked = post(
        client,
        card,
        f"entries/{other.pk}/correct",
        value="5.49",
        reason="Typed wrongly",
        ask="1",
        **badge(run, "leader"),
    )
    assert asked.status_code == 302
    assert Correction.objects.get().asked_by.username == "leader"
    quality = client_of(run, "quality")
    assert "Typed wrongly" in text_of(quality.get("/corrections/"))
    signed = {"identity": "quality", "secret": SECRET, "reason": "Checked"}
    address = f"/corrections/{Correction.objects.get().pk}/approve/"
    quality.post(address, {**signed, **dialog_on(quality, "/corrections/", address)})
    assert Correction.objects.get().state == "applied"


def test_scrap_needs_its_cause_and_keeps_the_choice(run: Running) -> None:
    card, client = reaming(run), client_of(run)
    others = {f"piece-{number}": "stay" for number in range(2, 6)}
    refused = post(client, card, "report", **{"piece-1": "scrap", "note": "Cracked", **others})
    assert refused.status_code == 422
    assert 'name="piece-1" value="scrap" checked' in text_of(refused)
    assert "Cracked" in text_of(refused)
    assert Nonconformance.objects.count() == 0
    post(client, card, "report", **{"piece-1": "scrap", "scrap_code": "surface", **others})
    assert (card_balance(card).held, card_balance(card).here) == (1, 4)


@pytest.mark.requirement("PLT-02")
def test_the_desk_plans_dispatches_and_shows() -> None:
    who = plant()
    part = item("SCREW", "pcs")
    made = made_item("BRACKET")
    process_card(made, [operation(10, step("10.10"))], [line("1", part, "2", 10)])
    run = dispatched(made, 1, who)
    client = client_of(run, "planner")
    form = {"item": made.pk, "quantity": "3", "kind": "production", "site": site().pk}
    planned = client.post("/orders/new/", form)
    order = WorkOrder.objects.order_by("-pk")[0]
    assert (planned.url, order.quantity) == (f"/orders/{order.pk}/", Decimal(3))
    bad = client.post("/orders/new/", {**form, "quantity": "-1"})
    assert bad.status_code == 422
    shown = re.sub(r"\s+", " ", text_of(client.get(f"/orders/{order.pk}/")))
    asked = "is pinned. This makes one batch of 3 pcs and prints 1 traveller; work cards: 1."
    assert asked in shown  # before anything is made
    assert not order.batches.exists()
    done = client.post(f"/orders/{order.pk}/act/dispatch/")
    assert done.url == f"/orders/{order.pk}/readiness/"
    for tab in ("", "readiness/", "travellers/", "quality/", "trail/"):
        assert order.number in text_of(client.get(f"/orders/{order.pk}/{tab}"))
    card = WorkCard.objects.get(order=order)
    for url in ("/orders/", "/batches/", "/board/", "/corrections/", f"/cards/{card.pk}/", "/"):
        assert client.get(url).status_code == 200, url
    assert client.post(f"/orders/{order.pk}/act/hold/", {"reason": ""}).status_code == 422
    client.post(f"/orders/{order.pk}/act/hold/", {"reason": "Wait"})
    client.post(f"/orders/{order.pk}/act/resume/", {"reason": "Go"})
    assert WorkOrder.objects.get(pk=order.pk).state == "dispatched"


def test_before_dispatch_the_page_says_why_nothing_can_be_made() -> None:
    who = plant()
    made = made_item("NO-CARD")
    order = services.plan_order(actor=who.planner, item_id=made.pk, quantity=Decimal(1), site_id=site().pk)
    client = client_of(dispatched(_with_card(), 1, who), "planner")
    with pytest.raises(Refusal) as refusal:
        services.dispatch_order(actor=who.planner, order_id=order.pk)
    assert escape(str(refusal.value.reason)) in text_of(client.get(f"/orders/{order.pk}/"))
    assert what_dispatch_makes(order) == ToDispatch(problem=str(refusal.value.reason))


def test_a_serial_order_makes_cards_and_a_traveller_for_each_serial() -> None:
    who = plant()
    made = made_item("SERIAL-3", "serial")
    process_card(made, [operation(10, step("10.10")), operation(20, step("20.10"), after=(10,))])
    order = services.plan_order(actor=who.planner, item_id=made.pk, quantity=Decimal(3), site_id=site().pk)
    said = what_dispatch_makes(order)
    done = services.dispatch_order(actor=who.planner, order_id=order.pk)
    assert (said.cards, said.travellers) == (len(done.cards), len(done.travellers)) == (6, 3)
    assert said.card_number == ProcessCard.objects.get(pk=done.order.process_card_id).number


def _with_card() -> Item:
    made = made_item("WITH-CARD")
    process_card(made, [operation(10, step("10.10"))])
    return made


def test_who_may_not_is_refused(run: Running) -> None:
    card = run.card(10)
    assert Client().get("/shop/").url.startswith("/accounts/badge/")
    assert client_of(run, "planner").get(f"/shop/cards/{card.pk}/").status_code == 403
    operator = client_of(run)
    assert operator.get("/orders/new/").status_code == 403
    assert operator.post(f"/orders/{run.order.pk}/act/cancel/", {"reason": "x"}).status_code == 403
    assert WorkOrder.objects.get(pk=run.order.pk).state == "dispatched"
    assert operator.post("/shop/open/", {"code": "T-NOPE"}).status_code == 422


@pytest.mark.parametrize("what", ["more/", "entries/", "happened/", "hand-over/", "inspect/", "report/", "complete/"])
def test_every_screen_opens(run: Running, what: str) -> None:
    card = reaming(run)
    assert card.number in page(client_of(run), card, what)


def test_pause_and_go_on(run: Running) -> None:
    card, client = reaming(run), client_of(run)
    assert post(client, card, "pause", reason="Break").url == "/shop/"
    assert "Break" in page(client, card)
    post(client, card, "resume")
    assert WorkCard.objects.get(pk=card.pk).state == "running"
