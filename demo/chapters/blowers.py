"""A3, the end of it: two serial-numbered blowers, which consume the plates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from demo.chapters.orders import Made, hands_for, inspect, made, make_order, run_plain
from demo.chapters.proof import release_all
from demo.hands import Hands, key_of
from demo.narrator import Narrator
from demo.people import at_desk
from foundation.core import clock
from resources.inventory.models import StockUnit
from shopfloor import services as floor
from shopfloor.models import SampleExclusion, SecondCheck, TestFile, WorkCard

TESTS = Path(__file__).resolve().parent.parent / "data" / "tests"
RECORDINGS = ("blower_flow-test-24000rpm.csv", "blower_flow-test-21818rpm.csv")


def build_blowers(story: Narrator) -> None:
    """Two serials, cut, wound and wired up to where the plates go in."""
    story.chapter("A3 Floor: two serial-numbered blowers with recorded tests")
    blowers = make_order(story, "BLOWER", 2)
    for number in (10, 20, 30, 40):
        _both(story, blowers, number)


def mount_plates(story: Narrator) -> None:
    """The plates go in, which must be released before."""
    blowers, plates = made("BLOWER"), made("ADAPTER-PLATE")
    _refuse_unreleased_plate(story, blowers.card(50), plates)
    release_all(story, plates.batch)
    _both(story, blowers, 50)


def measure_blowers(story: Narrator) -> None:
    """A recorded test each."""
    cards = [card for card in made("BLOWER").cards if card.operation == 60]
    for position, card in enumerate(cards):
        _test(story, card, RECORDINGS[position], other=RECORDINGS[0] if position else "")


def _both(story: Narrator, blowers: Made, operation: int) -> None:
    for card in blowers.cards:
        if card.operation == operation:
            run_plain(card, 1)
    story.did("Li Na", f"completes operation {operation} of both serials")


def _refuse_unreleased_plate(story: Narrator, card: WorkCard, plates: Made) -> None:
    hands = hands_for(card)
    hands.read_and_start(card)
    story.refused(
        "Li Na",
        "scans an adapter plate whose batch record is not released",
        lambda: hands.scan(card, _plate(plates), position="A7"),
        code="component-unreleased",
    )


def _plate(plates: Made) -> StockUnit:
    plate: StockUnit | None = StockUnit.objects.filter(lot=plates.batch.lot, quantity__gt=0).first()
    if plate is None:
        raise AssertionError("no plate in stock")
    return plate


def _test(story: Narrator, card: WorkCard, recording: str, other: str) -> None:
    hands = hands_for(card)
    hands.read_and_start(card)
    speed = hands.enter_once(
        card, "60.10", "24000" if "24000" in recording else "21818", confirm_out_of_limits=True, piece=_piece(card)
    )
    story.refused(
        "Li Na",
        "checks her own reading",
        lambda: floor.second_check(actor=hands.actor, record_id=speed.record.pk, look=floor.Look(value="24000")),
        code="same-person",
    )
    if not SecondCheck.objects.filter(record=speed.record).exists():
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
        idempotency_key=key_of(card, "60.20", recording),
        unit_no=_piece(card),
    )


def _exclude(story: Narrator, card: WorkCard) -> None:
    file = TestFile.objects.filter(card=card).latest("pk")
    if SampleExclusion.objects.filter(test_file=file).exists():
        return
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
