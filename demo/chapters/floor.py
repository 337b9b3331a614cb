"""A3, second half: plates, then venturis with everything that goes wrong, then two blowers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from bom.models import Item
from demo.hands import STATION_OF, Hands
from demo.narrator import Narrator
from demo.people import at_desk, badge_in, secret_of
from foundation.accounts.models import Site
from foundation.core import clock
from quality import services as quality
from quality.models import Nonconformance
from quality.services.dispositions import Choice
from resources.inventory import services as inventory
from resources.inventory.models import HoldTarget, Place, StockUnit
from shopfloor import services as floor
from shopfloor.models import StepRecord, WorkCard
from shopfloor.selectors import card_balance, card_view
from shopfloor.services import Dispatched

TESTS = Path(__file__).resolve().parent.parent / "data" / "tests"
RECORDINGS = ("blower_flow-test-24000rpm.csv", "blower_flow-test-21818rpm.csv")


def make_order(story: Narrator, number: str, quantity: int, site: Site) -> Dispatched:
    """Plan and dispatch; the effective process card is pinned."""
    planner = at_desk("planner")
    order = floor.plan_order(
        actor=planner, item_id=Item.objects.get(number=number).pk, quantity=Decimal(quantity), site_id=site.pk
    )
    made = floor.dispatch_order(actor=planner, order_id=order.pk)
    travellers = ", ".join(traveller.code for traveller in made.travellers)
    story.did(
        "Zhang Min",
        f"dispatches {made.order.number}: {quantity} × {number}, batch {made.batch.number}, traveller {travellers}",
    )
    return made


def hands_for(card: WorkCard, username: str = "operator") -> Hands:
    return Hands(username, STATION_OF[card.work_center])


def run_plain(card: WorkCard, quantity: int, username: str = "operator") -> None:
    """A card on which nothing happens: start, work, first piece where asked, report, inspect where asked, sign."""
    card = WorkCard.objects.get(pk=card.pk)
    hands = hands_for(card, username)
    if card.state == "ready":
        hands.read_and_start(card)
    hands.work(card)
    accept_first(card)
    hands.work(card)
    inspect(card)
    hands.report(card, good=quantity)
    hands.complete(card)


def accept_first(card: WorkCard) -> None:
    """The inspector accepts the first piece, where the card asks for it."""
    if WorkCard.objects.get(pk=card.pk).state == "first_piece_pending":
        floor.accept_first_piece(
            actor=badge_in("quality", STATION_OF[card.work_center]), card_id=card.pk, accepted=True
        )


def inspect(card: WorkCard) -> None:
    """The final inspection of a hold point."""
    view = card_view(card, at_desk("quality"))
    if view.operation.raw.get("hold_point"):
        actor = badge_in("quality", STATION_OF[card.work_center])
        floor.inspect_card(actor=actor, card_id=card.pk, kind="final", accepted=True, note="Hold point")


def make_plates(story: Narrator, site: Site) -> Dispatched:
    """A lot of four adapter plates from the acrylic."""
    story.chapter("A3 Floor: a lot of adapter plates from the acrylic")
    made = make_order(story, "ADAPTER-PLATE", 4, site)
    for card in made.cards:
        run_plain(card, 4)
        story.did("Li Na", f"completes and signs {card.number}")
    return made


def make_venturis(story: Narrator, site: Site, expired: StockUnit, held: StockUnit) -> Dispatched:
    """Five venturis: refusals, a first piece, a typo, an oversize and an undersize throat, a wrong part, a correction."""
    story.chapter("A3 Floor: a lot of five venturis, and what goes wrong")
    made = make_order(story, "VENTURI", 5, site)
    cards = {card.operation: card for card in made.cards}
    _print_bodies(story, cards[10], expired, held)
    _refuse_out_of_order(story, cards[40])
    run_plain(cards[20], 5)
    story.did("Li Na", f"opens the sensor ports of five bodies on {cards[20].number}")
    _ream(story, cards[30], cards[40])
    _fit_nipples(story, cards[40])
    run_plain(cards[50], 4)
    story.did("Li Na", f"tests four venturis for leaks on {cards[50].number}; made 5, 4 are good")
    _correct_after_completion(story, cards[50])
    return made


def _print_bodies(story: Narrator, card: WorkCard, expired: StockUnit, held: StockUnit) -> None:
    trainee = hands_for(card, "trainee")
    floor.read_card(actor=trainee.actor, card_id=card.pk)
    story.refused(
        "Ana Silva",
        "starts the printer without the qualification",
        lambda: floor.start_card(actor=trainee.actor, card_id=card.pk, equipment_code="SLA-P1"),
        code="not-qualified",
    )
    hands = hands_for(card)
    hands.read_and_start(card)
    story.did("Li Na", f"reads the process card, scans the printer and starts {card.number}")
    hands.enter(card, "10.10", "ok")
    wrong = StockUnit.objects.filter(lot__item__number="5463K3").first()
    if wrong is None:
        raise AssertionError("no nipples in stock")
    story.refused("Li Na", "scans the nipples instead of the resin", lambda: hands.scan(card, wrong), code="wrong-item")
    story.refused("Li Na", "scans an expired resin", lambda: hands.scan(card, expired), code="expired")
    hold = inventory.place_hold(
        actor=at_desk("quality"), target=HoldTarget.stock_unit(held.pk), reason="Supplier notice under investigation"
    )
    story.did("Sofia Rossi", f"places {hold.number} on {held.container} while the card runs")
    story.refused("Li Na", "scans the held resin", lambda: hands.scan(card, held), code="held")
    hands.work(card)
    hands.report(card, good=5)
    hands.complete(card)
    story.did("Li Na", f"prints five bodies, reports and signs {card.number}")


def _refuse_out_of_order(story: Narrator, card: WorkCard) -> None:
    hands = hands_for(card)
    story.refused(
        "Li Na",
        "starts to fit nipples before the throat is reamed",
        lambda: floor.start_card(actor=hands.actor, card_id=card.pk),
        code="waiting",
    )


def _ream(story: Narrator, card: WorkCard, following: WorkCard) -> None:
    """First piece, an overdue gauge, a typo, an oversize piece, an undersize piece, 3 of 5 moved on, a change of shift."""
    hands, key = hands_for(card), "30.20"
    hands.read_and_start(card)
    hands.enter(card, "30.10", "ok")
    story.refused(
        "Li Na",
        "measures with bore gauge BG-02, whose calibration ran out",
        lambda: hands.enter(card, key, "5.50", 1, equipment_code="BG-02"),
        code="calibration-overdue",
    )
    hands.enter(card, key, "5.50", 1, equipment_code="BG-01")
    story.refused(
        "Li Na",
        "reports volume before the first piece is accepted",
        lambda: hands.report(card, good=1),
        code="first-piece-pending",
    )
    accept_first(card)
    story.did("Sofia Rossi", "accepts the first piece")
    story.refused(
        "Li Na",
        "types 5.15 for 5.51",
        lambda: hands.enter(card, key, "5.15", 2, equipment_code="BG-01"),
        code="confirm-out-of-limits",
    )
    hands.enter(card, key, "5.51", 2, equipment_code="BG-01")
    story.did("Li Na", "corrects the typo before it counts; the abandoned value is in the ledger")
    hands.enter(card, key, "5.49", 3, equipment_code="BG-01")
    hands.report(card, good=3)
    balance = card_balance(card)
    story.expect("moved on while the rest stays here", (balance.good, balance.here), (3, 2))
    story.expect("the next operation is", WorkCard.objects.get(pk=following.pk).state, "ready")
    handover = floor.hand_over(
        actor=hands.actor, card_id=card.pk, machine_state="Reamer clean", note="Pieces 4 and 5 are left"
    )
    second = hands_for(card, "operator2")
    floor.read_card(actor=second.actor, card_id=card.pk)
    floor.answer_handover(actor=second.actor, handover_id=handover.pk, accepted=True)
    story.did("Tom Becker", "takes the card over at the change of shift")
    _oversize(story, card, second, key)
    second.enter(card, key, "5.43", 5, equipment_code="BG-01", confirm_out_of_limits=True)
    story.did("Tom Becker", "confirms 5.43 mm on piece 5: it goes back in the declared loop")
    second.enter(card, key, "5.50", 5, equipment_code="BG-01")
    second.report(card, good=1, pieces=[5])
    second.complete(card)
    story.did("Tom Becker", f"reams piece 5 again to 5.50 mm, reports and signs {card.number}")


def _oversize(story: Narrator, card: WorkCard, hands: Hands, key: str) -> None:
    hands.enter(card, key, "5.62", 4, equipment_code="BG-01", confirm_out_of_limits=True)
    nc = Nonconformance.objects.order_by("-pk").first()
    if nc is None:
        raise AssertionError("no nonconformance was raised")
    story.did(
        "Tom Becker", f"confirms 5.62 mm on piece 4: {nc.number}, the piece is split off and held, quality is told"
    )
    sofia = at_desk("quality")
    quality.record_cause(
        actor=sofia, nonconformance_id=nc.pk, cause_code="tool-wear", cause="The reamer was re-ground off size"
    )
    disposition = quality.decide_disposition(
        actor=sofia,
        nonconformance_id=nc.pk,
        choice=Choice(kind="scrap", quantity=Decimal(1), justification="The throat cannot be made smaller"),
        credentials=secret_of("quality"),
    )
    nc.refresh_from_db()
    if disposition.executed_at is None:
        quality.mark_executed(actor=sofia, disposition_id=disposition.pk)
    nc.refresh_from_db()
    if nc.state != "closed":
        quality.close_nonconformance(actor=sofia, nonconformance_id=nc.pk)
    story.did("Sofia Rossi", f"decides: scrap, signed; {nc.number} is closed with its cause")
    story.expect("scrapped on the card", card_balance(card).scrap, 1)


def _fit_nipples(story: Narrator, card: WorkCard) -> None:
    """A wrong quantity is taken out again; a second check is not one's own."""
    hands = hands_for(card)
    hands.read_and_start(card)
    nipples = hands.container_for(Item.objects.get(number="5463K3").pk)
    first = hands.scan(card, nipples, quantity=Decimal(2))
    floor.remove_part(
        actor=badge_in("leader", "BENCH-1"),
        record_id=first.record.pk,
        quantity=Decimal(2),
        reason="Two nipples with damaged threads were put in",
        return_to_id=Place.objects.get(code="WH-QUARANTINE").pk,
        captured_at=clock.now(),
        idempotency_key=uuid4(),
    )
    story.did(
        "Wang Fang", "takes the two wrong nipples out again: a link of its own, the first one stays in the history"
    )
    hands.work(card)
    hands.report(card, good=4)
    hands.complete(card)
    story.did("Li Na", f"fits nipples to four venturis and signs {card.number}")


