"""What the small controllers do, with a keyboard, a scanner and a finger; and what is left without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.helpers import DESK, log_in, scan, serious

pytestmark = pytest.mark.browser


@pytest.fixture
def gallery(desk: Page, live_site: str) -> Page:
    desk.goto(f"{live_site}/gallery/")
    desk.wait_for_load_state("networkidle")
    return desk


def test_a_scan_is_caught_wherever_the_focus_is(gallery: Page) -> None:
    other = gallery.locator("#keypad-field")
    other.click()
    scan(gallery, "C-000417|10LOT9")
    expect(gallery.get_by_label("Container")).to_have_value("C-000417\u001d10LOT9")
    expect(other).to_have_value("3.0")


def test_a_scan_with_prefix_and_shift_is_read_by_key_codes(gallery: Page) -> None:
    """An input method changes ``key`` but not ``code``: the events here say Process, as Chinese input does."""
    gallery.evaluate(
        """() => { for (const code of ['KeyC', 'Minus', 'Digit4', 'Digit1', 'Digit7', 'Enter']) {
            const key = code === 'Enter' ? 'Enter' : 'Process';
            const event = new KeyboardEvent('keydown', {code, key, bubbles: true, cancelable: true});
            document.activeElement.dispatchEvent(event); } }"""
    )
    expect(gallery.get_by_label("Container")).to_have_value("c-417")


def test_slow_typing_is_not_a_scan(gallery: Page) -> None:
    field = gallery.locator("#keypad-field")
    field.fill("")
    field.press_sequentially("12345", delay=90)
    field.press("Enter")
    expect(field).to_have_value("12345")
    expect(gallery.get_by_label("Container")).to_have_value("")


def test_keypad_writes_digits_sign_point_and_takes_back(gallery: Page) -> None:
    field = gallery.locator("#keypad-field")
    keys = gallery.get_by_role("group", name="Keypad")
    for key in ["Clear", "2", "Decimal point", "5", "7", "Delete the last digit", "Change the sign"]:
        keys.get_by_role("button", name=key, exact=True).click()
    expect(field).to_have_value("-2.5")


def test_signature_sheet_takes_keeps_and_returns_the_focus(gallery: Page, shot) -> None:
    opener = gallery.locator("summary", has_text="Release the batch")
    opener.focus()
    gallery.keyboard.press("Enter")
    sheet = gallery.get_by_role("dialog", name="Release the batch")
    expect(sheet).to_be_visible()
    expect(sheet.get_by_label("User name or badge")).to_be_focused()
    scan(gallery, "BADGE-77")
    expect(sheet.get_by_label("User name or badge")).to_have_value("BADGE-77")
    shot(gallery, "signature-sheet")
    assert serious(gallery) == []
    for _ in range(6):
        gallery.keyboard.press("Tab")
    assert gallery.evaluate("document.activeElement.closest('.ar-act-sheet') !== null")
    gallery.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()


def test_acts_are_reachable_without_scripts(open_page, live_site: str) -> None:
    page = open_page(DESK, site=live_site, scripts=False)
    page.goto(f"{live_site}/gallery/")
    page.locator("summary", has_text="Release the batch").click()
    expect(page.get_by_label("Password or PIN")).to_be_visible()
    page.locator("details.ar-menu").first.locator("summary").click(force=True)


def test_theme_and_language_change_at_once_and_stay(gallery: Page, live_site: str) -> None:
    gallery.locator("summary", has=gallery.get_by_label("Theme")).click()
    with gallery.expect_response("**/theme/"):
        gallery.get_by_role("button", name="Dark").click()
    expect(gallery.locator("html")).to_have_attribute("data-theme", "dark")
    gallery.reload()
    expect(gallery.locator("html")).to_have_attribute("data-theme", "dark")
    gallery.locator("summary", has=gallery.get_by_label("Language")).click()
    gallery.get_by_role("button", name="简体中文").click()
    expect(gallery.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_the_graph_is_drawn_on_canvas(gallery: Page) -> None:
    expect(gallery.locator(".ar-graph canvas").first).to_be_visible()
    assert gallery.locator(".ar-graph").evaluate("e => e.querySelector('canvas').width > 300")


def test_the_bar_says_when_the_network_is_gone(tablet: Page, live_site: str) -> None:
    tablet.goto(f"{live_site}/gallery/shop/")
    expect(tablet.get_by_text("Online", exact=True)).to_be_visible()
    tablet.context.set_offline(True)
    expect(tablet.get_by_text("Offline: nothing can be sent")).to_be_visible()
    tablet.context.set_offline(False)
    expect(tablet.get_by_text("Online", exact=True)).to_be_visible()


def test_what_was_typed_is_kept_and_a_second_submit_does_nothing(desk: Page, live_site: str, owner: str) -> None:
    log_in(desk, live_site, owner, "Correct-horse-9")
    desk.goto(f"{live_site}/accounts/users/new/")
    desk.get_by_label("Printed name").fill("Wang Wei 王伟")
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.reload()
    expect(desk.get_by_label("Printed name")).to_have_value("")
    desk.get_by_role("button", name="Put it back").click()
    expect(desk.get_by_label("Printed name")).to_have_value("Wang Wei 王伟")
    desk.get_by_label("User name", exact=True).fill("wang")
    desk.get_by_label("Identity checked by").fill("identity card")
    posts: list[str] = []
    desk.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    desk.evaluate(
        "() => { const form = document.querySelector('main form'); form.requestSubmit(); try { form.requestSubmit(); } catch {} }"
    )
    desk.wait_for_url(re.compile(r"/accounts/users/\d+/"))
    assert len(posts) == 1


def test_badge_in_on_a_station_by_scan_and_keypad(tablet: Page, live_site: str, owner: str, station: str, shot) -> None:
    tablet.goto(f"{live_site}/accounts/badge/")
    tablet.get_by_label("Station token").fill(station)
    tablet.get_by_role("button", name="Make this device a station").click()
    expect(tablet.get_by_role("heading", name="Scan your badge")).to_be_visible()
    shot(tablet, "badge-in")
    scan(tablet, "OWNER-1")
    for key in "482913":
        tablet.get_by_role("group", name="Keypad").get_by_role("button", name=key, exact=True).click()
    tablet.get_by_role("button", name="Badge in").click()
    tablet.wait_for_load_state("networkidle")
    expect(tablet.locator(".ar-bar")).to_contain_text("Olga Owner 王欧")


def test_lists_filter_sort_and_page_in_place(desk: Page, live_site: str, owner: str, shot) -> None:
    log_in(desk, live_site, owner, "Correct-horse-9")
    desk.goto(f"{live_site}/accounts/users/")
    expect(desk.get_by_role("link", name="owner", exact=True)).to_be_visible()
    shot(desk, "users")
    desk.get_by_label("Search in this list").fill("nobody-at-all")
    expect(desk.get_by_text("Nothing matches this filter")).to_be_visible()
    assert "q=nobody-at-all" in desk.url
    desk.goto(f"{live_site}/audit-trail/")
    shot(desk, "audit-trail")
    assert serious(desk) == []
    with desk.expect_download() as download:
        desk.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.startswith("audit-trail-")
    desk.get_by_role("link", name="When").click()
    expect(desk.locator("th[aria-sort=ascending]")).to_contain_text("When")
    desk.locator("tbody a").first.click()
    shot(desk, "audit-entry")
    assert serious(desk) == []


def test_a_scan_at_the_desk_opens_the_record_but_leaves_a_field_alone(desk: Page, live_site: str, owner: str) -> None:
    log_in(desk, live_site, owner, "Correct-horse-9")
    desk.goto(f"{live_site}/accounts/users/new/")
    desk.get_by_label("Employee number").click()
    scan(desk, "E-1234", suffix="Tab")
    expect(desk.get_by_label("Employee number")).to_have_value("E-1234")
    desk.goto(f"{live_site}/")
    scan(desk, "owner")
    desk.wait_for_url(re.compile(r"/accounts/users/\d+/"))
