"""A PostgreSQL of a test's own, with fsync on, that may be killed as a power cut kills it, and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from config.local.paths import ROOT
from config.local.postgres import Cluster, prepare_roles, running_pid
from config.local.testing import Stack

PATIENCE = 60.0


def until(what: str, happened: object, patience: float = PATIENCE) -> None:
    """Waits for something that other processes do. Not a timing: only a limit after which the test has failed."""
    limit = time.monotonic() + patience
    while not happened():  # type: ignore[operator]
        if time.monotonic() > limit:
            raise AssertionError(f"{what} did not happen within {patience:.0f} s")
        time.sleep(0.02)


@dataclass
class Server:
    """The durable cluster and its processes."""

    cluster: Cluster
    process: subprocess.Popen[bytes] | None = None
    helpers: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self) -> None:
        self.process = self.cluster.start()

    def kill(self) -> None:
        """SIGKILL for the postmaster and each of its processes: nothing is flushed, nobody says goodbye."""
        assert self.process is not None
        family = [self.process.pid, *_children(self.process.pid)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        until("the end of every backend", lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
        self.process = None

    def stop(self) -> None:
        for helper in self.helpers:
            if helper.poll() is None:
                helper.kill()
            helper.communicate()
        if self.process is not None and running_pid(self.cluster.data):
            self.process.send_signal(signal.SIGINT)
            self.process.wait()

    def run(self, *words: str) -> subprocess.Popen[str]:
        """One act in a process of its own, as the application (tests/faults/act.py)."""
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "DATABASE_URL": self.cluster.url("arteria_app", "plant"),
        }
        argv = [sys.executable, "-m", "tests.faults.act", *words]
        helper = subprocess.Popen(
            argv, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.helpers.append(helper)
        return helper

    @contextlib.contextmanager
    def holding(self, table: str) -> Iterator[None]:
        """Nobody writes into this table meanwhile: whoever wants to waits in the middle of what they do."""
        connection = psycopg2.connect(self.cluster.url("postgres", "plant"))
        try:
            with connection.cursor() as cursor:
                cursor.execute(f'LOCK TABLE "{table}" IN SHARE ROW EXCLUSIVE MODE')
                yield
        finally:
            with contextlib.suppress(psycopg2.Error):
                connection.close()

    def somebody_waits(self) -> bool:
        with contextlib.closing(self.cluster.connect("plant")) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            return cursor.fetchone() == (1,)

    def counts(self) -> dict[str, int]:
        """Rows per table."""
        with contextlib.closing(self.cluster.connect("plant")) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
            found = {}
            for (table,) in cursor.fetchall():
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                found[table] = cursor.fetchone()[0]
            return found


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def restored(stack: Stack, cluster: Cluster, source: str) -> Server:
    """A server with a database ``plant`` that is a dump of ``source`` restored, as after a move to another machine."""
    server = Server(cluster)
    server.start()
    prepare_roles(cluster, for_tests=True)
    with contextlib.closing(cluster.connect()) as connection, connection.cursor() as cursor:
        cursor.execute('CREATE DATABASE "plant" OWNER arteria_owner TEMPLATE template0')
    dump = [str(cluster.binaries / "pg_dump"), "--format=plain", stack.cluster.url("postgres", source)]
    load = [str(cluster.binaries / "psql"), "-q", "-v", "ON_ERROR_STOP=1", cluster.url("postgres", "plant")]
    dumped = subprocess.run(dump, capture_output=True, check=True)
    subprocess.run(load, input=dumped.stdout, stdout=subprocess.DEVNULL, check=True)
    return server