def _correct_after_completion(story: Narrator, card: WorkCard) -> None:
    record = StepRecord.objects.filter(card=card, kind="reading").order_by("pk").first()
    if record is None:
        raise AssertionError("no reading to correct")
    leader, sofia = badge_in("leader", "TEST-1"), at_desk("quality")
    correction = floor.request_correction(
        actor=leader, record_id=record.pk, new_value="-20.4", reason="The display showed −20.4, a digit was dropped"
    )
    floor.approve_correction(
        actor=sofia,
        correction_id=correction.pk,
        credentials=secret_of("quality"),
        note="Checked against the tester's memory",
    )
    story.did("Wang Fang", "asks for a correction after completion; Sofia Rossi approves and signs; both values stay")


def make_blowers(story: Narrator, site: Site, plates: Dispatched, release_plates: Callable[[], object]) -> Dispatched:
    """Two serials that consume the plates, which must be released before; a recorded test each."""
    story.chapter("A3 Floor: two serial-numbered blowers with recorded tests")
    made = make_order(story, "BLOWER", 2, site)
    by_operation: dict[int, list[WorkCard]] = {}
    for card in made.cards:
        by_operation.setdefault(card.operation, []).append(card)
    for number in (10, 20, 30, 40, 50):
        if number == 50:
            _refuse_unreleased_plate(story, by_operation[50][0], plates)
            release_plates()
        for card in by_operation[number]:
            run_plain(card, 1)
        story.did("Li Na", f"completes operation {number} of both serials")
    for position, card in enumerate(by_operation[60]):
        _test(story, card, RECORDINGS[position], other=RECORDINGS[0] if position else "")
    return made


