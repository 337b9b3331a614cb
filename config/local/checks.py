"""`make test`, `make lint`: every check, with nothing set up beforehand."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from .assets import build_assets, compile_translations, find_node, install_modules
from .errors import StartError
from .paths import ROOT
from .postgres import find_binaries

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
AUDITOR = "pip-audit==2.10.1"  # run apart: it is no part of what we run
UNASKED = 3  # neither well nor weak: the advisory services were out of reach
FOR_TESTS = {"DJANGO_SETTINGS_MODULE": "config.settings.test", "ARTERIA_DEMO": "1"}


def test(arguments: list[str]) -> int:
    """All tests, then those marked pg15 on PostgreSQL 15. With arguments: just what pytest makes of them."""
    compile_translations()
    build_assets()
    if arguments:
        return _pytest(arguments)
    code = _all()
    try:
        find_binaries("15")
    except StartError as missing:
        print(f"The second run, on PostgreSQL 15, was left out. {missing}")
        return code or int(IN_CI)
    print("\nRecords, constraints and journeys again, on PostgreSQL 15:", flush=True)
    return _all("-m", "pg15", ARTERIA_PG="15") or code


def _all(*which: str, **settings: str) -> int:
    """On two workers, a file after the other in the order of tests/conftest.py."""
    return _pytest(["--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder", *which], **settings)


def _pytest(arguments: list[str], **settings: str) -> int:
    argv = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(argv, cwd=ROOT, env={**os.environ, **FOR_TESTS, **settings}, check=False).returncode


def lint() -> int:
    """Runs every linter, even after one has failed; the exit code says whether all were content."""
    python, quiet = [sys.executable, "-m"], [sys.executable, "-W", "ignore"]
    checks = {
        "ruff": [*python, "ruff", "check", "."],
        "ruff format": [*python, "ruff", "format", "--check", "."],
        "import contracts": [str(Path(sys.executable).with_name("lint-imports"))],
        "templates": [*python, "djlint", "templates", "--lint", "--quiet"],
        "migrations": [*quiet, "manage.py", "makemigrations", "--check", "--dry-run", "-v1"],
        "types": [*python, "mypy", "."],
    }
    failed = [name for name, argv in checks.items() if not _passes(name, argv, {**os.environ, **FOR_TESTS})]
    node = find_node()
    install_modules(node)
    compiler = [str(node.program), "node_modules/typescript/bin/tsc", "--noEmit"]
    if not _passes("front-end types", compiler, node.environment()):
        failed.append("front-end types")
    print(f"Not content: {', '.join(failed)}." if failed else "All content.")
    return int(bool(failed))


def _passes(name: str, argv: list[str], environment: dict[str, str]) -> bool:
    print(f"-- {name}", flush=True)
    return subprocess.run(argv, cwd=ROOT, env=environment, check=False).returncode == 0


def audit() -> int:
    """Known weaknesses of exactly what is locked: 1 when there are any, 3 when an advisory service could not be asked.

    Being unable to ask is no clean bill: it has a status of its own, so that CI says it and goes on.
    """
    locks = [word for name in ("requirements.txt", "requirements-dev.txt") for word in ("-r", name)]
    auditor = [
        sys.executable,
        "-m",
        "uv",
        "tool",
        "run",
        AUDITOR,
        "--disable-pip",
        "--require-hashes",
        "--format",
        "json",
    ]
    node = find_node()
    answers = {
        "Python packages": python_weaknesses(_said([*auditor, *locks], dict(os.environ))),
        "front-end packages": node_weaknesses(_said([*node.npm, "audit", "--json"], node.environment())),
    }
    for name, weak in answers.items():
        print(f"-- {name}: {'could not be asked about' if weak is None else weak or 'nothing is known'}", flush=True)
    if any(answers.values()):
        return 1
    return UNASKED if None in answers.values() else 0


def _said(argv: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(argv, cwd=ROOT, env=environment, check=False, stdout=subprocess.PIPE, text=True).stdout


def python_weaknesses(said: str) -> list[str] | None:
    """From pip-audit's JSON: package, version and advisory of each; None when nothing is known and it could not ask about all."""
    answer = _json(said)
    packages = answer.get("dependencies", [])
    found = [f"{one['name']} {one['version']}: {weak['id']}" for one in packages for weak in one.get("vulns", [])]
    unasked = not packages or any("skip_reason" in one for one in packages)
    return found or (None if unasked else [])


def node_weaknesses(said: str) -> list[str] | None:
    """From `npm audit --json`: package and severity of each; None when the registry did not answer."""
    answer = _json(said)
    if "error" in answer or "vulnerabilities" not in answer:
        return None
    return [f"{name}: {weak['severity']}" for name, weak in answer["vulnerabilities"].items()]


def _json(said: str) -> dict[str, Any]:
    try:
        answer = json.loads(said)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
