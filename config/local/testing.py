"""The cluster of the tests: shared by the runs of one checkout, quick, and never the data that people work with.

The first run starts PostgreSQL and Valkey under var/test, later ones join, the last one stops them. A migrated
template database, named by a hash of what makes it, is built once; each test process works on its own clone.
Workers that test side by side have a cluster each: the transaction horizon, by which seals are made, is the cluster's.
"""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psycopg2

from .errors import StartError
from .paths import ROOT, make_folder, read_state
from .postgres import Cluster, open_cluster, prepare_database, prepare_roles, running_pid, stop_leftover
from .schema import schema_hash
from .valkey import Valkey, open_valkey

KEPT = {"django_migrations"}


@dataclass
class Stack:
    """PostgreSQL and Valkey of the tests, and this process's place in them."""

    cluster: Cluster
    valkey: Valkey
    users: IO[str]
    template: str = ""
    databases: list[str] = field(default_factory=list)

    def clone(self, name: str) -> str:
        """A fresh copy of the template; returns the application's URL of it."""
        with self._server() as cursor:
            cursor.execute(
                f'CREATE DATABASE "{name}" OWNER arteria_owner TEMPLATE "{self.template}" STRATEGY FILE_COPY'
            )
            cursor.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
            cursor.execute(f'GRANT CONNECT ON DATABASE "{name}" TO arteria_app')
        self.databases.append(name)
        return self.cluster.url("arteria_app", name)

    def owner_url(self, name: str) -> str:
        return self.cluster.url("arteria_owner", name)

    def close(self) -> None:
        """Drops this process's databases; whoever is last stops the servers."""
        with self._server() as cursor:
            for name in self.databases:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        with _starting(self.cluster.folder):
            fcntl.flock(self.users, fcntl.LOCK_UN)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stop_leftover(self.cluster.data)
                self.valkey.stop_leftover()
        self.users.close()

    @contextlib.contextmanager
    def _server(self) -> Iterator["psycopg2.extensions.cursor"]:
        connection = self.cluster.connect()
        with contextlib.closing(connection), connection.cursor() as cursor:
            yield cursor


def open_stack(version: str = "", worker: str = "", *, with_template: bool = True) -> Stack:
    """Joins the servers of this checkout's tests, or of this worker among them, starting them first when nobody has."""
    name = "-".join(filter(None, ("test", version, worker)))
    folder = make_folder(Path(os.environ.get("ARTERIA_TEST_DIR") or ROOT / "var").absolute() / name)
    with _starting(folder):
        cluster, valkey = open_cluster(folder, durable=False, version=version), open_valkey(folder, durable=False)
        users = (folder / "users.lock").open("w")
        alone = _try_lock_alone(users)
        fcntl.flock(users, fcntl.LOCK_SH)
        state = read_state(folder / "state.json")
        if running_pid(cluster.data) and valkey.running_pid() and state:
            cluster.port, valkey.port = state["postgres"], state["valkey"]
        else:
            for process in (cluster.start(outlive_us=True), valkey.start(outlive_us=True)):
                process.returncode = 0  # from here on known by its pid file: whoever is last stops it
            (folder / "state.json").write_text(json.dumps({"postgres": cluster.port, "valkey": valkey.port}))
        stack = Stack(cluster, valkey, users)
        if alone:
            _drop_remains(stack)
        if with_template:
            stack.template = _ensure_template(stack)
    return stack


def reset_committed_data(connection: "psycopg2.extensions.connection") -> None:
    """Puts a clone back to its template's rows, as the owner: the application's role may delete hardly anything."""
    with connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "SELECT c.relname, to_regclass(format('seed.%%I', c.relname)) IS NOT NULL,"
            " (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            "   WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '')"
            " FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> ALL (%s)",
            [list(KEPT)],
        )
        tables = cursor.fetchall()
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name, _, _ in tables)
        )
        filled = {name for (name,) in cursor.fetchall()}
        for name, is_seeded, columns in tables:
            if name in filled:
                cursor.execute(f'DELETE FROM "{name}"')
            if is_seeded:
                cursor.execute(
                    f'INSERT INTO "{name}" ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM seed."{name}"'
                )


@contextlib.contextmanager
def _starting(folder: Path) -> Iterator[None]:
    """One process at a time starts, stops or builds a template."""
    with (folder / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _try_lock_alone(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _drop_remains(stack: Stack) -> None:
    """Clones of runs that were killed."""
    with stack._server() as cursor:
        cursor.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'run\_%' OR datname LIKE 'building\_%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _ensure_template(stack: Stack) -> str:
    mark = schema_hash()
    name, building = f"template_{mark}", f"building_{mark}"
    with stack._server() as cursor:
        prepare_roles(stack.cluster, for_tests=True)
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%'")
        known = {row[0] for row in cursor.fetchall()}
        if name in known:
            return name
        cursor.execute(f'DROP DATABASE IF EXISTS "{building}" WITH (FORCE)')
        prepare_database(stack.cluster, building)
        _migrate(stack.cluster, building)
        _keep_seed(stack.cluster, building)
        cursor.execute(f'ALTER DATABASE "{building}" RENAME TO "{name}"')
        for old in sorted(known):
            with contextlib.suppress(psycopg2.Error):  # another run may be cloning it
                cursor.execute(f'DROP DATABASE "{old}"')
    return name


def _migrate(cluster: Cluster, database: str) -> None:
    owner = cluster.url("arteria_owner", database)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": owner,
        "DATABASE_OWNER_URL": owner,
        "ARTERIA_APP_ROLE": "arteria_app",
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", ROOT / "manage.py", "migrate", "-v0"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StartError(f"The test database could not be migrated:\n{done.stdout}{done.stderr}")


def _keep_seed(cluster: Cluster, database: str) -> None:
    """Copies the rows that migrations made into the schema ``seed``, from which a reset brings them back."""
    connection = cluster.connect(database, "arteria_owner")
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA seed")
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> ALL (%s)",
            [list(KEPT)],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{name}")')
            if cursor.fetchone() == (True,):
                cursor.execute(f'CREATE TABLE seed."{name}" AS TABLE public."{name}"')
