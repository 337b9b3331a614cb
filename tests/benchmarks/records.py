"""Seal and verify: rows a second, and memory as rows grow. On clean ground: this module runs before the others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from django.db import connection

from foundation.accounts.models import AuthenticationEvent
from foundation.core.actor import Actor
from foundation.records import sealing
from foundation.records.act import act
from tests.benchmarks import Row, exponent

ROOT = Path(__file__).resolve().parents[2]
ACTOR = Actor.system("bench")
ROWS_PER_ACT = 2_000
SIZES = (50_000, 100_000, 200_000)
# In a process of its own: the peak of a process is that of all that it ever did.
VERIFY = """
import json, resource, time, django
django.setup()
from foundation.records import verification
start = time.perf_counter()
report = verification.verify()
taken = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([report.sealed_rows, taken, peak, [str(one) for one in report.findings[:3]]]))
"""


def run() -> list[Row]:
    seconds: dict[int, float] = {}
    memory: dict[int, float] = {}
    total = 0
    for size in SIZES:
        _write_rows(size - total)
        total = size
        rows, seconds[size], memory[size] = verified()
        if rows < size:
            raise AssertionError(f"{rows} sealed rows")
    return [_row("verify records: sealed rows a second", rows / seconds[size], seconds, memory), _memory(memory)]


def verified() -> tuple[int, float, float]:
    """Seal, then verify everything in a process of its own: (sealed rows, seconds, peak memory in MiB)."""
    sealing.make_seals()
    done = subprocess.run([sys.executable, "-c", VERIFY], cwd=ROOT, capture_output=True, text=True, check=True)
    rows, taken, peak, findings = json.loads(done.stdout.splitlines()[-1])
    if findings:
        raise AssertionError(f"verify found {findings} in {rows} rows")
    return rows, taken, peak


def _row(name: str, rate: float, seconds: dict[int, float], memory: dict[int, float]) -> Row:
    peaks = ", ".join(f"{size:,}: {peak:.0f}" for size, peak in memory.items())
    note = f"exponent over rows {exponent(seconds):.2f}; peak memory in MiB at rows {peaks}"
    sizes = {str(size): round(value * 1000, 1) for size, value in seconds.items()}
    return Row(name, rate, 100_000, unit="/s", at_least=True, note=note, sizes=sizes)


def _memory(memory: dict[int, float]) -> Row:
    """Flat: four times the rows may not take a quarter more."""
    least, most = memory[SIZES[0]], memory[SIZES[-1]]
    name = f"verify records: peak memory at {SIZES[-1]:,} rows"
    sizes = {str(size): round(value, 1) for size, value in memory.items()}
    return Row(name, most, 1.25 * least, unit="MiB", note=f"budget: 1.25 × that at {SIZES[0]:,}", sizes=sizes)


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
