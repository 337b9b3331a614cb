"""One POST to a stranger: to a checked address, for a limited time, reading a limited answer, following nothing."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.utils.translation import gettext as _

from foundation.core import clock
from foundation.webhooks.addresses import Forbidden, Target, addresses_of

CONNECT_SECONDS = 5.0
ANSWER_BYTES = 4096  # kept of an answer; more is not read


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of it. ``status`` None: no answer, and ``problem`` says why. ``retry_after`` in seconds."""

    status: int | None
    problem: str
    answer: str
    address: str
    duration_ms: int
    retry_after: int = 0

    @property
    def is_delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class _Pinned(http.client.HTTPConnection):
    """Speaks as to the name, over a connection to the address that was checked."""

    def __init__(self, target: Target, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT_SECONDS)
        self._address, self._context = address, context

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), timeout=CONNECT_SECONDS)

    def secure(self) -> None:
        """TLS, where it is asked for. Apart from `connect`, so that the limit of time holds for the handshake too."""
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock.do_handshake()


def post(target: Target, headers: Mapping[str, str], body: bytes) -> Reply:
    """Send it. Never raises for what the other side does: every end is a `Reply`."""
    begun, address = time.monotonic(), ""
    try:
        addresses = addresses_of(target)
        connection, address = _connected(target, addresses)
        with contextlib.closing(connection), _limited(connection):
            status, answer, wait = _exchange(connection, target, headers, body)
    except Forbidden as error:
        return Reply(None, str(error), "", address, _since(begun))
    except ssl.SSLCertVerificationError as error:
        reason = _("Its certificate is not trusted: %(why)s") % {"why": error.verify_message}
        return Reply(None, reason, "", address, _since(begun))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Reply(None, _problem(error, begun), "", address, _since(begun))
    return Reply(status, _refusal(status), answer, address, _since(begun), wait)


def _connected(target: Target, addresses: list[str]) -> tuple[_Pinned, str]:
    """The first of the addresses that lets itself be connected to."""
    context = _tls() if target.scheme == "https" else None
    last: Exception = OSError(_("The name %(host)s cannot be resolved.") % {"host": target.host})
    for address in addresses[:4]:
        connection = _Pinned(target, address, context)
        try:
            connection.connect()
        except OSError as error:
            last = error
        else:
            return connection, address
    raise last


def _tls() -> ssl.SSLContext:
    """Verified, by the system's authorities and by the company's own, if the settings name a file of it."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.WEBHOOK_CA_FILE:
        context.load_verify_locations(settings.WEBHOOK_CA_FILE)
    return context


@contextlib.contextmanager
def _limited(connection: _Pinned) -> Iterator[None]:
    """Whoever answers a byte at a time is cut off when the time is over: a time-out of the socket begins anew with each.

    TimeoutError then, also where what came before the cut looks like an answer.
    """
    over = threading.Event()

    def cut() -> None:
        over.set()
        with contextlib.suppress(OSError, AttributeError):  # closed meanwhile
            connection.sock.shutdown(socket.SHUT_RDWR)

    connection.sock.settimeout(settings.WEBHOOK_SECONDS)
    timer = threading.Timer(settings.WEBHOOK_SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if over.is_set():
        raise TimeoutError


def _exchange(connection: _Pinned, target: Target, headers: Mapping[str, str], body: bytes) -> tuple[int, str, int]:
    given = {"Host": target.authority, "Content-Length": str(len(body)), "Connection": "close", **headers}
    connection.secure()
    connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
    for name, value in given.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    response = connection.getresponse()
    answer = response.read(ANSWER_BYTES).decode("utf-8", "replace").replace("\0", "�")
    return response.status, answer, _wait(response.headers.get("Retry-After", ""))


def _wait(given: str) -> int:
    """Seconds of a Retry-After, as a number or a date; 0 for anything else."""
    if given.strip().isdigit():
        return min(int(given), 10**6)
    try:
        return max(0, int((parsedate_to_datetime(given) - clock.now()).total_seconds()))
    except (TypeError, ValueError):
        return 0


def _refusal(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return _("It answered %(status)d: a redirect, which is not followed.") % {"status": status}
    return _("It answered %(status)d.") % {"status": status}


def _problem(error: Exception, begun: float) -> str:
    if isinstance(error, TimeoutError) or time.monotonic() - begun >= settings.WEBHOOK_SECONDS:
        return _("No answer in time.")
    return _("No answer: %(why)s") % {"why": str(error)[:300] or type(error).__name__}


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
