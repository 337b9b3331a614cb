"""`make run` with real processes: what it starts, what it stops, what it keeps, and what it says when it cannot."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from config.local.environment import DEFAULT_SECRET
from config.local.errors import StartError, explain_words, explain_write_error
from config.local.paths import ROOT, is_port_free, load_secrets
from config.local.postgres import running_pid, stop_leftover
from config.local.stack import only_one

Launch = Callable[..., subprocess.Popen[str]]


def refused(process: subprocess.Popen[str]) -> str:
    """What a launcher that gives up says: one sentence on stderr, exit code 1, no traceback."""
    _out, said = process.communicate(timeout=60)
    assert process.returncode == 1, said
    assert "Traceback" not in said
    assert said.startswith("arteria: ")
    return said


def read_until(process: subprocess.Popen[str], pattern: str) -> str:
    text = ""
    assert process.stdout is not None
    for line in process.stdout:
        text += line
        if re.search(pattern, line):
            return text
    assert process.stderr is not None
    raise AssertionError(f"{pattern!r} was never said:\n{text}\n{process.stderr.read()}")


def children_of(pid: int) -> dict[str, int]:
    """Name → process of the direct children, from /proc."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if int(stat.rpartition(")")[2].split()[1]) == pid:
            name = next((n for n in ("postgres", "valkey", "gunicorn", "celery") if n in command), command)
            found[name] = int(entry.name)
    return found


def status_of(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=20) as page:  # noqa: S310 - our own address
            return int(page.status)
    except urllib.error.HTTPError as error:
        return error.code


def lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_starts_serves_revives_stops_and_keeps_everything(
    launch: Launch, folder: Path, bystander: subprocess.Popen[bytes]
) -> None:
    first = launch("run")
    address = re.search(r"http://127\.0\.0\.1:\d+/", read_until(first, "Arteria is at"))
    assert address is not None
    assert status_of(address[0]) in {200, 404}
    children = children_of(first.pid)
    assert set(children) == {"postgres", "valkey", "gunicorn", "celery"}
    secret = load_secrets(folder)["arteria_owner"]
    for child in ("gunicorn", "celery"):  # the application is never given the owner's password
        assert secret.encode() not in Path(f"/proc/{children[child]}/environ").read_bytes()

    os.kill(children["celery"], signal.SIGKILL)
    read_until(first, "The worker ended .* starting it again")

    first.send_signal(signal.SIGINT)
    _out, said = first.communicate(timeout=60)
    assert (first.returncode, said) == (0, "")
    assert not any(lives(pid) for pid in children.values())
    assert bystander.poll() is None

    second = launch("run")
    assert "Loading the demo plant" not in read_until(second, "Arteria is at")
    children = children_of(second.pid)
    second.kill()  # not even a killed launcher leaves its children behind
    limit = time.monotonic() + 30
    while any(lives(pid) for pid in children.values()) and time.monotonic() < limit:
        time.sleep(0.1)
    assert not any(lives(pid) for pid in children.values())


