"""Seal and verify: rows a second, and memory as rows grow."""

from __future__ import annotations

import resource
import time

from django.db import connection

from foundation.accounts.models import AuthenticationEvent
from foundation.core.actor import Actor
from foundation.records import sealing, verification
from foundation.records.act import act
from tests.benchmarks import Row, exponent

ACTOR = Actor.system("bench")
ROWS_PER_ACT = 2_000
SIZES = (50_000, 100_000, 200_000)


def run() -> list[Row]:
    rates, seconds, memory = [], {}, {}
    total = 0
    for size in SIZES:
        _write_rows(size - total)
        total = size
        sealing.make_seals()
        start = time.perf_counter()
        report = verification.verify()
        taken = time.perf_counter() - start
        if not report.intact or report.sealed_rows < size:
            raise AssertionError(f"verify found {report.findings[:3]} in {report.sealed_rows} rows")
        rates.append(report.sealed_rows / taken)
        seconds[report.sealed_rows] = taken
        memory[size] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    note = f"exponent {exponent(seconds):.2f}; peak memory MiB " + ", ".join(f"{k}: {v:.0f}" for k, v in memory.items())
    return [Row("verify records: sealed rows a second", rates[-1], 100_000, unit="/s", at_least=True, note=note)]


def _write_rows(count: int) -> None:
    """Authentication events under real acts; the background goes in by COPY as the application's role."""
    table = AuthenticationEvent._meta.db_table
    for _ in range(count // ROWS_PER_ACT):
        with act(actor=ACTOR, verb="bench.rows.written") as this, connection.cursor() as cursor:
            this.wrote(table)
            cursor.execute(
                f"INSERT INTO {table} (tx, identity, kind, succeeded, station, session, at, address, dialog) "
                "SELECT 0, 'bench ' || n, 'login', true, 'B-1', md5(n::text), now(), '', '' FROM generate_series(1, %s) n",
                [ROWS_PER_ACT],
            )
