"""Recorded tests as columns of numbers: read, looked at for the impossible, averaged. Pure; Decimal throughout."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from foundation.core.canonical import decimal_text
from shopfloor.exceptions import EntryNotValid
from shopfloor.states import StepOutcome

MOST_ROWS = 200_000
PLACES = Decimal(1).scaleb(-6)


@dataclass(frozen=True, slots=True)
class Recording:
    """Columns by name; row *n* (from 1, after the header) is at index *n* − 1."""

    columns: Mapping[str, Sequence[Decimal]]
    rows: int

    def values_of(self, row: int) -> dict[str, str]:
        return {name: str(values[row - 1]) for name, values in self.columns.items()}


def read_recording(content: bytes, wanted: Collection[str]) -> Recording:
    """A CSV with a header. EntryNotValid names row and column: not text, a missing column, not a number, no samples."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EntryNotValid(_("This file is not text."), code="file-not-text", field="file") from error
    lines = list(csv.reader(io.StringIO(text)))
    header = [name.strip() for name in lines[0]] if lines else []
    missing = sorted(set(wanted) - set(header))
    if missing or len(set(header)) != len(header):
        raise EntryNotValid(
            _("The file has no column “%(column)s”.") % {"column": (missing or ["?"])[0]},
            code="column-missing",
            field="file",
            details={"missing": missing},
        )
    rows = [line for line in lines[1:] if line]
    if not rows or len(rows) > MOST_ROWS:
        raise EntryNotValid(_("The file has no samples, or too many."), code="no-samples", field="file")
    places = {name: header.index(name) for name in wanted}
    columns = {
        name: [_number(line, place, n, name) for n, line in enumerate(rows, 1)] for name, place in places.items()
    }
    return Recording(columns, len(rows))


def _number(line: Sequence[str], place: int, row: int, column: str) -> Decimal:
    try:
        number = Decimal(line[place].strip())
    except (IndexError, InvalidOperation):
        number = Decimal("NaN")
    if not number.is_finite():
        raise EntryNotValid(
            _("Row %(row)s, column “%(column)s” is not a number.") % {"row": row, "column": column},
            code="not-a-number",
            field="file",
            details={"row": row, "column": column},
        )
    return number


def implausible_samples(recording: Recording, plausible: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Samples outside what can be at all, by row: [{"row", "column", "value"}]."""
    found = []
    for column, (low, high) in plausible.items():
        lowest, highest = Decimal(str(low)), Decimal(str(high))
        for row, value in enumerate(recording.columns[column], start=1):
            if not lowest <= value <= highest:
                found.append({"row": row, "column": column, "value": str(value)})
    return sorted(found, key=lambda sample: (sample["row"], sample["column"]))


def check_columns(
    recording: Recording, checks: Sequence[Mapping[str, Any]], excluded: Collection[int]
) -> list[dict[str, Any]]:
    """Each declared statistic against its limits, without the excluded rows; decimals as strings, six places."""
    return [_check(recording, check, set(excluded)) for check in checks]


def _check(recording: Recording, check: Mapping[str, Any], excluded: set[int]) -> dict[str, Any]:
    values = [value for row, value in enumerate(recording.columns[check["column"]], 1) if row not in excluded]
    if not values:
        raise EntryNotValid(_("No sample is left."), code="no-samples", field="rows")
    kind = str(check.get("statistic") or "mean")
    statistic = {
        "mean": lambda: sum(values, Decimal(0)) / len(values),
        "min": lambda: min(values),
        "max": lambda: max(values),
    }
    number = statistic[kind]().quantize(PLACES)
    lower, upper = check.get("lower"), check.get("upper")
    outcome = StepOutcome.IN
    if lower not in (None, "") and number < Decimal(str(lower)):
        outcome = StepOutcome.BELOW
    elif upper not in (None, "") and number > Decimal(str(upper)):
        outcome = StepOutcome.ABOVE
    return {
        "column": check["column"],
        "statistic": kind,
        "value": decimal_text(number),
        "unit": check.get("unit") or "",
        "lower": lower,
        "upper": upper,
        "outcome": str(outcome),
        "samples": len(values),
    }


def columns_of(definition: Mapping[str, Any]) -> set[str]:
    """The columns that the card's file step speaks of."""
    return {check["column"] for check in definition.get("checks") or []} | set(definition.get("plausible") or {})
