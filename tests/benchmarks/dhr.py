"""A device history record of 200 steps and 500 readings: what it lacks, what stands out, its signed package."""

from __future__ import annotations

import contextlib
import io
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from uuid import uuid4

from dhr import services as dhr
from dhr.compile import load_scope
from dhr.compile.completeness import completeness
from dhr.compile.exceptions import exceptions
from dhr.compile.trail import ledger_entries
from dhr.models import DeviceHistoryRecord, Package
from foundation.core import clock, jobs
from foundation.records import keys
from foundation.records.verifier import verify
from shopfloor import services
from tests.benchmarks import Row, exponent, timed
from tests.factories.floor import (
    Plant,
    Running,
    complete,
    dispatched,
    made_item,
    operation,
    parameter,
    plant,
    process_card,
    report,
    started,
    step,
)

PIECES, PER_PIECE, ONCE = 5, 100, 100  # 500 readings, and a hundred steps that are done once: 200 steps
SIZES = (125, 250, 500)


def run() -> list[Row]:
    who = plant()
    order = _order(who)
    record = DeviceHistoryRecord.objects.get(batch=order.batch)
    recorded, checked = _work(who, order, record)
    _check(record)
    whole = timed(lambda: _looked_through(record))
    notes = f"exponent over readings {exponent(checked):.2f}"
    return [
        Row(
            "DHR of 200 steps, 500 readings: completeness and exceptions", whole, 500, note=notes, sizes=_said(checked)
        ),
        Row(
            "record a reading on a card that has 450 of them (service)",
            recorded[500],
            note=f"exponent over readings {exponent(recorded):.2f}",
            sizes=_said(recorded),
        ),
        _package(who, record),
    ]


def _said(sizes: dict[int, float]) -> dict[str, float]:
    return {str(size): round(value, 2) for size, value in sizes.items()}


def _order(who: Plant) -> Running:
    made = made_item(f"BENCH-DHR-{uuid4().hex[:6]}")
    limits = parameter("bore", "5.45", "5.55")
    first = [step(f"10.{number + 1}", when="card_start") for number in range(ONCE)]
    each = [step(f"10.{ONCE + number + 1}", "reading", parameter=limits) for number in range(PER_PIECE)]
    process_card(made, [operation(10, *first, *each)])
    return dispatched(made, PIECES, who)


def _work(who: Plant, order: Running, record: DeviceHistoryRecord) -> tuple[dict[int, float], dict[int, float]]:
    """All entries through the service. How long one of the last fifty took, and the look-through, at three sizes."""
    card = started(order, 10)
    for number in range(ONCE):
        _enter(who, card.pk, f"10.{number + 1}", "done", None)
    taken: list[float] = []
    recorded, checked = {}, {}
    for number in range(PIECES * PER_PIECE):
        piece, place = divmod(number, PER_PIECE)
        begun = time.perf_counter()
        _enter(who, card.pk, f"10.{ONCE + place + 1}", "5.50", piece + 1)
        taken.append((time.perf_counter() - begun) * 1000)
        if len(taken) in SIZES:
            recorded[len(taken)] = median(taken[-50:])
            checked[len(taken)] = timed(lambda: _looked_through(record), repeat=3)
    report(order, card, good=PIECES)
    complete(order, card)
    return recorded, checked


def _enter(who: Plant, card: int, key: str, value: str, piece: int | None) -> None:
    services.record_step(
        actor=who.operator,
        card_id=card,
        step_key=key,
        value=value,
        unit_no=piece,
        captured_at=clock.now(),
        idempotency_key=uuid4(),
    )


def _looked_through(record: DeviceHistoryRecord) -> tuple[int, int]:
    """What a reviewer's page asks, from nothing: (missing, exceptions)."""
    scope = load_scope(record)
    return len(completeness(scope).missing), len(exceptions(scope, ledger_entries(scope)))


def _check(record: DeviceHistoryRecord) -> None:
    """Nothing is missing of all, and what is hidden is named."""
    scope = load_scope(record)
    if len(scope.steps) != ONCE + PIECES * PER_PIECE or completeness(scope).missing:
        raise AssertionError(f"{len(scope.steps)} steps, missing {completeness(scope).missing[:3]}")
    less = load_scope(record)
    less.steps = [row for row in scope.steps if (row.step_key, row.unit_no) != (f"10.{ONCE + 7}", 3)]
    if len(completeness(less).missing) != 1:
        raise AssertionError("a reading that is not there is not named")


def _package(who: Plant, record: DeviceHistoryRecord) -> Row:
    """Asked for, made by the queue, and accepted by the verifier."""
    dhr.review_record(actor=who.releaser, record_id=record.pk, credentials=who.sign("releaser"))
    begun = time.perf_counter()
    dhr.request_package(actor=who.auditor, record_id=record.pk)
    jobs.run_waiting()
    taken = time.perf_counter() - begun
    made = Package.objects.get(record=record)
    with TemporaryDirectory() as folder:
        copy = Path(folder) / made.file_name
        copy.write_bytes(dhr.package_path(made.sha256).read_bytes())
        key = keys.fingerprint(keys.public_bytes(keys.signing_key()))
        with contextlib.redirect_stdout(io.StringIO()) as said:
            accepted = verify.main([str(copy), "--key", key]) == 0
    if not accepted:
        raise AssertionError(said.getvalue())
    return Row("DHR of 200 steps, 500 readings: package signed", taken, 10, unit="s", note=f"{made.size:,} bytes")
