"""Children, and only children: what the launcher started it watches, starts again when it dies, and stops."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from .errors import StartError

PR_SET_PDEATHSIG = 1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
RESTARTS, WINDOW = 5, 60.0  # more deaths than this within so many seconds: give up


def spawn(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    log: Path | None,
    cwd: Path | str = "/",
    death_signal: signal.Signals | None = signal.SIGTERM,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Starts a process in a session of its own, so that Ctrl-C in the terminal reaches us and not it.

    On Linux it gets ``death_signal`` from the kernel when we die without stopping it. ``log`` None: our own output.
    """

    def leash() -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
        if death_signal is not None and sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)

    # No Ctrl-C between fork and exec: the handler would run, and its exception be lost, in the middle of a fork.
    unblocked = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    with contextlib.ExitStack() as stack, warnings.catch_warnings():
        stack.callback(signal.pthread_sigmask, signal.SIG_SETMASK, unblocked)
        warnings.simplefilter("ignore", DeprecationWarning)  # "fork in a process with threads": the child only execs
        out = stack.enter_context(log.open("ab")) if log else None
        return subprocess.Popen(
            [str(part) for part in argv],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if out else None,
            start_new_session=True,
            preexec_fn=leash,
            **options,
        )


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """True when it has ended. It stays a zombie where possible, so that its number is not given to somebody else."""
    if process.returncode is not None:
        return True
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None


def wait_until_ended(process: subprocess.Popen[bytes], patience: float) -> bool:
    limit = time.monotonic() + patience
    while not has_ended(process):
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


def stop_process(process: subprocess.Popen[bytes], first: signal.Signals, grace: float) -> None:
    """Asks first, then insists, then kills what is left of the group that this process leads."""
    if process.returncode is not None:  # reaped already: its number may be somebody else's by now
        return
    requests = {first: grace} if first == signal.SIGTERM else {first: grace, signal.SIGTERM: 3.0}
    for number, patience in requests.items():
        if has_ended(process):
            break
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        wait_until_ended(process, patience)
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def works_in(pid: int, folder: Path) -> bool:
    """Whether a process lives whose working directory is ``folder``: a stale pid file alone proves nothing."""
    try:
        if sys.platform == "linux":
            return Path(os.readlink(f"/proc/{pid}/cwd")) == folder.resolve()
        asked = subprocess.run(["lsof", "-a", "-p", str(pid), "-d", "cwd", "-Fn"], capture_output=True, text=True)
    except OSError:
        return False
    return f"n{folder.resolve()}" in asked.stdout.splitlines()


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log file, for a message to a person."""
    try:
        with log.open(errors="replace") as stream:
            return "".join(deque(stream, maxlen=count)).rstrip()
    except OSError:
        return ""


@dataclass
class Child:
    """A process that must go on: how to start it, how to stop it, where it writes."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 15.0
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=RESTARTS))

    def stop(self) -> None:
        if self.process is not None:
            stop_process(self.process, self.stop_signal, self.grace)
            self.process = None


class Stopped(Exception):
    """Ctrl-C, SIGTERM or a closed terminal."""


class Supervisor(contextlib.ExitStack):
    """Starts children in order, watches them, and stops them in the reverse order when its block is left."""

    def __init__(self, say: Callable[[str], None] = print) -> None:
        super().__init__()
        self.children: list[Child] = []
        self.say = say
        self.asked_to_stop = False
        self.leaving = False

    def __enter__(self) -> Self:
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)
        return super().__enter__()

    def _on_signal(self, *_: object) -> None:
        self.asked_to_stop = True
        self.go_on()

    def go_on(self) -> None:
        """Stopped when somebody asked. Loops call it too: an exception that a signal raises can get lost on its way."""
        if self.asked_to_stop and not self.leaving:  # a second Ctrl-C does not interrupt an orderly stop
            raise Stopped

    def add(self, child: Child) -> Child:
        child.process = child.process or child.start()
        self.children.append(child)
        self.callback(self._stop, child)
        return child

    def _stop(self, child: Child) -> None:
        self.leaving = True
        child.stop()

    def run(self, name: str, argv: Sequence[str | Path], **options: Any) -> None:
        """Runs a process to its end; StartError with the end of its log when it fails."""
        log: Path | None = options.get("log")
        process = spawn(argv, **options)
        try:
            while not has_ended(process):
                self.go_on()
                time.sleep(0.02)
        finally:
            stop_process(process, signal.SIGTERM, 5.0)
        if process.returncode != 0:
            tail = f"\n{last_lines(log)}" if log else ""
            raise StartError(f"{name} failed (exit code {process.returncode}).{tail}")

    def watch(self) -> None:
        """Until somebody stops us: a child that dies is started again, and said so."""
        while True:
            time.sleep(0.3)
            self.go_on()
            for child in self.children:
                if child.process is not None and has_ended(child.process):
                    self._revive(child, child.process)

    def _revive(self, child: Child, process: subprocess.Popen[bytes]) -> None:
        child.stop()
        now = time.monotonic()
        if len(child.deaths) == RESTARTS and now - child.deaths[0] < WINDOW:
            raise StartError(f"{child.name} dies again and again:\n{last_lines(child.log)}")
        child.deaths.append(now)
        self.say(f"{child.name} ended (exit code {process.returncode}); starting it again. Its log: {child.log}")
        child.process = child.start()
