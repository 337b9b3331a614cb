"""The page on 21 CFR Part 11 says what the tests say, and leaves no clause out."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.validation.matrix import PAGE, ROOT, clauses, marked, page

REGULATIONS = Path(ROOT).parent / "shared" / "design" / "regulations.csv"


def test_every_clause_of_part_11_has_its_row() -> None:
    with REGULATIONS.open(encoding="utf-8") as stream:
        wanted = [row["clause"] for row in csv.DictReader(stream) if row["source"] == "21 CFR Part 11"]
    assert [clause["number"] for clause in clauses()] == wanted


def test_every_clause_is_proven_by_a_test_or_says_why_none_can() -> None:
    found = marked()
    assert [
        one["number"] for one in clauses() if not one["no_test"] and not any(mark in found for mark in one["marks"])
    ] == []
    assert [one["number"] for one in clauses() if one["no_test"] and one["marks"]] == []


def test_the_page_is_what_the_marks_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "the marks have changed: python -m tests.validation"
