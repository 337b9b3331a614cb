"""A shift at the tablet in real Chromium: scan, gates, keypad, a typo, an oversize piece; landscape English, portrait Chinese."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from foundation.accounts.services import issue_badge, register_station
from shopfloor.models import StepRecord
from tests.browser.helpers import PORTRAIT, TABLET, overflow, scan, serious, small_text, too_small
from tests.factories.floor import Running, complete, qualify, read, report, started
from tests.factories.floor import scan as take_in
from tests.factories.people import PIN, SETUP, site
from tests.factories.stock import released
from tests.shopfloor.venturi import venturi

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def floor(live_site: str) -> tuple[Running, str]:
    """Five bodies wait to be reamed; the token of the bench's station."""
    run = venturi()
    resin = released("RESIN", "500", "g")
    card = started(run, 10)
    take_in(run, card, resin.container)
    report(run, card, 5)
    complete(run, card)
    operator = run.plant.user("operator")
    qualify(operator, "bench")
    issue_badge(actor=SETUP, user_id=operator.pk, code="B-OPERATOR")
    name = {"en": "Bench 1", "zh-hans": "装配台 1"}
    token = register_station(actor=SETUP, code="BENCH-T", name=name, site=site(), work_center="BENCH")[1]
    return run, token


def badge_in(page: Page, live_site: str, token: str) -> None:
    page.context.add_cookies([{"name": "arteria_station", "value": token, "url": live_site}])
    page.goto(f"{live_site}/accounts/badge/")
    page.locator("main input[name=identity]").fill("B-OPERATOR")
    page.locator("main input[name=secret]").fill(PIN)
    with page.expect_navigation():
        page.locator("main form .btn-primary").first.click()


def go(page: Page) -> None:
    """Press the one primary act of the screen."""
    with page.expect_navigation():
        page.locator(".ar-shop-acts .btn-primary").click()


def look(page: Page, shot: Callable[[Page, str], None], name: str) -> None:
    shot(page, name)
    assert overflow(page) == 0, name
    assert too_small(page) == [], name
    assert small_text(page) == [], name


@pytest.mark.requirement("FLR-01", "FLR-06", "PLT-03")
def test_a_shift_in_english(
    open_page: Callable[..., Page], live_site: str, floor: tuple[Running, str], shot: Callable[[Page, str], None]
) -> None:
    run, token = floor
    page = open_page(TABLET, site=live_site, touch=True)
    badge_in(page, live_site, token)
    look(page, shot, "tablet-station")
    assert serious(page) == []
    with page.expect_navigation():
        scan(page, run.traveller().code)
    look(page, shot, "tablet-gates")
    go(page)  # start
    go(page)  # the instruction
    page.locator("#reading").focus()
    scan(page, "91C-000999")  # a step that takes no scan: it says so, and nothing of it lands in the field
    expect(page.get_by_text("No scan is asked for here.")).to_be_visible()
    assert page.locator("#reading").input_value() == ""
    look(page, shot, "tablet-stray-scan")
    for key in ("5", ".", "1", "5"):
        page.locator(".ar-keypad").get_by_role("button", name={".": "Decimal point"}.get(key, key), exact=True).click()
    assert page.locator("#reading").input_value() == "5.15"
    look(page, shot, "tablet-reading")
    assert serious(page) == []
    go(page)
    expect(page.get_by_role("heading", name="Out of limits: is it right?")).to_be_visible()
    look(page, shot, "tablet-confirm")
    with page.expect_navigation():
        page.get_by_role("button", name="Correct the entry").click()
    assert page.locator("#reading").input_value() == "5.15"
    page.locator("#reading").fill("5.51")
    go(page)
    page.locator("#reading").fill("5.62")
    go(page)
    with page.expect_navigation():
        page.get_by_role("button", name="It is so: out of limits").click()
    expect(page.get_by_text("Piece 2 is split off and held")).to_be_visible()
    look(page, shot, "tablet-after")
    assert list(StepRecord.objects.filter(step_key="30.20").order_by("pk").values_list("value", flat=True)) == [
        "5.51",
        "5.62",
    ]
    recorded = StepRecord.objects.order_by("pk").last()
    assert recorded is not None
    assert recorded.skew_ms is not None


def test_the_same_card_in_chinese_upright(
    open_page: Callable[..., Page], live_site: str, floor: tuple[Running, str], shot: Callable[[Page, str], None]
) -> None:
    run, token = floor
    read(run.plant, run.card(30))
    page = open_page(PORTRAIT, site=live_site, touch=True)
    badge_in(page, live_site, token)
    with page.expect_navigation():
        page.get_by_role("button", name="简体中文").click()
    badge_in(page, live_site, token)  # and it is kept with the person
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    with page.expect_navigation():
        scan(page, run.traveller().code)
    look(page, shot, "tablet-zh-card")
    page.goto(f"{live_site}/shop/cards/{run.card(30).pk}/more/")
    look(page, shot, "tablet-zh-more")
    page.goto(f"{live_site}/shop/cards/{run.card(30).pk}/report/")
    look(page, shot, "tablet-zh-report")
    assert serious(page) == []
