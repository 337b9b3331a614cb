"""What the advisory services say of the locked packages: weak, well, or not to be asked, and never one for another."""

import json
from typing import Any

import pytest

from config.local import checks
from config.local.checks import UNASKED, audit, node_weaknesses, python_weaknesses

WELL = {"name": "django", "version": "5.2.19", "vulns": []}
# The shapes that `pip-audit --format json` and `npm audit --json` print (their documentation).
WEAK = {"name": "pillow", "version": "9.0", "vulns": [{"id": "PYSEC-2022-9", "fix_versions": ["9.0.1"]}]}
SKIPPED = {"name": "ours", "skip_reason": "Dependency not found"}
NODE_WEAK = {"vulnerabilities": {"lodash": {"severity": "high"}}}


@pytest.mark.parametrize(
    ("packages", "answer"),
    [
        ([WELL], []),
        ([WELL, WEAK], ["pillow 9.0: PYSEC-2022-9"]),
        ([SKIPPED, WEAK], ["pillow 9.0: PYSEC-2022-9"]),
        ([WELL, SKIPPED], None),
        ([], None),
    ],
)
def test_python(packages: list[dict[str, Any]], answer: list[str] | None) -> None:
    assert python_weaknesses(json.dumps({"dependencies": packages, "fixes": []})) == answer


@pytest.mark.parametrize("said", ["", "Connection refused", "[]"])
def test_an_answer_that_is_none_is_no_clean_bill(said: str) -> None:
    assert python_weaknesses(said) is None
    assert node_weaknesses(said) is None


def test_node() -> None:
    assert node_weaknesses(json.dumps(NODE_WEAK)) == ["lodash: high"]
    assert node_weaknesses(json.dumps({"vulnerabilities": {}})) == []
    assert node_weaknesses(json.dumps({"error": {"code": "ENOTFOUND"}})) is None


@pytest.mark.parametrize(
    ("python", "node", "status"),
    [
        ({"dependencies": [WELL]}, {"vulnerabilities": {}}, 0),
        ({"dependencies": [WEAK]}, {"error": {}}, 1),
        ({"dependencies": [WELL]}, NODE_WEAK, 1),
        ({"dependencies": [WELL]}, {"error": {}}, UNASKED),
    ],
)
def test_ci_tells_weak_from_out_of_reach(
    monkeypatch: pytest.MonkeyPatch, python: dict[str, Any], node: dict[str, Any], status: int
) -> None:
    """The services are at the border of what can run here: what they say is given."""
    said = iter([json.dumps(python), json.dumps(node)])
    monkeypatch.setattr(checks, "_said", lambda argv, environment: next(said))
    assert audit() == status
