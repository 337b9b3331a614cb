"""Folders and processes of the launcher's tests. Nothing here touches the data or the ports of a real start."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.local.paths import ROOT, free_port
from config.local.postgres import stop_leftover


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that PostgreSQL's own user can reach too (pytest's tmp_path is closed to it when root tests)."""
    path = Path(tempfile.mkdtemp(prefix="arteria-test-"))
    path.chmod(0o711)
    yield path
    stop_leftover(path / "pg")
    shutil.rmtree(path)


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process that nobody here started on the launcher's behalf: it must outlive every stop."""
    process = subprocess.Popen(["sleep", "120"])
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def launch(folder: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `python -m config.local ...` on ``folder`` with a free port; what still runs at the end is stopped."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **settings: str) -> subprocess.Popen[str]:
        foreign = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "ARTERIA_DEMO", "ARTERIA_SECRET_KEY"}
        foreign |= {"ARTERIA_SIGNING_KEY_FILE", "DJANGO_SETTINGS_MODULE"}
        environment = {name: value for name, value in os.environ.items() if name not in foreign}
        environment |= {"ARTERIA_DATA_DIR": str(folder), "PORT": str(free_port()), **settings}
        process = subprocess.Popen(
            [sys.executable, "-m", "config.local", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
