"""After all the others: everything that the run wrote is sealed and verified, background and all."""

from __future__ import annotations

from tests.benchmarks import Row
from tests.benchmarks.records import verified


def run() -> list[Row]:
    rows, seconds, peak = verified()
    note = f"{rows:,} rows in {seconds:.1f} s, peak memory {peak:.0f} MiB"
    return [
        Row(
            "verify all that this run wrote: rows a second",
            rows / seconds,
            100_000,
            unit="/s",
            at_least=True,
            note=note,
        )
    ]
