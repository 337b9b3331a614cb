"""The engineer's main job with a parts list, in a browser: upload, map, review, decide, commit, look, sign."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from bom.models import BomRevision, Item
from demo.parts_list import DATA, PARTS_LIST, decide_parts_list
from foundation.imports.models import ImportBatch
from tests.browser.helpers import DESK, log_in, overflow, serious
from tests.factories.people import SECRET, actor_for, person

pytestmark = [pytest.mark.browser, pytest.mark.requirement("COL-05", "BOM-01")]


@pytest.fixture(scope="module")
def people(live_site: str) -> dict[str, object]:
    return {
        "engineer": person("engineer", "process_engineer", name="Eva Engineer 王工"),
        "second": person("second", "process_engineer", name="Ed Second"),
        "quality": person("quality", "quality_engineer", name="Quinn Quality"),
    }


def test_from_upload_to_two_signatures(open_page, live_site: str, people: dict, shot) -> None:
    page: Page = open_page(DESK, site=live_site)
    log_in(page, live_site, "engineer", SECRET)
    upload_and_map(page, live_site, shot)
    review_with_the_keyboard(page, shot)
    batch = ImportBatch.objects.get()
    decide_parts_list(actor_for(people["engineer"]), batch)  # the rest of the decisions, as the demo has them
    commit(page, live_site, batch, shot)
    look(page, live_site, shot)
    propose_and_sign(open_page, page, live_site, shot)


def upload_and_map(page: Page, site: str, shot) -> None:
    page.goto(f"{site}/imports/new/")
    assert serious(page) == []
    page.set_input_files("input[type=file]", str(DATA / PARTS_LIST))
    page.get_by_label("Where it comes from").fill("RespiraWorks, published list")
    shot(page, "parts-upload")
    page.get_by_role("button", name="Upload and read").click()
    expect(page.get_by_text("181 rows")).to_be_visible()
    expect(page.locator("span.ar-code", has_text="utf-8")).to_be_visible()
    assert serious(page) == []
    shot(page, "parts-map")
    page.get_by_role("button", name="Read every row").click()


def review_with_the_keyboard(page: Page, shot) -> None:
    expect(page.get_by_role("heading", name="Review every row")).to_be_visible()
    assert serious(page) == []
    assert overflow(page) <= 0
    shot(page, "parts-review")
    page.get_by_role("link", name="Errors").click()
    expect(page.get_by_text("name its table, or say how it comes").first).to_be_visible()
    for number in (7, 8, 9, 10, 11):  # the enclosure's five panels are made in house without lists of their own
        page.get_by_label(f"Choose row {number}", exact=True).check()
    page.get_by_label("Decide for the chosen rows").select_option(
        label="Where the item comes from: Made in house without a list of its own"
    )
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.locator("#row-r7")).to_have_count(0)
    page.locator("#row-r39 + tr").get_by_role("link", name="Correct").press("Enter")
    assert serious(page) == []
    page.get_by_label("Item name", exact=True).fill("Oxygen mixer")
    page.get_by_label("Where the item comes from").select_option("no_list")
    shot(page, "parts-correct")
    page.get_by_label("Item name", exact=True).press("Enter")  # Enter saves the row, and goes on to the next open one
    expect(page.locator("#row-r39")).to_have_count(0)
    page.get_by_role("button", name=re.compile(r"Accept (all|the) \d+ suggestion")).click()
    page.get_by_role("link", name="To accept").click()
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()


def commit(page: Page, site: str, batch: ImportBatch, shot) -> None:
    page.goto(f"{site}/imports/{batch.pk}/preview/")
    expect(page.get_by_text("The structure that it makes")).to_be_visible()
    assert serious(page) == []
    shot(page, "parts-preview")
    page.get_by_role("button", name="Commit all of it").click()
    expect(page.get_by_text("What was written")).to_be_visible()
    assert BomRevision.objects.count() == 19


def look(page: Page, site: str, shot) -> None:
    top = BomRevision.objects.get(number="VENTILATOR/A")
    for name in ("", "structure/", "cost/", "compare/"):
        page.goto(f"{site}/definition/boms/{top.pk}/{name}")
        assert serious(page) == [], name
        assert overflow(page) <= 0, name
        shot(page, f"bom-{name.strip('/') or 'lines'}")
    page.goto(f"{site}/definition/boms/{top.pk}/cost/")
    expect(page.get_by_text("2,583.2445")).to_be_visible()
    acrylic = Item.objects.get(number="8560K357")
    page.goto(f"{site}/definition/items/{acrylic.pk}/where-used/")
    expect(page.get_by_text("2,550").first).to_be_visible()
    assert serious(page) == []
    shot(page, "item-where-used")


def propose_and_sign(open_page, page: Page, site: str, shot) -> None:
    page.goto(f"{site}/definition/baselines/propose/")
    assert serious(page) == []
    page.get_by_role("button", name="Submit and propose").click()
    expect(page.get_by_text("In approval").first).to_be_visible()
    address = page.url
    for user, side in (("second", "Engineering"), ("quality", "Quality")):
        other: Page = open_page(DESK, site=site)
        log_in(other, site, user, SECRET)
        other.goto(address)
        other.locator("summary", has_text=f"Sign for {side}").click()
        dialog = other.get_by_role("dialog")
        dialog.locator("input[name=identity]").fill(user)
        dialog.locator("input[name=secret]").fill(SECRET)
        shot(other, f"baseline-sign-{side.lower()}")
        dialog.locator("button[type=submit]").click()
        other.wait_for_load_state("networkidle")
    expect(other.get_by_text("Both sides have signed")).to_be_visible()
    assert serious(other) == []
    assert set(BomRevision.objects.values_list("state", flat=True)) == {"approved"}


def test_in_chinese_and_without_scripts(open_page, live_site: str, people: dict, shot) -> None:
    page: Page = open_page(DESK, site=live_site, language="zh-hans", scripts=False)
    page.goto(f"{live_site}/accounts/login/")
    page.locator("input[name=identity], input[name=username]").first.fill("engineer")
    page.locator("input[type=password]").fill(SECRET)
    page.locator("main button[type=submit]").click()
    top = BomRevision.objects.get(number="VENTILATOR/A")
    page.goto(f"{live_site}/definition/boms/{top.pk}/structure/")
    expect(page.get_by_text("文丘里流量传感器").first).to_be_visible()
    shot(page, "bom-structure-zh")
