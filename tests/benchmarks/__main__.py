"""Run the benchmarks named on the command line, or all; print a table, write out/bench.json."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import platform
import sys
import time
from pathlib import Path

import django

ORDER = {"records": -1, "whole": 1}  # one needs clean ground, the other looks at all that was written


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", help="modules of tests/benchmarks (default: all)")
    parser.add_argument("--out", type=Path, default=Path("out/bench.json"))
    options = parser.parse_args()
    django.setup()
    package = Path(__file__).parent
    known = [m.name for m in pkgutil.iter_modules([str(package)]) if not m.name.startswith("_")]
    names = sorted(options.names or known, key=lambda name: (ORDER.get(name, 0), name))
    rows, failed = [], []
    for name in names:
        start = time.perf_counter()
        try:
            found = importlib.import_module(f"tests.benchmarks.{name}").run()
        except Exception as error:  # a wrong answer of one module must not hide the figures of the others
            failed.append(name)
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        rows.extend({"module": name, **row.as_json()} for row in found)
        print(f"# {name}: {time.perf_counter() - start:.0f} s", file=sys.stderr)
    print_table(rows)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"machine": platform.platform(), "rows": rows, "failed": failed}, indent=1))
    return 1 if failed else 0


def print_table(rows: list[dict]) -> None:
    print(f"{'work':<66} {'raw':>10} {'floor':>10} {'measured':>13} {'budget':>12}  met")
    for row in rows:
        sign = "≥" if row["at_least"] else "<"
        budget = f"{sign} {row['budget']:g}" if row["budget"] is not None else "–"
        cells = [f"{row[key]:.1f}" if row[key] is not None else "–" for key in ("raw", "floor", "measured")]
        met = {True: "yes", False: "NO", None: ""}[row["met"]]
        print(f"{row['name'][:66]:<66} {cells[0]:>10} {cells[1]:>10} {cells[2]:>9} {row['unit']:<4}{budget:>12}  {met}")
        if row["note"]:
            print(f"    {row['note']}")


if __name__ == "__main__":
    sys.exit(main())
