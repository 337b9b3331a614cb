"""Batch records that are whole, made by the floor's own services: five plates, each cut and measured."""

from __future__ import annotations

from typing import Any

from dhr import services
from dhr.blockers import Blocker, blockers_of
from dhr.compile import RecordScope, load_scope
from dhr.models import DeviceHistoryRecord, Release
from routing.models import ProcessCard
from tests.factories.floor import (
    Plant,
    Running,
    complete,
    dispatched,
    line,
    made_item,
    operation,
    parameter,
    plant,
    process_card,
    record,
    report,
    scan,
    started,
    step,
)
from tests.factories.stock import item, released


def plates(quantity: int = 5, who: Plant | None = None, number: str = "PLATE", **op20: Any) -> Running:
    """Dispatched: op 10 takes 60 cm² of acrylic for each, once for all; op 20 measures every one."""
    who = who or plant()
    acrylic, made = item("ACRYLIC", "cm2"), made_item(number)
    step_20 = op20.pop("step", None) or step(
        "20.10", "reading", parameter=parameter("width", "9.9", "10.1", above="nonconform_unit")
    )
    if not ProcessCard.objects.filter(item=made).exists():
        process_card(
            made,
            [
                operation(10, step("10.10", "material_scan", when="card_start", materials=["A1"])),
                operation(20, step_20, after=(10,), **op20),
            ],
            [line("A1", acrylic, "60", 10)],
        )  # fmt: skip
    return dispatched(made, quantity, who)


def cut(run: Running, count: int, **more: Any) -> None:
    """Operation 10 of all of them, from a released lot."""
    card = started(run, 10)
    scan(run, card, released("ACRYLIC", "1000", "cm2").container, **more)
    report(run, card, count)
    complete(run, card)


def measure(run: Running, *pieces: int, value: str = "10.00") -> None:
    """Operation 20 of these: measured and reported good, and the card completed when none is left."""
    card = started(run, 20)
    for piece in pieces:
        record(run, card, "20.10", value, piece)
    report(run, card, len(pieces))
    complete(run, card)


def built_plates(quantity: int = 5, who: Plant | None = None, number: str = "PLATE") -> Running:
    run = plates(quantity, who, number)
    cut(run, quantity)
    measure(run, *range(1, quantity + 1))
    return run


def record_of(run: Running, serial: str = "") -> DeviceHistoryRecord:
    rows = DeviceHistoryRecord.objects.filter(batch=run.batch)
    return rows.get(lot__serial=serial) if serial else rows.get()


def scope_of(run: Running, serial: str = "") -> RecordScope:
    return load_scope(record_of(run, serial))


def blockers(run: Running, serial: str = "", *, for_release: bool = False) -> list[Blocker]:
    return blockers_of(scope_of(run, serial), for_release=for_release)


def codes(run: Running, serial: str = "", *, for_release: bool = False) -> list[str]:
    return [one.code for one in blockers(run, serial, for_release=for_release)]


def review(run: Running, serial: str = "", name: str = "releaser") -> None:
    services.review_record(
        actor=getattr(run.plant, name), record_id=record_of(run, serial).pk, credentials=run.plant.sign(name)
    )


def release(run: Running, serial: str = "", name: str = "releaser", **more: Any) -> Release:
    return services.release_record(
        actor=getattr(run.plant, name),
        record_id=record_of(run, serial).pk,
        credentials=run.plant.sign(name),
        **more,
    )
