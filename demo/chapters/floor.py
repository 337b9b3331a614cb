"""A3, second half: plates, then venturis with everything that goes wrong."""

from __future__ import annotations

from decimal import Decimal

from bom.models import Item
from demo.chapters.material import HELD, OLD, received_of
from demo.chapters.orders import accept_first, hands_for, made, make_order, run_plain
from demo.hands import Hands, key_of
from demo.narrator import Narrator
from demo.parts_list import RESIN
from demo.people import at_desk, badge_in, secret_of
from foundation.core import clock
from quality import services as quality
from quality.selectors import nonconformances
from quality.services.dispositions import Choice
from resources.inventory import services as inventory
from resources.inventory.models import HoldTarget, Place, StockUnit
from resources.inventory.selectors import open_holds_on
from shopfloor import services as floor
from shopfloor.models import Correction, Handover, StepRecord, WorkCard
from shopfloor.selectors import card_balance


def make_plates(story: Narrator) -> None:
    """A lot of four adapter plates from the acrylic."""
    story.chapter("A3 Floor: a lot of adapter plates from the acrylic")
    for card in make_order(story, "ADAPTER-PLATE", 4).cards:
        run_plain(card, 4)
        story.did("Li Na", f"completes and signs {card.number}")


def print_venturis(story: Narrator) -> None:
    """Five bodies are printed: who may not, what may not be used, and a hold that comes while the card runs."""
    story.chapter("A3 Floor: a lot of five venturis, and what goes wrong")
    cards = make_order(story, "VENTURI", 5)
    _print_bodies(story, cards.card(10))
    _refuse_out_of_order(story, cards.card(40))
    run_plain(cards.card(20), 5)
    story.did("Li Na", f"opens the sensor ports of five bodies on {cards.card(20).number}")


def ream_venturis(story: Narrator) -> None:
    """A first piece, a typo, an oversize and an undersize throat, a change of shift."""
    venturi = made("VENTURI")
    _ream(story, venturi.card(30), venturi.card(40))


def fit_and_test_venturis(story: Narrator) -> None:
    """A wrong part is taken out again; a correction after completion is asked for and approved."""
    venturi = made("VENTURI")
    _fit_nipples(story, venturi.card(40))
    last = venturi.card(50)
    run_plain(last, 4)
    story.did("Li Na", f"tests four venturis for leaks on {last.number}; made 5, 4 are good")
    _correct_after_completion(story, last)


def _print_bodies(story: Narrator, card: WorkCard) -> None:
    resin = Item.objects.get(number=RESIN)
    [expired], [held] = received_of(resin, OLD), received_of(resin, HELD)
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
    hands.enter_once(card, "10.10", "ok")
    wrong = StockUnit.objects.filter(lot__item__number="5463K3").first()
    if wrong is None:
        raise AssertionError("no nipples in stock")
    story.refused("Li Na", "scans the nipples instead of the resin", lambda: hands.scan(card, wrong), code="wrong-item")
    story.refused("Li Na", "scans an expired resin", lambda: hands.scan(card, expired), code="expired")
    holds = open_holds_on(held)
    hold = (
        holds[0]
        if holds
        else inventory.place_hold(
            actor=at_desk("quality"),
            target=HoldTarget.stock_unit(held.pk),
            reason="Supplier notice under investigation",
        )
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
    hands.enter_once(card, "30.10", "ok")
    story.refused(
        "Li Na",
        "measures with bore gauge BG-02, whose calibration ran out",
        lambda: hands.enter(card, key, "5.50", 1, equipment_code="BG-02"),
        code="calibration-overdue",
    )
    hands.enter_once(card, key, "5.50", 1, equipment_code="BG-01")
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
    hands.enter_once(card, key, "5.51", 2, equipment_code="BG-01")
    story.did("Li Na", "corrects the typo before it counts; the abandoned value is in the ledger")
    hands.enter_once(card, key, "5.49", 3, equipment_code="BG-01")
    hands.report(card, good=3)
    handover = Handover.objects.filter(card=card).order_by("pk").first()
    if handover is None:
        balance = card_balance(card)
        story.expect("moved on while the rest stays here", (balance.good, balance.here), (3, 2))
        story.expect("the next operation is", WorkCard.objects.get(pk=following.pk).state, "ready")
        handover = floor.hand_over(
            actor=hands.actor, card_id=card.pk, machine_state="Reamer clean", note="Pieces 4 and 5 are left"
        )
    second = hands_for(card, "operator2")
    if handover.state == "offered":
        floor.read_card(actor=second.actor, card_id=card.pk)
        floor.answer_handover(actor=second.actor, handover_id=handover.pk, accepted=True)
    story.did("Tom Becker", "takes the card over at the change of shift")
    _oversize(story, card, second, key)
    second.enter_once(card, key, "5.43", 5, equipment_code="BG-01", confirm_out_of_limits=True)
    story.did("Tom Becker", "confirms 5.43 mm on piece 5: it goes back in the declared loop")
    second.enter_once(card, key, "5.50", 5, equipment_code="BG-01")
    second.report(card, good=1, pieces=[5])
    second.complete(card)
    story.did("Tom Becker", f"reams piece 5 again to 5.50 mm, reports and signs {card.number}")


def _oversize(story: Narrator, card: WorkCard, hands: Hands, key: str) -> None:
    hands.enter_once(card, key, "5.62", 4, equipment_code="BG-01", confirm_out_of_limits=True)
    nc = nonconformances(card_ids=[card.pk]).order_by("pk").first()
    if nc is None:
        raise AssertionError("no nonconformance was raised")
    story.did(
        "Tom Becker", f"confirms 5.62 mm on piece 4: {nc.number}, the piece is split off and held, quality is told"
    )
    sofia = at_desk("quality")
    if not nc.cause_code:
        quality.record_cause(
            actor=sofia, nonconformance_id=nc.pk, cause_code="tool-wear", cause="The reamer was re-ground off size"
        )
    disposition = nc.dispositions.first() or quality.decide_disposition(
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
    first = StepRecord.objects.filter(card=card, kind="material_scan").order_by("pk").first()
    if first is None:
        nipples = hands.container_for(Item.objects.get(number="5463K3").pk)
        first = hands.scan(card, nipples, quantity=Decimal(2)).record
    if not StepRecord.objects.filter(corrects=first).exists():
        floor.remove_part(
            actor=badge_in("leader", "BENCH-1"),
            record_id=first.pk,
            quantity=Decimal(2),
            reason="Two nipples with damaged threads were put in",
            return_to_id=Place.objects.get(code="WH-QUARANTINE").pk,
            captured_at=clock.now(),
            idempotency_key=key_of(card, "remove", first.pk),
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
    asked = Correction.objects.filter(record=record).first() or floor.request_correction(
        actor=leader, record_id=record.pk, new_value="-20.4", reason="The display showed −20.4, a digit was dropped"
    )
    if asked.state == "asked":
        floor.approve_correction(
            actor=sofia,
            correction_id=asked.pk,
            credentials=secret_of("quality"),
            note="Checked against the tester's memory",
        )
    story.did("Wang Fang", "asks for a correction after completion; Sofia Rossi approves and signs; both values stay")
