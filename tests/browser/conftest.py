"""Desk and tablet in real Chromium: what goes wrong in the console or against the content policy fails the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.helpers import DESK, PORTRAIT, TABLET, watch

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the thread of the test

SHOTS = os.environ.get("ARTERIA_SHOTS", "")

OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """``open_page(viewport, theme="dark", language="zh-hans")``: a page whose complaints are collected and asserted."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(
        viewport: dict[str, int],
        *,
        site: str = "",
        theme: str = "light",
        language: str = "en",
        touch: bool = False,
        scripts: bool = True,
    ) -> Page:
        context = browser.new_context(viewport=viewport, has_touch=touch, java_script_enabled=scripts, locale="en-GB")
        contexts.append(context)
        if site:
            context.add_cookies(
                [
                    {"name": "arteria_theme", "value": theme, "url": site},
                    {"name": "django_language", "value": language, "url": site},
                ]
            )
        page = context.new_page()
        watch(page, complaints)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def desk(open_page: OpenPage, live_site: str) -> Page:
    """1440 × 900, light, English."""
    return open_page(DESK, site=live_site)


@pytest.fixture
def tablet(open_page: OpenPage, live_site: str) -> Page:
    """1024 × 768 with touch."""
    return open_page(TABLET, site=live_site, touch=True)


@pytest.fixture
def tablet_portrait(open_page: OpenPage, live_site: str) -> Page:
    return open_page(PORTRAIT, site=live_site, touch=True)


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """Keep a picture when ARTERIA_SHOTS names a folder."""

    def take(page: Page, name: str) -> None:
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)

    return take