def _refuse_unreleased_plate(story: Narrator, card: WorkCard, plates: Dispatched) -> None:
    hands = hands_for(card)
    hands.read_and_start(card)
    plate = StockUnit.objects.filter(lot=plates.batch.lot, quantity__gt=0).first()
    if plate is None:
        raise AssertionError("no plate in stock")
    story.refused(
        "Li Na",
        "scans an adapter plate whose batch record is not released",
        lambda: hands.scan(card, plate, position="A7"),
        code="component-unreleased",
    )


def _test(story: Narrator, card: WorkCard, recording: str, other: str) -> None:
    hands = hands_for(card)
    hands.read_and_start(card)
    speed = hands.enter(
        card, "60.10", "24000" if "24000" in recording else "21818", confirm_out_of_limits=True, piece=_piece(card)
    )
    story.refused(
        "Li Na",
        "checks her own reading",
        lambda: floor.second_check(actor=hands.actor, record_id=speed.record.pk, look=floor.Look(value="24000")),
        code="same-person",
    )
    second = hands_for(card, "operator2")
    floor.second_check(actor=second.actor, record_id=speed.record.pk, look=floor.Look(value=speed.record.value))
    story.did("Tom Becker", f"measures the speed again, blind: agrees ({card.number})")
    if other:
        story.refused(
            "Li Na", "attaches the file of the first serial", lambda: attach(hands, card, other), code="file-used"
        )
    result = attach(hands, card, recording)
    story.did("Li Na", f"attaches {recording}: {result.record.get_outcome_display()}")
    if result.record.outcome == "pending":
        _exclude(story, card)
    inspect(card)
    hands.report(card, good=1)
    hands.complete(card)
    story.did("Li Na", f"reports and signs {card.number}")


def attach(hands: Hands, card: WorkCard, recording: str) -> floor.StepResult:
    """The recorded test of this serial, as the operator asserts."""
    return floor.attach_test_file(
        actor=hands.actor,
        card_id=card.pk,
        step_key="60.20",
        content=(TESTS / recording).read_bytes(),
        file_name=recording,
        captured_at=clock.now(),
        idempotency_key=uuid4(),
        unit_no=_piece(card),
    )


def _exclude(story: Narrator, card: WorkCard) -> None:
    view: Any = card_view(card, at_desk("quality"))
    file = view.test_files[-1]
    rows = sorted({one["row"] for one in file.implausible})
    story.shows(f"implausible: {_told(file.implausible)}")
    floor.exclude_sample(
        actor=at_desk("quality"),
        test_file_id=file.pk,
        rows=rows,
        reason="Recorder glitch: raw count −4194337.5, impossible",
    )
    story.did("Sofia Rossi", f"excludes sample {rows} with a reason that the record shows")


def _piece(card: WorkCard) -> int | None:
    return card.unit.number if card.unit else None


def _told(samples: list[dict[str, Any]]) -> str:
    return ", ".join(f"row {one['row']} {one['column']} = {one['value']}" for one in samples)
