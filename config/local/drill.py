"""The restore drill: a backup is put into a cluster that has seen nothing, and everything in it is verified there."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from .errors import StartError
from .paths import ROOT
from .postgres import Cluster, open_cluster, prepare_database, prepare_roles

DATABASE = "drill"


@dataclass
class Drill:
    """What was done and how long each step took, in seconds; what the verification said."""

    seconds: dict[str, float] = field(default_factory=dict)
    dump_bytes: int = 0
    intact: bool = False
    said: str = ""

    @property
    def back_after(self) -> float:
        """From a backup at hand to a verified database: the recovery time, without fetching the backup."""
        return sum(taken for step, taken in self.seconds.items() if step != "dump")

    def step(self, name: str, work: Callable[[], None]) -> None:
        begun = time.monotonic()
        work()
        self.seconds[name] = round(time.monotonic() - begun, 2)


def drill(source: str, *, dump: Path | None = None, against: Path | None = None, version: str = "") -> Drill:
    """Restore ``dump`` (or one taken now from the database at ``source``) into a fresh cluster, and verify it there.

    ``against``: the exported seals, which also show a backup that is too old. Nothing of the plant is written: the cluster
    lies in a temporary folder and is gone afterwards. StartError when a step fails.
    """
    done = Drill()
    with tempfile.TemporaryDirectory(prefix="arteria-drill-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL's own user passes through
        cluster = open_cluster(folder / "cluster", durable=False, version=version)
        taken = dump or folder / "dump.sql"
        if dump is None:
            done.step("dump", lambda: _dump(cluster, source, taken))
        done.dump_bytes = taken.stat().st_size
        started: list[subprocess.Popen[bytes]] = []
        try:
            done.step("cluster", lambda: started.append(cluster.start()))
            done.step("restore", lambda: _restore(cluster, taken))
            done.step("verify", lambda: _verify(cluster, against, done))
        finally:
            for process in started:
                process.terminate()
                process.wait(timeout=120)
    return done


def _dump(cluster: Cluster, source: str, target: Path) -> None:
    with target.open("wb") as out:
        _run([str(cluster.binaries / "pg_dump"), "--dbname", source], out=out)


def _restore(cluster: Cluster, dump: Path) -> None:
    """Plain dumps by psql, all others (custom, directory) by pg_restore; as the superuser of the drill's cluster."""
    prepare_roles(cluster)
    prepare_database(cluster, DATABASE)
    url = cluster.url("postgres", DATABASE)
    if _is_plain(dump):
        command = [str(cluster.binaries / "psql"), "--quiet", "--no-psqlrc", "--single-transaction"]
        command += ["--set", "ON_ERROR_STOP=1", "--dbname", url, "--output", os.devnull, "--file", str(dump)]
    else:
        command = [str(cluster.binaries / "pg_restore"), "--exit-on-error", "--dbname", url, str(dump)]
    _run(command)


def _is_plain(dump: Path) -> bool:
    if dump.is_dir():
        return False
    with dump.open("rb") as file:
        return file.read(5) != b"PGDMP"


def _verify(cluster: Cluster, against: Path | None, done: Drill) -> None:
    """`verify_records`, as the application of the restored database would run it; it remembers nothing."""
    command = [sys.executable, str(ROOT / "manage.py"), "verify_records", "--no-record"]
    command += ["--against", str(against)] if against else []
    environment = {**os.environ, "DATABASE_URL": cluster.url("arteria_app", DATABASE), "ARTERIA_SEAL_EXPORT_DIR": ""}
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    done.intact, done.said = said.returncode == 0, (said.stdout + said.stderr).strip()


def _run(command: list[str], out: int | IO[bytes] = subprocess.DEVNULL) -> None:
    ran = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    if ran.returncode:
        raise StartError(f"{Path(command[0]).name} failed: {ran.stderr.strip()[-2000:]}")
