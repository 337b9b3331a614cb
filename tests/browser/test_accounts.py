"""Accounts in Chromium: the signature dialog by keyboard and scanner, the profile, the badge page of a shared tablet."""

import re

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from foundation.accounts.models import User
from foundation.accounts.services import issue_badge, set_secret
from foundation.core.actor import Actor
from tests.browser.conftest import OpenPage
from tests.browser.helpers import DESK, TABLET, log_in, scan
from tests.factories.people import SETUP, person

pytestmark = pytest.mark.browser
SECRET = "Correct-horse-9"


@pytest.mark.requirement("21CFR11.200(a)(1)")
def test_the_signature_dialog_by_keyboard_and_scanner(desk: Page, live_site: str, owner: str, shot) -> None:
    log_in(desk, live_site, owner, SECRET)
    desk.goto(f"{live_site}/gallery/")
    opener = desk.locator("summary", has_text="Release the batch").first
    opener.focus()
    desk.keyboard.press("Enter")
    dialog = desk.get_by_role("dialog", name="Release the batch")
    identity, secret = dialog.get_by_label("User name or badge"), dialog.get_by_label("Password or PIN")
    expect(identity).to_be_focused()
    scan(desk, "OWNER-1")
    expect(identity).to_have_value("OWNER-1")
    expect(secret).to_be_focused()
    assert len(dialog.locator('input[name="dialog"]').get_attribute("value") or "") == 32
    assert re.fullmatch(r"[0-9a-f]{64}", dialog.locator('input[name="shown"]').get_attribute("value") or "")
    shot(desk, "signature-dialog")
    desk.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(dialog).to_be_hidden()


def test_the_pages_of_an_account(open_page: OpenPage, live_site: str, owner: str, shot) -> None:
    with override_settings(SECOND_FACTOR="qa_releaser", OIDC_ENABLED=True, OIDC_NAME="Plant ID"):
        for language in ("en", "zh-hans"):
            page = open_page(DESK, site=live_site, language=language)
            page.goto(f"{live_site}/accounts/login/")
            shot(page, f"login-{language}")
            page.locator('input[name="identity"]').fill(owner)
            page.locator('input[name="secret"]').fill(SECRET)
            page.locator('main button[type="submit"]').click()
            page.wait_for_url(f"{live_site}/")
            user = User.objects.get(username="owner")
            for name, address in (
                ("profile", "/accounts/profile/"),
                ("factor", "/accounts/profile/factor/"),
                ("user", f"/accounts/users/{user.pk}/"),
                ("user-new", "/accounts/users/new/"),
                ("badges", "/accounts/badges/"),
            ):
                page.goto(f"{live_site}{address}")
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
                shot(page, f"{name}-{language}")
            expect(page.get_by_text("OWNER-1")).to_be_visible()


@pytest.mark.requirement("21CFR11.10(h)")
def test_a_tablet_locks_itself_keeps_the_page_and_asks_the_next_person(
    open_page: OpenPage, live_site: str, owner: str, station: str, shot
) -> None:
    with override_settings(CAPTURE_IDLE_SECONDS=3):
        tablet = open_page(TABLET, site=live_site, touch=True)
        tablet.goto(f"{live_site}/accounts/badge/")
        tablet.get_by_label("Station token").fill(station)
        tablet.get_by_role("button", name="Make this device a station").click()
        expect(tablet.get_by_role("heading", name="Scan your badge")).to_be_visible()
        scan(tablet, "OWNER-1")
        tablet.get_by_label("PIN or password").fill("482913")
        tablet.get_by_role("button", name="Badge in").click()
        tablet.wait_for_url(f"{live_site}/shop/")
        tablet.wait_for_url(re.compile(r"/accounts/badge/\?next=%2Fshop%2F"))
        expect(tablet.get_by_text("The tablet locked itself.")).to_be_visible()
        shot(tablet, "tablet-locked")
        tablet.get_by_role("link", name="Olga Owner").click()
        expect(tablet.locator('input[name="identity"]')).to_have_value("owner")
        tablet.get_by_label("PIN or password").fill("482913")
        tablet.get_by_role("button", name="Badge in").click()
        tablet.wait_for_url(f"{live_site}/shop/")


@pytest.mark.requirement("21CFR11.200(a)(2)")
def test_an_administrators_pin_leads_to_ones_own(
    open_page: OpenPage, live_site: str, owner: str, station: str, shot
) -> None:
    admin = User.objects.get(username="owner")
    user = person("li", name="Li Na 李娜")
    issue_badge(actor=SETUP, user_id=user.pk, code="LI-1")
    set_secret(actor=Actor(admin.pk, admin.name), user_id=user.pk, pin="579135")
    tablet = open_page(TABLET, site=live_site, touch=True)
    tablet.goto(f"{live_site}/accounts/badge/")
    tablet.get_by_label("Station token").fill(station)
    tablet.get_by_role("button", name="Make this device a station").click()
    expect(tablet.get_by_role("heading", name="Scan your badge")).to_be_visible()
    scan(tablet, "LI-1")
    tablet.get_by_label("PIN or password").fill("579135")
    tablet.get_by_role("button", name="Badge in").click()
    shot(tablet, "tablet-must-change")
    tablet.get_by_role("link", name="Choose your own PIN").click()
    expect(tablet.locator('input[name="identity"]')).to_have_value("LI-1")
    shot(tablet, "tablet-own-pin")
    tablet.get_by_label("PIN or password").fill("579135")
    tablet.get_by_label("New PIN").fill("802461")
    tablet.get_by_role("button", name="Use this PIN from now on").click()
    expect(tablet.get_by_role("heading", name="Scan your badge")).to_be_visible()
    scan(tablet, "LI-1")
    tablet.get_by_label("PIN or password").fill("802461")
    tablet.get_by_role("button", name="Badge in").click()
    tablet.wait_for_url(f"{live_site}/shop/")
