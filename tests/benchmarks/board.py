"""The board on the wall: from the scan of a traveller that starts its card until the wall shows the card running."""

from __future__ import annotations

import json
import re
import time
from uuid import uuid4

from django.conf import settings
from django.test import Client
from rest_framework.authtoken.models import Token

from shopfloor.models import WorkCard
from tests.benchmarks import Row
from tests.benchmarks._http import Line, answered, server
from tests.factories.floor import Plant, Running, dispatched, made_item, operation, plant, process_card, read, step

SCANS = 5
BUDGET, PATIENCE = 5_000.0, 60.0  # milliseconds; seconds until the board is taken for broken


def run() -> list[Row]:
    who = plant()
    made = made_item("BENCH-BOARD")
    process_card(made, [operation(10, step("10.10"))])
    orders = [dispatched(made, 1, who) for _number in range(SCANS)]
    for order in orders:
        read(who, order.card(10))
    token = Token.objects.get_or_create(user=who.user("operator"))[0].key
    with server("config.wsgi", "/accounts/login/") as port:
        wall, tablet = Line("127.0.0.1", port), Line("127.0.0.1", port)
        cookie = _session(who)
        every = _interval(_board(wall, cookie, polled=False))
        taken = [_shown_after(wall, tablet, cookie, token, order, every) for order in orders]
    if WorkCard.objects.filter(pk__in=[order.card(10).pk for order in orders], state="running").count() != SCANS:
        raise AssertionError("Not every card was started")
    note = f"the worst of {SCANS}; the wall asks every {every:g} s and had just asked when the traveller was scanned"
    return [Row("board shows a scan", max(taken), BUDGET, note=note)]


def _session(who: Plant) -> str:
    client = Client()
    client.force_login(who.user("operator"))
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _board(line: Line, cookie: str, *, polled: bool = True) -> str:
    line.request("GET", "/board/", headers={"Cookie": cookie, **({"HX-Request": "true"} if polled else {})})
    page = answered(line, 200).decode()
    line.close()  # the server lets go of a quiet line sooner than the wall asks again; the next request opens another
    return page


def _interval(page: str) -> float:
    """How often the page itself asks, in seconds."""
    found = re.search(r'hx-trigger="every (\d+)s"', page)
    if found is None:
        raise AssertionError("The board does not refresh itself")
    return float(found[1])


def _shown_after(wall: Line, tablet: Line, cookie: str, token: str, order: Running, every: float) -> float:
    """Milliseconds from the scan until the wall's answer shows the card running; the wall asks as its page does."""
    number = order.card(10).number
    if _runs(_board(wall, cookie), number):
        raise AssertionError(f"{number} runs before anybody scanned it")
    begun = time.perf_counter()
    _scan_and_start(tablet, token, order.traveller().code)
    asked = begun
    while time.perf_counter() - begun < PATIENCE:
        asked += every
        time.sleep(max(0.0, asked - time.perf_counter()))
        if _runs(_board(wall, cookie), number):
            return (time.perf_counter() - begun) * 1000
    raise AssertionError(f"The board never showed {number}")


def _scan_and_start(line: Line, token: str, code: str) -> None:
    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
    line.request("GET", f"/api/v1/travellers/{code}/card/", headers=headers)
    card = json.loads(answered(line, 200))["id"]
    line.request("POST", f"/api/v1/cards/{card}/start/", "{}", headers)
    answered(line, 200)
    line.close()


def _runs(board: str, number: str) -> bool:
    cell = next((cell for cell in board.split("<section") if f">{number}<" in cell), "")
    return 'data-tone="active"' in cell
