"""`make demo`, `make bench`, `make manage`: commands on a stack of their own, or on the data of `make run`."""

import os
import subprocess
import sys
from pathlib import Path

from .assets import compile_translations
from .environment import Site
from .errors import StartError
from .paths import ROOT, VAR, make_folder, read_state
from .processes import Supervisor
from .stack import RUNNING, furnish, migrate, only_one, start_servers, wipe

OWN_STACKS = ROOT / "var"


def demo() -> None:
    """The main job without a browser, on a fresh stack that is thrown away at the next start."""
    with Supervisor() as supervisor:
        site = _fresh_stack(supervisor, OWN_STACKS / "demo", durable=False)
        supervisor.run("The demo", [sys.executable, "manage.py", "demo"], env=site.application(), log=None, cwd=ROOT)


def bench(arguments: list[str]) -> None:
    """The benchmark, on a durable stack of its own: figures with fsync off would be nobody's."""
    with Supervisor() as supervisor:
        site = _fresh_stack(supervisor, OWN_STACKS / "bench", durable=True)
        argv = [sys.executable, "-m", "tests.benchmarks", *arguments]
        environment = {**site.application(), "DATABASE_OWNER_URL": site.owner_url}
        supervisor.run("The benchmark", argv, env=environment, log=None, cwd=ROOT)


def manage(arguments: list[str]) -> int:
    """A management command on the data of `make run`, as the application's role, whether that runs now or not."""
    with Supervisor() as supervisor:
        try:
            supervisor.enter_context(only_one(VAR, "Arteria"))
        except StartError:
            return _foreground(arguments, _running_site())
        site, cluster = start_servers(supervisor, VAR)
        migrate(supervisor, site, cluster)
        furnish(supervisor, site, cluster)
        return _foreground(arguments, site)


def _running_site() -> Site:
    state = read_state(VAR / RUNNING)
    if not state:
        raise StartError("Arteria is starting at this moment: try again when it has said its address.")
    return Site(**{**state, "data": Path(state["data"])})


def _foreground(arguments: list[str], site: Site) -> int:
    argv = [sys.executable, "manage.py", *arguments]
    return subprocess.run(argv, cwd=ROOT, env=site.application(), check=False).returncode


def _fresh_stack(supervisor: Supervisor, folder: Path, *, durable: bool) -> Site:
    for foreign in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        os.environ.pop(foreign, None)  # what is wiped here must never be somebody's server
    compile_translations()
    supervisor.enter_context(only_one(folder.with_name(f"{folder.name}.lock"), f"make {folder.name}"))
    wipe(folder)
    site, cluster = start_servers(supervisor, folder, durable=durable)
    migrate(supervisor, site, cluster)
    furnish(supervisor, site, cluster)
    make_folder(folder / "static")  # where collected files would lie; the warning that they do not says nothing here
    return site
