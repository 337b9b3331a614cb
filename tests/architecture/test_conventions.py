"""What is written one way everywhere."""

from __future__ import annotations

import ast
import csv
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management import get_commands

from tests.architecture.code import PACKAGES, ROOT, Module, modules

BELOW_VIEWS = {
    "services",
    "selectors",
    "policies",
    "models",
    "querysets",
    "states",
    "events",
    "exceptions",
    "handlers",
    "tasks",
}
NOW = {("timezone", "now"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("datetime", "today")}
CLOCK = {"foundation.core.clock"}
OUTSIDE_DJANGO = {"foundation.records.verifier.verify"}  # runs at a stranger's, with the standard library only
# They find out who acts instead of being told; or read, and are offered beside the writes they belong to.
WITHOUT_ACTOR = {
    "foundation.accounts.services": {"log_in", "log_in_by_provider", "badge_in", "renew_secret", "actor_of_session"},
    "foundation.records.services": {"shown_hash"},
    "routing.services": {"validate_routing"},
    "foundation.imports.services": {
        "commit_given_up",
        "commit_staged",
        "read_staged",
        "review_staged",
        "job_of",
    },  # jobs of acts, as below
    "foundation.retention.services": {"make_period_archive", "make_record_archive"},
    "dhr.services": {"make_package", "package_path"},  # the job of a request that has its actor
}
SIGNALS_OF_ITS_OWN = {"foundation.records.apps", "foundation.core.tasks"}  # post_migrate, and Celery's worker_ready
RUN_BY_THE_LAUNCHER = {
    "load_demo"
}  # the first start of `make run` runs it (tests/local), `make demo` the same chapters
REGULATIONS = ROOT.parent / "shared" / "design" / "regulations.csv"
REQUIREMENTS = ROOT.parent / "shared" / "design" / "requirements.csv"


def places(module: Module, nodes: Iterator[ast.AST]) -> list[str]:
    return [f"{module.path}:{getattr(node, 'lineno', 0)}" for node in nodes]


def test_only_the_clock_asks_what_time_it_is() -> None:
    wrong = [
        place
        for module in modules()
        if module.name not in CLOCK | OUTSIDE_DJANGO and not module.name.startswith("config.local")
        for place in places(
            module,
            (
                node
                for node in ast.walk(module.tree)
                if isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and (node.func.value.id, node.func.attr) in NOW
            ),
        )
    ]
    assert wrong == []


def test_there_is_no_request_below_the_views() -> None:
    wrong = [
        f"{module.path}:{function.lineno}"
        for module in modules()
        if module.room in BELOW_VIEWS and module.app not in ("config", "demo")
        for function in module.functions()
        for argument in [*function.args.args, *function.args.kwonlyargs]
        if argument.arg == "request" and ast.unparse(argument.annotation or ast.Constant(None)) != "str"
    ]
    assert wrong == []


def test_imports_stand_at_the_top() -> None:
    """In a function body only in ``ready()``, where Django wants it, and where the line says why."""
    wrong = []
    for module in modules():
        lines = module.text.splitlines()
        for function in module.functions():
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom) and "PLC0415 - " not in lines[node.lineno - 1]:
                    wrong.append(f"{module.path}:{node.lineno}")
    assert wrong == []


def test_there_are_no_signals_of_our_own() -> None:
    pattern = re.compile(
        r"from django\.(db\.models|core|dispatch)[\w.]* import .*\b(receiver|Signal|post_save|pre_save)\b"
    )
    wrong = [str(module.path) for module in modules() if pattern.search(module.text)]
    assert wrong == []
    connecting = {
        module.name
        for module in modules()
        if re.search(r"\.connect\(.*dispatch_uid|worker_ready\.connect", module.text)
    }
    assert connecting <= SIGNALS_OF_ITS_OWN


