"""The price of trust: append with and without history and ledger, sign, seal, verify from where one left off, and what a
card feels while a million rows (here: fewer) are sealed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg2
from django.db import connection

from foundation.accounts.models import AuthenticationEvent, Site
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.records import sealing, verification
from foundation.records.act import act
from foundation.records.models import Seal
from foundation.records.services import ToSign, sign
from shopfloor import services
from shopfloor.models import WorkCard
from tests.benchmarks import Row, percentile, timed
from tests.factories.floor import (
    Plant,
    dispatched,
    made_item,
    operation,
    parameter,
    plant,
    process_card,
    started,
    step,
)

ROOT = Path(__file__).resolve().parents[2]
ACTOR = Actor.system("bench")
ROWS_PER_ACT, TO_SEAL, STEPS = 2_000, 200_000, 1_000
COLUMNS = "tx, identity, kind, succeeded, station, session, at, address, dialog"
SEAL_ALL = """
import django
django.setup()
from foundation.records import sealing
print("ready", flush=True)
sealing.make_seals(max_seals=10_000, pace=sealing.PACE)
"""


def run() -> list[Row]:
    who = plant()
    return [*price(), signing(who), *seal_and_verify(), beside_sealing(who)]


def price() -> list[Row]:
    """One row written bare, as an append-only row of an act, and as a tracked row with its history."""
    raw = _raw()

    def append() -> None:
        with act(actor=ACTOR, verb="bench.row.appended"):
            AuthenticationEvent(identity="x", kind="login", succeeded=True, at=clock.now()).save()

    numbers = iter(range(10_000))

    def track() -> None:
        with act(actor=ACTOR, verb="bench.row.tracked"):
            Site(code=f"BT{next(numbers)}", name={"en": "x"}).save()

    appended, tracked = timed(append, repeat=200, warm=20), timed(track, repeat=200, warm=20)
    return [
        Row("append a row in an act (ledger, digest)", appended, raw=raw, note=f"{appended / raw:.1f} × bare"),
        Row("save a tracked row in an act (history, ledger, digest)", tracked, raw=raw, note=f"{tracked / raw:.1f} × bare"),
    ]  # fmt: skip


def _raw() -> float:
    """The median milliseconds of one INSERT and COMMIT of the same row, without an act and without Django."""
    taken = []
    session = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    with session.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_bare (LIKE accounts_authenticationevent INCLUDING ALL)")
        session.commit()
        for _ in range(300):
            begun = time.perf_counter()
            cursor.execute(f"INSERT INTO bench_bare ({COLUMNS}) VALUES (0, 'x', 'login', true, '', '', now(), '', '')")
            session.commit()
            taken.append((time.perf_counter() - begun) * 1000)
        cursor.execute("DROP TABLE bench_bare")
        session.commit()
    session.close()
    return percentile(taken, 0.5)


def signing(who: Plant) -> Row:
    """Sign one record with both components; the hash of the secret is meant to be slow and is a part of it."""
    record, credentials = RecordRef("bench.record", 1, "B-1"), who.sign("leader")

    def once() -> None:
        sign(actor=who.leader, credentials=credentials, meaning="approved", subjects=[ToSign(record, {"x": "1"}, "A")])

    return Row("sign one record", timed(once, repeat=20))


def seal_and_verify() -> list[Row]:
    """Seal rows; then verify only what came since the last seal before them."""
    sealing.make_seals(max_seals=10_000)
    first = (Seal.objects.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    _write_rows(TO_SEAL)
    begun = time.perf_counter()
    made = sealing.make_seals(max_seals=10_000)
    taken = time.perf_counter() - begun
    rows = sum(seal.rows for seal in made)
    if rows < TO_SEAL:
        raise AssertionError(f"{rows} rows sealed")
    begun = time.perf_counter()
    report = verification.verify(first_seal=first)
    incremental = time.perf_counter() - begun
    if not report.intact or report.sealed_rows != rows:
        raise AssertionError(f"verify found {report.findings[:3]} in {report.sealed_rows} of {rows} rows")
    with_one = timed(lambda: verification.verify(first_seal=first + len(made)), repeat=5)
    return [
        Row("seal: rows a second", rows / taken, unit="/s", at_least=True, note=f"{rows:,} rows in {len(made)} seals"),
        Row("verify since a seal: sealed rows a second", rows / incremental, 100_000, unit="/s", at_least=True),
        Row("verify since the last seal, nothing new", with_one, note="what an hourly --since-last costs"),
    ]


def beside_sealing(who: Plant) -> Row:
    """p95 of recording a step, alone and while another process seals."""
    quiet = _steps(who, "QUIET")
    _write_rows(TO_SEAL)
    newest = Seal.objects.order_by("-pk").first()
    before_it = newest.pk if newest else 0
    other = subprocess.Popen([sys.executable, "-c", SEAL_ALL], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        if other.stdout is None or other.stdout.readline() != b"ready\n":
            raise AssertionError("the sealer did not start")
        busy = _steps(who, "BUSY", until=lambda: other.poll() is not None)
        sealed = Seal.objects.filter(pk__gt=before_it).count()
    finally:
        other.wait()
    if not sealed:
        raise AssertionError("nothing was sealed meanwhile")
    quiet += _steps(who, "QUIET-AGAIN")  # before and after: the machine is not always the same
    before, during = percentile(quiet, 0.95), percentile(busy, 0.95)
    note = (
        f"{during / before:.2f} × the {before:.1f} ms of the same without sealing ({len(busy)} steps, {sealed} seals)"
    )
    return Row("record a step while rows are sealed: p95", during, 1.1 * before, note=note)


def _steps(who: Plant, name: str, until: Callable[[], bool] | None = None) -> list[float]:
    card, taken = _reading_card(who, name), []
    for piece in range(1, STEPS + 1):
        begun = time.perf_counter()
        services.record_step(
            actor=who.operator,
            card_id=card.pk,
            step_key="10.10",
            value="5.50",
            unit_no=piece,
            captured_at=clock.now(),
            idempotency_key=uuid4(),
        )
        taken.append((time.perf_counter() - begun) * 1000)
        if until is not None and until():
            break
    return taken


def _reading_card(who: Plant, name: str) -> WorkCard:
    made = made_item(f"BENCH-{name}")
    process_card(made, [operation(10, step("10.10", "reading", parameter=parameter("bore", "5.45", "5.55")))])
    return started(dispatched(made, STEPS, who), 10)


def _write_rows(count: int) -> None:
    table = AuthenticationEvent._meta.db_table
    for _ in range(count // ROWS_PER_ACT):
        with act(actor=ACTOR, verb="bench.rows.written") as this, connection.cursor() as cursor:
            this.wrote(table)
            cursor.execute(
                f"INSERT INTO {table} ({COLUMNS}) "
                "SELECT 0, 'bench ' || n, 'login', true, 'B-1', md5(n::text), now(), '', '' FROM generate_series(1, %s) n",
                [ROWS_PER_ACT],
            )
