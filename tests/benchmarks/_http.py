"""gunicorn as in production, and the floor: a bare Django view that does one INSERT and COMMIT for each request."""

from __future__ import annotations

import contextlib
import functools
import http.client
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import percentile

ROOT = Path(__file__).resolve().parents[2]
CLIENTS, REQUESTS = 16, 60
Line = http.client.HTTPConnection


@contextlib.contextmanager
def server(application: str, address: str) -> Iterator[int]:
    """gunicorn, two workers of four threads; the port, once ``address`` answers."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", application, "-b", f"127.0.0.1:{port}", "-w", "2", "--threads", "4",
               "--log-level", "error"]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        _await(port, address)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _await(port: int, address: str) -> None:
    for _try in range(300):
        with contextlib.suppress(OSError), contextlib.closing(Line("127.0.0.1", port)) as line:
            line.request("GET", address)
            line.getresponse().read()
            return
        time.sleep(0.2)
    raise AssertionError("The server does not answer")


def at_once(port: int, clients: int, ask: Callable[[int, int, Line], None], count: int) -> tuple[list[float], float]:
    """Each client asks ``count`` times over a connection of its own: (milliseconds of each request, seconds of all)."""
    taken: list[float] = []
    failures: list[BaseException] = []

    def client(number: int) -> None:
        with contextlib.closing(Line("127.0.0.1", port)) as line:
            for turn in range(count):
                begun = time.perf_counter()
                try:
                    ask(number, turn, line)
                except Exception as error:  # of a thread: handed to the one that waits
                    failures.append(error)
                    return
                taken.append((time.perf_counter() - begun) * 1000)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return taken, time.perf_counter() - begun


def answered(line: Line, status: int) -> bytes:
    """The body of the answer; AssertionError when its status is another one."""
    answer = line.getresponse()
    content = answer.read()
    if answer.status != status:
        raise AssertionError(f"{answer.status}: {content[:500]!r}")
    return content


@dataclass(frozen=True)
class Floor:
    """What no view of Django can be better than: p95 of one client, p95 and requests a second of 16."""

    alone: float
    together: float
    rate: float


@functools.cache
def floor() -> Floor:
    """Measured once for a run."""

    def ask(_number: int, _turn: int, line: Line) -> None:
        line.request("POST", "/")
        answered(line, 201)

    with server("tests.benchmarks._bare:application", "/") as port:
        at_once(port, CLIENTS, ask, 10)
        alone, _seconds = at_once(port, 1, ask, REQUESTS)
        together, seconds = at_once(port, CLIENTS, ask, REQUESTS)
    return Floor(percentile(alone, 0.95), percentile(together, 0.95), len(together) / seconds)
