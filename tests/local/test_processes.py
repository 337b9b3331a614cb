"""Children are watched and stopped; nobody else is."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.local.errors import StartError
from config.local.processes import Child, Supervisor, spawn, stop_process, works_in


@pytest.fixture(autouse=True)
def _own_signal_handlers() -> object:
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def python(code: str, log: Path) -> subprocess.Popen[bytes]:
    return spawn([sys.executable, "-c", code], env={}, log=log)


def test_a_child_that_ignores_the_request_is_killed_with_its_own_children(tmp_path: Path) -> None:
    log = tmp_path / "log"
    stubborn = "import os, signal, time; signal.signal(15, signal.SIG_IGN); os.fork(); print(os.getpid(), flush=True);"
    process = python(stubborn + "time.sleep(60)", log)
    while len(log.read_text().split()) < 2:
        time.sleep(0.02)
    stop_process(process, signal.SIGTERM, 0.2)
    assert process.returncode == -signal.SIGKILL
    limit = time.monotonic() + 5
    while any(works_in(pid, Path("/")) for pid in map(int, log.read_text().split())):
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_children_are_stopped_in_reverse_and_a_bystander_is_not(
    tmp_path: Path, bystander: subprocess.Popen[bytes]
) -> None:
    log = tmp_path / "log"
    code = (
        "import signal, time; signal.signal(15, lambda *_: (print({!r}, flush=True), exit(0)));"
        "print('up', flush=True); time.sleep(60)"
    )
    with Supervisor() as supervisor:
        for number, name in enumerate(("first", "second"), start=1):
            supervisor.add(Child(name, lambda name=name: python(code.format(name), log), log))
            while log.read_text().count("up") < number:
                time.sleep(0.02)
    assert log.read_text().split() == ["up", "up", "second", "first"]
    assert bystander.poll() is None


def test_a_child_that_dies_again_and_again_ends_the_start_with_its_last_words(tmp_path: Path) -> None:
    log, said = tmp_path / "log", []
    with Supervisor(said.append) as supervisor:
        supervisor.add(Child("The worker", lambda: python("exit('last words')", log), log))
        with pytest.raises(StartError, match="last words"):
            supervisor.watch()
    assert len(said) == 5
    assert said[0].startswith("The worker ended (exit code 1); starting it again")


def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "import sys; print('no such table'); sys.exit(3)"]
    with (
        Supervisor() as supervisor,
        pytest.raises(StartError, match=r"(?s)migrate failed \(exit code 3\).*no such table"),
    ):
        supervisor.run("migrate", argv, env={}, log=tmp_path / "log")
