"""A real HTTP server on 127.0.0.1 that answers as a test tells it to, and keeps what it was sent."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Message:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """``answers``: what to answer, in order; then 200. A number, (number, headers, body), or a function of the handler."""

    url: str = ""
    got: list[Message] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    def next_answer(self) -> Any:
        return self.answers.pop(0) if self.answers else 200


@contextlib.contextmanager
def receiving(context: ssl.SSLContext | None = None, name: str = "127.0.0.1") -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            receiver.got.append(Message(self.path, {key.lower(): value for key, value in self.headers.items()}, body))
            answer = receiver.next_answer()
            if callable(answer):
                answer(self)
                return
            status, headers, text = answer if isinstance(answer, tuple) else (answer, {}, b"taken")
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(text)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_args: None  # type: ignore[method-assign] # a sender that hangs up is what is tested
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.url = f"{'https' if context else 'http'}://{name}:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def dripping(stop: threading.Event) -> Callable[[Any], None]:
    """An answer that comes a byte at a time, for as long as it is let."""

    def answer(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        with contextlib.suppress(OSError):
            while not stop.wait(0.05):
                handler.wfile.write(b"a")

    return answer
