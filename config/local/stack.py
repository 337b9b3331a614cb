"""PostgreSQL and Valkey of one folder, started as children; the site that lives on them; its first steps."""

import contextlib
import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .environment import Site, real_servers, real_site, refuse_unreachable
from .errors import StartError
from .paths import ROOT, load_secrets, make_folder
from .postgres import Cluster, drop_database, open_cluster, prepare_database, prepare_roles
from .processes import Supervisor
from .schema import schema_hash
from .valkey import open_valkey

DATABASE = "arteria"
DEMO_PLANT = "demo-plant"  # "loading" while the first start does it, then "loaded"
DEMO_USERS = "demo-users.txt"
RUNNING = "run.json"  # where the servers of a running site are, for `make manage`


@contextlib.contextmanager
def only_one(folder: Path, what: str) -> Iterator[None]:
    """Holds the folder for this process; StartError when another one has it."""
    make_folder(folder)
    lock: IO[str] = (folder / "run.lock").open("a+")
    with lock:
        _take(lock, folder, what)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def refuse_second(folder: Path, what: str) -> None:
    """StartError when the folder is held: so who starts twice is not told of another program. Makes nothing."""
    with contextlib.suppress(FileNotFoundError), (folder / "run.lock").open() as lock:
        _take(lock, folder, what)


def _take(lock: IO[str], folder: Path, what: str) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise StartError(
            f"{what} already runs on {folder} (process {lock.read().strip()}). Use that one, or stop it with Ctrl-C where it "
            "was started."
        ) from None


def start_servers(supervisor: Supervisor, folder: Path, *, durable: bool = True) -> tuple[Site, Cluster | None]:
    """Starts what the environment does not name; the cluster is None where the database is a real server."""
    redis_url = os.environ.get("REDIS_URL", "")
    if not redis_url:
        valkey = open_valkey(folder, durable=durable)
        supervisor.add(valkey.child())
        redis_url = valkey.url()
    if real_servers():
        site = real_site(redis_url, folder)
        refuse_unreachable(site)
        return site, None
    cluster = open_cluster(folder, durable=durable)
    if cluster.data.parent != folder:
        supervisor.say(
            f"PostgreSQL cannot run as root, and its user cannot enter {folder}: its data is in {cluster.data}"
        )
    supervisor.add(cluster.child())
    prepare_roles(cluster)
    prepare_database(cluster, DATABASE)
    return embedded_site(cluster, redis_url, folder), cluster


def embedded_site(cluster: Cluster, redis_url: str, folder: Path) -> Site:
    return Site(
        app_url=cluster.url("arteria_app", DATABASE),
        owner_url=cluster.url("arteria_owner", DATABASE),
        redis_url=redis_url,
        data=folder,
        secret_key=load_secrets(folder)["secret_key"],
        demo=True,
    )


def run_commands(supervisor: Supervisor, site: Site, *commands: list[str], owner: bool = False) -> None:
    """Management commands in one process, as the application's role or the owner's; StartError when one fails."""
    supervisor.run(
        " and ".join(command[0].removeprefix("?") for command in commands),
        [sys.executable, "-m", "config.local.sequence", json.dumps(commands)],
        env=site.owner() if owner else site.application(),
        log=make_folder(site.data / "log") / "prepare.log",
        cwd=ROOT,
        umask=0o077,
    )


def migrate(supervisor: Supervisor, site: Site, cluster: Cluster | None) -> None:
    """Migrates as the owner, unless this database was made from exactly this code.

    A first start that was interrupted while it loaded the demo plant is begun again, from an empty database.
    """
    if cluster and _demo_state(site) == "loading":
        supervisor.say("The first start was interrupted while it loaded the demo plant: beginning again.")
        drop_database(cluster, DATABASE)
        prepare_database(cluster, DATABASE)
    if not _is_current(cluster):
        run_commands(supervisor, site, ["migrate", "-v0"], owner=True)


def furnish(supervisor: Supervisor, site: Site, cluster: Cluster | None, *, demo: bool = False) -> bool:
    """As the application: hands the roles down, makes the signing key, loads the demo plant once. In one process.

    True when the plant was loaded now; its story is then a job of the worker's.
    """
    commands = [] if _is_current(cluster) else [["sync_roles"], ["create_signing_key"]]
    is_loading = demo and _demo_state(site) != "loaded"
    if is_loading:
        supervisor.say("Loading the demo plant (first start only) ...")
        (site.data / DEMO_PLANT).write_text("loading")
        commands += [["?load_demo"], ["?demo_users", ">", str(site.data / DEMO_USERS)]]
    if commands:
        run_commands(supervisor, site, *commands)
    if is_loading:
        (site.data / DEMO_PLANT).write_text("loaded")
    if cluster:
        _comment(cluster, f"arteria schema {schema_hash()}")
    return is_loading


def _demo_state(site: Site) -> str:
    mark = site.data / DEMO_PLANT
    return mark.read_text() if mark.exists() else ""


def _is_current(cluster: Cluster | None) -> bool:
    """Of a real server we cannot know: somebody else may have migrated it."""
    return cluster is not None and _comment(cluster) == f"arteria schema {schema_hash()}"


def wipe(folder: Path) -> None:
    """Throws a folder of the launcher's own away, with the PostgreSQL data that belongs to it."""
    if folder.exists():
        base = open_cluster(folder).data.parent
        if base != folder:
            shutil.rmtree(base)
        shutil.rmtree(folder)


def _comment(cluster: Cluster, text: str | None = None) -> str | None:
    with contextlib.closing(cluster.connect()) as connection, connection.cursor() as cursor:
        if text is not None:
            cursor.execute(f'COMMENT ON DATABASE "{DATABASE}" IS %s', [text])
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [DATABASE])
        row = cursor.fetchone()
        return row[0] if row else None