def service_functions() -> Iterator[tuple[str, str, Any]]:
    """(module, name, function) of everything that an app's ``services`` package or module offers."""
    for module in modules():
        if module.room != "services" or module.name.split(".")[-1] != "services":
            continue
        package = import_module(module.name)
        for name in getattr(package, "__all__", [n for n in vars(package) if not n.startswith("_")]):
            function = getattr(package, name)
            if inspect.isfunction(function) and function.__module__.startswith(module.app):
                yield module.name, name, function


def test_every_service_takes_its_actor_by_name() -> None:
    wrong = []
    for module, name, function in service_functions():
        if name in WITHOUT_ACTOR.get(module, set()):
            continue
        actor = inspect.signature(function).parameters.get("actor")
        if (
            actor is None
            or actor.kind is not inspect.Parameter.KEYWORD_ONLY
            or actor.default is not inspect.Parameter.empty
        ):
            wrong.append(f"{module}.{name}")
    assert wrong == []


def test_every_service_says_what_it_does() -> None:
    assert [f"{module}.{name}" for module, name, function in service_functions() if not inspect.getdoc(function)] == []


def test_services_import_no_tasks_and_no_handlers() -> None:
    wrong = [
        f"{module.path}:{line} imports {name}"
        for module in modules()
        if module.room == "services"
        for name, line in module.imports()
        if ".tasks" in name or ".handlers" in name
    ]
    assert wrong == []


def test_every_management_command_has_a_test() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    own = {name for name, app in get_commands().items() if str(app).split(".")[0] in PACKAGES}
    assert {name for name in own - RUN_BY_THE_LAUNCHER if f'"{name}"' not in tests} == set()


def part_11_clauses() -> set[str]:
    """``21CFR11.300(d)``: the clauses of 21 CFR Part 11 that the design answers, as marks write them."""
    with REGULATIONS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row[0] == "21 CFR Part 11"]
    clauses = {f"21CFR{part}" for row in rows for part in re.split(r"[/]", row[1])}
    return clauses | {"21CFR11.200(a)(2)", "21CFR11.200(a)(3)"}  # one row: 11.200(a)(2)-(3)


def test_every_requirement_that_a_test_names_exists() -> None:
    with REQUIREMENTS.open(encoding="utf-8", newline="") as file:
        known = {row[0] for row in csv.reader(file)} | part_11_clauses()
    named: dict[str, Path] = {}
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.requirement":
                named |= {arg.value: path for arg in node.args if isinstance(arg, ast.Constant)}
    assert {code: str(path) for code, path in named.items() if code not in known} == {}
    assert named


def test_templates_carry_no_script_style_or_handler_of_their_own() -> None:
    """The content security policy would stop them: better to find them here."""
    pattern = re.compile(r"""<script(?![^>]*\b(src|type="application/json"))|<style\b|\sstyle=|\son[a-z]+=["']""")
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group(0)}"
        for path in (ROOT / "templates").rglob("*.html")
        if (found := pattern.search(re.sub(r"{[%#].*?[%#]}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)))
    ]
    assert wrong == []


def test_every_signature_dialog_carries_the_hash_of_what_it_shows() -> None:
    """Else a signature could be posted for another content than the one on screen (21 CFR 11.70)."""
    components = ROOT / "templates" / "components"
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group(0)[:120]}"
        for path in (ROOT / "templates").rglob("*.html")
        if path.parent != components
        for found in re.finditer(
            r"{% include [^%]*?(signature_(dialog|fields)\.html|\bsign=)[^%]*%}", path.read_text("utf-8")
        )
        if "shown=" not in found.group(0)
    ]
    assert wrong == []


def test_texts_are_translatable_where_people_are_refused() -> None:
    """The reason of a refusal is never a bare string: it is ``_("…")``, or comes from where it was one."""
    refusals = {"Refusal", "NotValid", "PermissionDenied", "TransitionNotAllowed", "GateClosed", "Conflict"}
    wrong = [
        f"{module.path}:{node.lineno}"
        for module in modules()
        if module.app not in ("config", "demo")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
        if getattr(node.exc.func, "id", "") in refusals and node.exc.args
        if isinstance(node.exc.args[0], ast.Constant | ast.JoinedStr)
    ]
    assert wrong == []
