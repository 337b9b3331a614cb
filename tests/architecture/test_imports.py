"""Who may import whom."""

import re
import subprocess
import sys
from pathlib import Path

from tests.architecture.code import PACKAGES, ROOT, app_of, modules

# What an app offers to others, beside the domain's rooms.
ROOMS = {"services", "selectors", "models", "events", "states", "policies", "exceptions"}
OFFERED = {
    "foundation.core": None,  # everything: it is what all stand on
    "foundation.records": {
        "act",
        "context",
        "keys",
        "leaves",
        "manifest",
        "periods",
        "proofs",
        "sealing",
        "verification",
        "verifier",
    },
    "foundation.accounts": {"web", "scope", "endpoints"},
    "foundation.retention": {"subjects"},
    "foundation.imports": {"schema"},
    "foundation.files": {"web", "storage", "sniffing"},
    "foundation.printing": {"catalogue", "symbols", "rendering", "typesetting"},
    "bom": {"authorization"},
    "routing": {"authorization"},
    "resources.inventory": {"quantities"},
    "shopfloor": {"content", "pieces"},  # what a card demanded, and where its pieces are: pure functions
}
ROOTS = {"config", "demo"}  # the composition root and the demo plant may look into every room


def test_layers_and_the_order_of_rooms() -> None:
    """The contracts in pyproject.toml, by import-linter."""
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_app_is_in_the_contracts() -> None:
    """A new app must be named in both contracts."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    apps = {module.app for module in modules()} - ROOTS - {"foundation", "resources"}
    for app in apps:
        assert len(re.findall(rf'"[^"]*\b{re.escape(app)}\b[^"]*"', text)) >= 2, f"{app} is not in both contracts"


def test_no_app_imports_anothers_private_rooms() -> None:
    wrong = []
    for module in modules():
        if module.app in ROOTS:
            continue
        for name, line in module.imports():
            other = app_of(name)
            if name.split(".")[0] not in PACKAGES or other == module.app:
                continue
            room = name[len(other) :].lstrip(".").split(".")[0]
            offered = OFFERED.get(other, set())
            if offered is not None and room not in ROOMS | offered:
                wrong.append(f"{module.path}:{line} imports {name}")
    assert wrong == []


def test_nothing_imports_the_composition_root_or_the_tests() -> None:
    wrong = [
        f"{module.path}:{line} imports {name}"
        for module in modules()
        for name, line in module.imports()
        if (name.split(".")[0] == "tests") or (name.split(".")[0] in ROOTS and module.app not in ROOTS)
    ]
    assert wrong == []
