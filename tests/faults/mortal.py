"""A site that may die: its own PostgreSQL, durable as in production, its own Valkey, and processes that are killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings

from config.local.paths import ROOT, free_port, load_secrets
from config.local.postgres import Cluster, open_cluster
from config.local.processes import spawn, stop_process
from config.local.testing import Stack
from config.local.valkey import Valkey, open_valkey

DATABASE = "mortal"
PATIENCE = 90.0  # seconds until a wait is given up; nothing is measured by it


def wait_until(true: Callable[[], Any], what: str) -> Any:
    """The first true answer; fails when it does not come."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        answer = true()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"{what}: this did not happen")


@dataclass
class Mortal:
    """The servers and the processes of one site, each of which can be killed and started again."""

    cluster: Cluster
    valkey: Valkey
    folder: Path
    template: str
    postgres: subprocess.Popen[bytes]
    broker: subprocess.Popen[bytes]
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.cluster.url("arteria_app", DATABASE)

    def kill_database(self) -> None:
        """SIGKILL to every process of it at once, as when the machine's power goes."""
        family = [self.postgres.pid, *_children(self.postgres.pid)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.postgres.wait()
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family[1:]), "PostgreSQL is gone")

    def revive_database(self) -> None:
        """The next start, which recovers from its log."""
        self.postgres = self.cluster.start()

    def kill_broker(self) -> None:
        self.broker.kill()
        self.broker.wait()

    def revive_broker(self) -> None:
        self.broker = self.valkey.start()

    def environment(self, **more: str) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"},
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "DATABASE_URL": self.url,
            "REDIS_URL": self.valkey.url(),
            "ARTERIA_DATA_DIR": str(settings.DATA_DIR),
            "ARTERIA_SIGNING_KEY_FILE": str(settings.SIGNING_KEY_FILE),
            "ARTERIA_LOG_LEVEL": "INFO",
            **more,
        }

    def start(self, name: str, *argv: str) -> subprocess.Popen[bytes]:
        """A process of the product, in a process group of its own."""
        process = spawn(
            [sys.executable, "-m", *argv], env=self.environment(), log=self.folder / f"{name}.log", cwd=ROOT
        )
        self.children.append(process)
        return process

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self.start(
            "worker", *["celery", "-A", "config", "worker", "--beat", "--concurrency", "1", "--without-mingle"]
        )

    def start_web(self) -> tuple[subprocess.Popen[bytes], int]:
        port = free_port()
        options = [
            "--workers",
            "1",
            "--threads",
            "4",
            "--worker-class",
            "gthread",
            "--timeout",
            "120",
            "--no-control-socket",
        ]
        return self.start("web", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", *options), port

    def close(self) -> None:
        for process in reversed(self.children):
            stop_process(process, signal.SIGKILL, 5)
        stop_process(self.broker, signal.SIGTERM, 10)
        stop_process(self.postgres, signal.SIGINT, 20)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """The process and all that it started, at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kill_children(process: subprocess.Popen[bytes]) -> None:
    """What it started, not itself: gunicorn's worker, of which a new one is made."""
    for pid in _children(process.pid):
        os.kill(pid, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def raise_mortal(stack: Stack, folder: Path) -> Mortal:
    """Servers that begin as a physical copy of the tests' own, so that nothing is migrated twice."""
    (folder / "secrets.json").write_text((stack.cluster.folder / "secrets.json").read_text())
    load_secrets(folder)
    cluster = open_cluster(folder, durable=True, version=os.environ.get("ARTERIA_PG", ""))
    # What a killed process has written the system still has: to sync it to the disk would only make the tests slow.
    cluster.settings["fsync"] = "off"
    _copy(stack.cluster, cluster)
    valkey = open_valkey(folder, durable=False)
    mortal = Mortal(cluster, valkey, folder, stack.template, cluster.start(), valkey.start())
    with contextlib.closing(cluster.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{DATABASE}" OWNER arteria_owner TEMPLATE "{stack.template}"')
        cursor.execute(f'REVOKE ALL ON DATABASE "{DATABASE}" FROM PUBLIC')
        cursor.execute(f'GRANT CONNECT ON DATABASE "{DATABASE}" TO arteria_app')
    return mortal


def _copy(source: Cluster, target: Cluster) -> None:
    options: Mapping[str, Any] = target.user.popen_options() if target.user else {}
    target.data.mkdir(mode=0o700)
    if target.user:
        os.chown(target.data, target.user.uid, target.user.gid)
    argv = [target.binaries / "pg_basebackup", "-D", target.data, "-X", "stream", "-c", "fast", "--no-sync"]
    argv += ["-h", "127.0.0.1", "-p", str(source.port), "-U", "postgres"]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PGPASSWORD": source.secrets["postgres"]}
    done = subprocess.run(argv, cwd="/", env=environment, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stderr


class Hold:
    """A lock that stops an act at one point, for as long as the test wants to do something worse to it."""

    def __init__(self, mortal: Mortal, statement: str) -> None:
        self.connection = mortal.cluster.connect(DATABASE)
        self.connection.autocommit = False
        self.mortal = mortal
        with self.connection.cursor() as cursor:
            cursor.execute(statement)

    def wait_for_somebody(self, given_up: Callable[[], bool] = lambda: False) -> None:
        """Until an application's process waits for this lock, in the middle of its transaction."""
        wait_until(lambda: self._blocked() or given_up(), "an act came to this point")
        assert not given_up(), "it ended before it came to this point"

    def _blocked(self) -> bool:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the same activity for ever
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'arteria_app'"
                " AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            [(count,)] = cursor.fetchall()
            return bool(count)

    def release(self) -> None:
        with contextlib.suppress(psycopg2.Error):
            self.connection.rollback()
        self.connection.close()


@contextlib.contextmanager
def hold(mortal: Mortal, statement: str) -> Iterator[Hold]:
    held = Hold(mortal, statement)
    try:
        yield held
    finally:
        held.release()


def everything(mortal: Mortal) -> dict[str, tuple[int, str]]:
    """Every table of the database with its count and the hash of all its rows."""
    with contextlib.closing(mortal.cluster.connect(DATABASE)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
        tables = sorted(name for (name,) in cursor.fetchall())
        parts = [
            f"SELECT '{name}', count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM \"{name}\" t"
            for name in tables
        ]
        cursor.execute(" UNION ALL ".join(parts))
        return {name: (count, digest) for name, count, digest in cursor.fetchall()}


def grown(before: Mapping[str, tuple[int, str]], after: Mapping[str, tuple[int, str]]) -> dict[str, int]:
    """Table → rows that came, for those whose rows are others now."""
    return {name: after[name][0] - before[name][0] for name in after if after[name] != before[name]}
