"""From the marks of the tests to a page: which test proves which clause."""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "validation"
SOURCE, PAGE = FOLDER / "part11.toml", FOLDER / "part11.md"
HEAD = """# 21 CFR Part 11, clause by clause

*Made by `python -m tests.validation` from `part11.toml` and the requirement marks of the tests; a test compares it.*

The product is designed to support these clauses. A company complies, software does not: what stays its own work is said at each.
"""


def clauses() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads(SOURCE.read_text(encoding="utf-8"))["clause"]
    return rows


def marks_of(path: Path) -> Iterator[str]:
    """The requirement marks in a file of tests, wherever they stand: on a test, a class, or the module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "requirement":
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


def marked() -> dict[str, dict[str, int]]:
    """Mark → test file → how often it stands there."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for mark in marks_of(path):
            found[mark][path.relative_to(ROOT).as_posix()] += 1
    return found


def page() -> str:
    found = marked()
    return HEAD + "".join(_section(clause, found) for clause in clauses())


def _section(clause: dict[str, Any], found: dict[str, dict[str, int]]) -> str:
    files = sorted({file for mark in clause["marks"] for file in found.get(mark, {})})
    tests = ", ".join(f"`{file}`" for file in files) if files else f"none. {clause['no_test']}"
    return (
        f"\n## {clause['number']} {clause['about']}\n\n**The product:** {clause['support']}\n\n"
        f"**The company:** {clause['company']}\n\n**Tests:** {tests}\n"
    )
