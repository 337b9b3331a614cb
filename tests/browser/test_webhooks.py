"""An endpoint is set up, tested and paused at the desk, in a real browser."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from foundation.core import jobs
from tests.browser.helpers import DESK, log_in, overflow, serious
from tests.webhooks.receiver import receiving

pytestmark = [pytest.mark.browser, pytest.mark.requirement("BEY-21")]
SECRET = "Correct-horse-9"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_endpoint_at_the_desk(
    open_page: Any, live_site: str, owner: str, language: str, shot: Any, settings: Any
) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS, settings.WEBHOOK_HTTP_HOSTS = (ip_network("127.0.0.0/8"),), ("127.0.0.1",)
    page: Page = open_page(DESK, site=live_site)
    log_in(page, live_site, owner, SECRET)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_site}])
    with receiving() as receiver:
        page.goto(f"{live_site}/webhooks/new/")
        page.locator("#id_name").fill(f"ERP {language}")
        page.locator("#id_url").fill(receiver.url)
        page.locator("input[value='shopfloor.card.completed']").check()
        shot(page, f"webhook-form-{language}")
        assert serious(page) == []
        page.locator("form.ar-form button[type=submit]").click()
        expect(page.locator(".ar-note .ar-code")).to_contain_text("whsec_")
        shot(page, f"webhook-secret-{language}")
        assert serious(page) == []
        page.locator("form[action$='/ping/'] button").click()
        page.wait_for_url("**/webhooks/deliveries/*/")
        jobs.run_waiting()
        page.reload()
        shot(page, f"webhook-delivery-{language}")
        expect(page.locator("tbody")).to_contain_text("127.0.0.1")
        assert serious(page) == []
        assert overflow(page) <= 0
    assert [message.path for message in receiver.got] == ["/hook"]
    page.goto(f"{live_site}/webhooks/events/")
    shot(page, f"webhook-events-{language}")
    assert serious(page) == []
    assert overflow(page) <= 0
