"""The code of the product, read once: modules, their lines and their syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "config",
    "demo",
    "foundation",
    "resources",
    "bom",
    "routing",
    "changecontrol",
    "quality",
    "shopfloor",
    "dhr",
)
GROUPS = ("foundation", "resources", "insight")


@dataclass(frozen=True, eq=False)
class Module:
    """One file: dotted name, path from the root, text, tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def app(self) -> str:
        """``resources.inventory`` of ``resources.inventory.services.stock``."""
        return app_of(self.name)

    @property
    def room(self) -> str:
        """``services`` of ``resources.inventory.services.stock``; "" for the package itself."""
        rest = self.name[len(self.app) :].lstrip(".")
        return rest.split(".")[0]

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))

    def imports(self) -> Iterator[tuple[str, int]]:
        """(dotted name, line) of everything imported, wherever in the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def app_of(dotted: str) -> str:
    parts = dotted.split(".")
    return ".".join(parts[: 2 if parts[0] in GROUPS else 1])


@lru_cache(maxsize=1)
def modules() -> tuple[Module, ...]:
    """Every module of the product, migrations left out."""
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts or "__pycache__" in path.parts:
                continue
            relative = path.relative_to(ROOT)
            name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
            text = path.read_text(encoding="utf-8")
            found.append(Module(name, relative, text, ast.parse(text)))
    return tuple(found)