def test_a_taken_port_is_said(launch: Launch, folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused(launch("run", PORT=str(port)))
    assert f"Port {port} is taken by another program" in said
    assert f"make run PORT={port + 1}" in said
    assert list(folder.iterdir()) == []


def test_who_starts_twice_is_told_so_and_not_of_another_program(launch: Launch, folder: Path) -> None:
    with only_one(folder, "Arteria"), socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = refused(launch("run", PORT=str(taken.getsockname()[1])))
    assert f"Arteria already runs on {folder} (process {os.getpid()}). Use that one, or stop it with Ctrl-C" in said


def test_a_port_for_the_administrator_only_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def bind(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("config.local.paths.socket.socket.bind", bind)
    with pytest.raises(StartError, match=r"Port 80 may be used by the administrator only.*PORT=8000"):
        is_port_free(80)


def test_a_port_that_is_none_is_said(launch: Launch) -> None:
    assert "PORT=80x is not a port number" in refused(launch("run", PORT="80x"))


def test_a_disk_that_cannot_be_written_is_said(launch: Launch) -> None:
    said = refused(launch("run", ARTERIA_DATA_DIR="/sys/arteria"))
    assert "/sys/arteria" in said
    assert "read-only" in said or "may not write" in said


@pytest.mark.parametrize(
    ("number", "why"), [(28, "the disk is full"), (30, "the disk is read-only"), (13, "may not write")]
)
def test_write_errors_are_explained(number: int, why: str) -> None:
    assert why in str(explain_write_error(OSError(number, "x", "/data/file")))


def test_what_another_program_says_of_the_disk_is_explained() -> None:
    assert explain_words("could not write to file: No space left on device") == "The disk is full. "
    assert explain_words("syntax error") == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk")
def test_a_disk_that_becomes_full_is_said(launch: Launch, folder: Path) -> None:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=30m,mode=0711", "tmpfs", str(folder)], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        said = refused(launch("run"))
        stop_leftover(folder / "pg")
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
    assert said.startswith("arteria: The disk is full. PostgreSQL could not make its data folder")


def test_other_errors_are_not_explained_away() -> None:
    assert explain_write_error(OSError(2, "No such file", "/data/file")) is None


def test_a_second_start_on_the_same_data_is_refused(launch: Launch, folder: Path) -> None:
    with only_one(folder, "Arteria"):
        said = refused(launch("run"))
    assert f"Arteria already runs on {folder} (process {os.getpid()})" in said


class TestRealServers:
    """With DATABASE_URL the launcher starts no demo, and asks for what the demo does without."""

    APP, OWNER = "postgres://app:x@127.0.0.1:1/arteria", "postgres://owner:x@127.0.0.1:1/arteria"

    def start(self, launch: Launch, **settings: str) -> str:
        return refused(launch("run", REDIS_URL="redis://127.0.0.1:1/0", DATABASE_URL=self.APP, **settings))

    def test_the_demo_is_refused(self, launch: Launch) -> None:
        assert "ARTERIA_DEMO is for the embedded database only" in self.start(launch, ARTERIA_DEMO="1")

    def test_a_secret_is_asked_for(self, launch: Launch) -> None:
        assert "ARTERIA_SECRET_KEY is not set" in self.start(launch, DATABASE_OWNER_URL=self.OWNER)

    def test_an_owner_is_asked_for(self, launch: Launch) -> None:
        assert "DATABASE_OWNER_URL is not set" in self.start(launch, ARTERIA_SECRET_KEY="s" * 50)

    def test_the_application_must_not_be_the_owner(self, launch: Launch) -> None:
        said = self.start(launch, ARTERIA_SECRET_KEY="s" * 50, DATABASE_OWNER_URL=self.APP)
        assert "must not own its tables" in said

    def test_the_demos_secret_is_refused(self, launch: Launch) -> None:
        said = self.start(launch, ARTERIA_SECRET_KEY=DEFAULT_SECRET, DATABASE_OWNER_URL=self.OWNER)
        assert "ARTERIA_SECRET_KEY is the demo's, which everyone knows" in said

    def test_a_server_that_cannot_be_reached_is_said_without_its_password(self, launch: Launch) -> None:
        said = self.start(launch, ARTERIA_SECRET_KEY="s" * 50, DATABASE_OWNER_URL=self.OWNER.replace(":x@", ":hush@"))
        assert "The database of DATABASE_URL does not let us in" in said
        assert "Connection refused" in said
        assert "hush" not in said

    def test_the_launchers_demo_secret_is_the_settings(self) -> None:
        assert DEFAULT_SECRET in (ROOT / "config" / "settings" / "base.py").read_text()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_a_database_that_cannot_start_is_said(launch: Launch, folder: Path) -> None:
    (folder / "pg").mkdir()
    (folder / "pg" / "PG_VERSION").write_text("9.6\n")
    assert "was made by PostgreSQL 9.6" in refused(launch("run"))
    assert running_pid(folder / "pg") is None
