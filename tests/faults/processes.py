"""The site's own processes on this test's database, each of which may be killed: worker, web server, broker."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
from django.conf import settings

from config.celery import app as celery_app
from config.local.paths import ROOT, free_port
from config.local.processes import spawn, stop_process
from config.local.valkey import Valkey
from tests.faults.server import until

LEASE = "6"  # seconds, so that nobody waits half a minute in a test


@dataclass
class Processes:
    """What was started, and a broker that belongs to nobody else."""

    folder: Path
    valkey: Valkey
    broker: subprocess.Popen[bytes]
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, name: str, *argv: str) -> subprocess.Popen[bytes]:
        """In a process group of its own, as the launcher starts it."""
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "REDIS_URL": self.valkey.url(),
            "ARTERIA_JOB_LEASE_SECONDS": LEASE,
        }
        process = spawn([sys.executable, "-m", *argv], env=environment, log=self.folder / f"{name}.log", cwd=ROOT)
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

    def kill_broker(self) -> None:
        self.broker.kill()
        self.broker.wait()

    def revive_broker(self) -> None:
        self.broker = self.valkey.start()

    def close(self) -> None:
        for process in reversed(self.children):
            stop_process(process, signal.SIGKILL, 5)
        stop_process(self.broker, signal.SIGTERM, 10)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """The process and all that it started, at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kill_children(process: subprocess.Popen[bytes]) -> None:
    """What it started, not itself: gunicorn's worker, of which a new one is made."""
    for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        os.kill(int(pid), signal.SIGKILL)


@contextlib.contextmanager
def use_broker(url: str) -> Iterator[None]:
    """What this process tells the worker goes there."""
    usual = settings.REDIS_URL
    _point_to(url)
    try:
        yield
    finally:
        _point_to(usual)


def _point_to(url: str) -> None:
    os.environ["REDIS_URL"] = settings.REDIS_URL = celery_app.conf.broker_url = url
    celery_app.pool.force_close_all()
    celery_app._pool = celery_app.amqp._producer_pool = None


@contextlib.contextmanager
def holding(table: str) -> Iterator[Callable[[], None]]:
    """Nobody writes into this table meanwhile. Gives what waits until somebody wants to, in the middle of an act."""
    with contextlib.closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"])) as connection:
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{table}" IN SHARE MODE')

        def somebody_waits() -> bool:
            with connection.cursor() as cursor:
                cursor.execute("SELECT FROM pg_locks WHERE relation = %s::regclass AND NOT granted", [table])
                return cursor.fetchone() is not None

        yield lambda: until(f"that an act comes to {table}", somebody_waits)
