"""A change in a browser: raised from a draft, judged, signed by two people in their own sessions, implemented."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from changecontrol.models import ChangeRequest
from routing.models import RoutingRevision
from tests.browser.conftest import OpenPage
from tests.browser.helpers import DESK, log_in, serious
from tests.factories import definitions
from tests.factories.definitions import Team
from tests.factories.people import SECRET

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def team(live_site: str) -> Team:
    return definitions.team()


@pytest.fixture(scope="module")
def draft(team: Team) -> RoutingRevision:
    """A released valve, its next routing as a draft with a changed time, and a pump that contains the valve."""
    released = definitions.released_routing(team)
    definitions.made_item("PUMP", released.item, definitions.item("SCREW"), actor=team.actor)
    return definitions.routing(
        definitions.parts_list(released.item, definitions.item("BODY"), actor=team.actor), actor=team.actor
    )


@pytest.mark.requirement("CHG-01", "CHG-02", "CHG-11")
def test_a_change_goes_from_draft_to_effective(
    open_page: OpenPage, live_site: str, draft: RoutingRevision, shot: Callable[[Page, str], None]
) -> None:
    author = open_page(DESK, site=live_site)
    log_in(author, live_site, "author", SECRET)
    author.goto(f"{live_site}/changes/raise/?routing={draft.pk}")
    author.get_by_label("Title (English)").fill("Shorter fitting time")
    author.get_by_label("Type").select_option("process")
    author.get_by_label("Reason").fill("Measured on the first lot")
    shot(author, "change-raise")
    author.get_by_role("button", name="Raise").click()

    expect(author.get_by_role("heading", name="CR-000002")).to_be_visible()
    expect(author.get_by_role("cell", name="PUMP PUMP contains VALVE, 1 level(s) up. Computed")).to_be_visible()
    for row in author.locator("tr:has(fieldset)").all():
        row.get_by_text(
            "Not affected" if "Suggested: Not affected" in row.inner_text() else "Affected", exact=True
        ).click()
        row.locator("[name^=reason-]").fill("Seen and planned")
    shot(author, "change-impact")
    assert serious(author) == []
    author.get_by_role("button", name="Save the judgements").click()
    expect(author.get_by_role("heading", name="CR-000002 Assessed")).to_be_visible()

    author.locator("summary", has_text="Submit for approval").click()
    author.get_by_role("dialog").get_by_role("button", name="Submit for approval").click()
    expect(author.get_by_role("heading", name="CR-000002 In approval")).to_be_visible()
    expect(author.get_by_text("You wrote a part of CR-000002: others approve it.")).to_be_visible()
    address = author.url

    for name in ("engineer2", "quality"):
        signer = open_page(DESK, site=live_site)
        log_in(signer, live_site, name, SECRET)
        signer.goto(f"{address}comparison/")
        expect(signer.get_by_role("heading", name="Routing VALVE/B")).to_be_visible()
        signer.locator("summary", has_text="Approve").click()
        dialog = signer.get_by_role("dialog")
        dialog.get_by_label("User name or badge").fill(name)
        dialog.get_by_label("Password or PIN").fill(SECRET)
        shot(signer, f"change-sign-{name}")
        dialog.get_by_role("button", name="Approve").click()
        expect(signer.get_by_text("Signed.")).to_be_visible()

    author.reload()
    author.locator("summary", has_text="Implement").click()
    author.get_by_role("dialog").get_by_role("button", name="Implement").click()
    expect(author.get_by_role("heading", name="CR-000002 Effective")).to_be_visible()
    expect(author.get_by_text("Valid: the record is as signed").first).to_be_visible()
    shot(author, "change-effective")
    assert serious(author) == []
    author.goto(f"{address}comparison/")
    shot(author, "change-comparison")
    assert serious(author) == []
    assert ChangeRequest.objects.get(number="CR-000002").state == "effective"


def test_the_lists_pass_the_accessibility_check(
    open_page: OpenPage, live_site: str, draft: RoutingRevision, shot: Callable[[Page, str], None]
) -> None:
    reader = open_page(DESK, site=live_site, language="zh-hans", theme="dark")
    reader.goto(f"{live_site}/accounts/login/")
    log_in_chinese = reader.locator("form input[name=identity]")
    log_in_chinese.fill("quality")
    reader.locator("form input[name=secret]").fill(SECRET)
    reader.locator("form button[type=submit]").last.click()
    for name in ("changes", "effectivity"):
        reader.goto(f"{live_site}/{name}/")
        shot(reader, f"{name}-list")
        assert serious(reader) == []
