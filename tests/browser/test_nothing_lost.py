"""What a person typed comes back when it did not arrive: the session had ended, or the act was refused."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from changecontrol.models import ChangeRequest
from foundation.records.models import LedgerEntry
from routing.models import RoutingRevision
from tests.browser.conftest import OpenPage
from tests.browser.helpers import DESK, log_in
from tests.factories import definitions
from tests.factories.definitions import Team
from tests.factories.people import SECRET

pytestmark = pytest.mark.browser
BACK = "What you typed is back. It was not sent."


@pytest.fixture(scope="module")
def team(live_site: str) -> Team:
    return definitions.team()


@pytest.fixture(scope="module")
def draft(team: Team) -> RoutingRevision:
    released = definitions.released_routing(team)
    return definitions.routing(
        definitions.parts_list(released.item, definitions.item("BODY"), actor=team.actor), actor=team.actor
    )


def end_session(page: Page) -> None:
    """As by a log-out in another tab."""
    kept = [one for one in page.context.cookies() if one["name"] != "sessionid"]
    page.context.clear_cookies()
    page.context.add_cookies(kept)


def raise_typed(page: Page, site: str, draft: RoutingRevision) -> None:
    page.goto(f"{site}/changes/raise/?routing={draft.pk}")
    page.get_by_label("Title (English)").fill("Shorter fitting time")
    page.get_by_label("Reason").fill("Measured on the first lot")
    end_session(page)
    page.get_by_role("button", name="Raise").click()
    expect(page.get_by_text("Your session had ended before this arrived, so nothing was written.")).to_be_visible()


def test_a_session_that_ended_while_typing_loses_nothing(
    open_page: OpenPage, live_site: str, draft: RoutingRevision
) -> None:
    page = open_page(DESK, site=live_site)
    log_in(page, live_site, "author", SECRET)
    raised = ChangeRequest.objects.count()
    raise_typed(page, live_site, draft)
    assert ChangeRequest.objects.count() == raised
    # a wrong secret first: what is held waits for the right person
    page.get_by_label("User name or badge").fill("author")
    page.get_by_label("Password").fill("not-this-one-1")
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("User name or badge").fill("author")
    page.get_by_label("Password").fill(SECRET)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.get_by_label("Title (English)")).to_have_value("Shorter fitting time")
    expect(page.get_by_label("Reason")).to_have_value("Measured on the first lot")
    page.get_by_role("button", name="Raise").click()
    expect(page.get_by_role("heading", name="CR-00000")).to_be_visible()
    assert ChangeRequest.objects.count() == raised + 1


def test_somebody_else_who_logs_in_there_does_not_find_it(
    open_page: OpenPage, live_site: str, draft: RoutingRevision
) -> None:
    page = open_page(DESK, site=live_site)
    log_in(page, live_site, "author", SECRET)
    raise_typed(page, live_site, draft)
    page.get_by_label("User name or badge").fill("engineer2")
    page.get_by_label("Password").fill(SECRET)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_label("Title (English)")).to_have_value("")
    expect(page.get_by_text(BACK)).to_have_count(0)


def test_what_was_typed_into_a_refused_act_stands_in_its_sheet_again_but_never_the_secret(
    open_page: OpenPage, live_site: str, team: Team, draft: RoutingRevision
) -> None:
    raised = ChangeRequest.objects.filter(affected__routing_revision=draft).first()  # of the test before, when it ran
    change = definitions.submitted(team, raised or definitions.change(team, draft))
    page = open_page(DESK, site=live_site)
    log_in(page, live_site, "quality", SECRET)
    page.goto(f"{live_site}/changes/{change.pk}/")
    page.locator("summary", has_text="Refuse").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("Reason").fill("The limits are missing")
    sheet.get_by_label("User name or badge").fill("quality")
    sheet.get_by_label("Password or PIN").fill("not-this-one-1")
    with page.expect_navigation():
        sheet.get_by_role("button", name="Refuse").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_text("Unknown user or badge, or wrong secret.")).to_be_visible()
    expect(sheet.get_by_label("Reason")).to_have_value("The limits are missing")
    expect(sheet.get_by_label("Password or PIN")).to_have_value("")
    change.refresh_from_db()
    assert change.state == "in_approval"
    assert LedgerEntry.objects.filter(subject_id=change.pk, outcome="refused").exists()
