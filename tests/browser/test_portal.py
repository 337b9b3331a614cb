"""The base pages and every component, seen by a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.helpers import DESK, PORTRAIT, TABLET, log_in, overflow, serious, small_text, too_small

pytestmark = pytest.mark.browser
SECRET = "Correct-horse-9"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_have_nothing_serious_for_axe(open_page, live_site, owner, theme, language, shot) -> None:
    page: Page = open_page(DESK, site=live_site, theme=theme, language=language)
    for name, path in [
        ("login", "/accounts/login/"),
        ("gallery", "/gallery/"),
        ("refused", "/gallery/refused/"),
        ("missing", "/nowhere/"),
    ]:
        page.goto(f"{live_site}{path}")
        page.wait_for_load_state("networkidle")
        shot(page, f"{name}-{theme}-{language}")
        assert serious(page) == [], name
        assert overflow(page) <= 0, name


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("viewport", [TABLET, PORTRAIT], ids=["landscape", "portrait"])
def test_tablet_is_made_for_gloves(open_page, live_site, owner, viewport, language, shot) -> None:
    page: Page = open_page(viewport, site=live_site, touch=True, language=language)
    for name, path in [("shop", "/gallery/shop/"), ("bind", "/accounts/badge/")]:
        page.goto(f"{live_site}{path}")
        page.wait_for_load_state("networkidle")
        shot(page, f"{name}-{viewport['width']}-{language}")
        assert too_small(page) == [], name
        assert small_text(page) == [], name
        assert overflow(page) <= 0, name
        assert serious(page) == [], name


def test_log_in_home_and_profile(desk: Page, live_site: str, owner: str, shot) -> None:
    log_in(desk, live_site, owner, SECRET)
    expect(desk.get_by_role("heading", name="What waits for me")).to_be_visible()
    shot(desk, "home")
    assert serious(desk) == []
    desk.goto(f"{live_site}/accounts/profile/")
    shot(desk, "profile")
    assert serious(desk) == []


def test_wall(open_page, live_site, shot) -> None:
    page = open_page({"width": 1920, "height": 1080}, site=live_site, theme="dark")
    page.goto(f"{live_site}/gallery/wall/")
    page.wait_for_load_state("networkidle")
    shot(page, "wall")
    assert serious(page) == []
