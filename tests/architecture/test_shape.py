"""Small modules, small functions, small templates. What is larger is named here, and may only shrink."""

from __future__ import annotations

import pytest

from tests.architecture.code import ROOT, modules

MODULE_LINES, FUNCTION_LINES, TEMPLATE_LINES = 400, 60, 120
# Larger for a reason that stands in the file itself.
LARGE_MODULES = {
    "foundation/records/verifier/verify.py",  # one file on purpose: a stranger runs it with nothing else
}


LARGE_FUNCTIONS = {"config/portal/views/gallery.py"}  # one example of every component, as data


def test_modules_are_under_400_lines() -> None:
    large = {str(module.path): module.lines for module in modules() if module.lines > MODULE_LINES}
    assert {path for path in large if path not in LARGE_MODULES} == set(), large


def test_functions_are_under_60_lines() -> None:
    large = [
        f"{module.path}:{function.lineno} {function.name} {length}"
        for module in modules()
        for function in module.functions()
        if str(module.path) not in LARGE_FUNCTIONS
        if (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
    ]
    assert large == []


def test_nine_of_ten_functions_are_under_40_lines_and_most_are_short() -> None:
    lengths = sorted(
        (function.end_lineno or 0) - function.lineno + 1 for module in modules() for function in module.functions()
    )
    assert lengths[int(len(lengths) * 0.9)] <= 40
    assert lengths[len(lengths) // 2] <= 12


@pytest.mark.parametrize("folder", ["templates"])
def test_templates_are_under_120_lines(folder: str) -> None:
    large = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / folder).rglob("*.html")
        if (lines := path.read_text(encoding="utf-8").count("\n")) > TEMPLATE_LINES
    }
    assert large == {}
