"""Desk and tablet in real Chromium: what goes wrong in the console or against the content policy fails the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from config.roles import CATALOGUE
from foundation.accounts.models import Site
from foundation.accounts.services import (
    acknowledge_policy,
    assign_role,
    create_site,
    create_user,
    issue_badge,
    register_station,
    set_secret,
    sync_roles,
)
from foundation.core.actor import Actor
from tests.browser.helpers import DESK, PORTRAIT, TABLET, watch
from tests.factories.people import end_of

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


@pytest.fixture(scope="module")
def owner(live_site: str) -> str:
    """A system owner who can log in, sign and badge in (OWNER-1, PIN 482913)."""
    system = Actor.system("test")
    sync_roles(actor=system, catalogue=CATALOGUE)
    user = create_user(actor=system, username="owner", name="Olga Owner 王欧")
    assign_role(actor=system, user_id=user.pk, role="system_owner")
    assign_role(actor=system, user_id=user.pk, role="auditor", valid_until=end_of("auditor"))
    set_secret(actor=system, user_id=user.pk, password="Correct-horse-9", pin="482913")
    issue_badge(actor=system, user_id=user.pk, code="OWNER-1")
    acknowledge_policy(actor=Actor(user.pk, user.name), secret="482913")
    return "owner"


@pytest.fixture(scope="module")
def station(owner: str) -> str:
    """The token of a registered station."""
    system = Actor.system("test")
    site = Site.objects.first() or create_site(
        actor=system, code="HZ1", name={"en": "Hangzhou 1", "zh-hans": "杭州一厂"}
    )
    name = {"en": "Bench 1", "zh-hans": "装配台 1"}
    return register_station(actor=system, code="BENCH-1", name=name, site=site)[1]
