"""The language is the person's: chosen once at a desk or a tablet, it follows who badges in."""

from __future__ import annotations

import pytest
from django.test import Client

from foundation.accounts import services
from foundation.accounts.web import STATION_COOKIE
from foundation.core.errors import NotValid
from foundation.records.models import LedgerEntry
from tests.factories.people import PIN, SETUP, actor_for, person, site

pytestmark = pytest.mark.django_db


def tablet() -> Client:
    token = services.register_station(actor=SETUP, code="B-9", name={"en": "Bench"}, site=site(), work_center="B")[1]
    client = Client()
    client.cookies[STATION_COOKIE] = token
    return client


def badge_in(client: Client, name: str) -> str:
    client.post("/accounts/badge/", {"identity": name, "secret": PIN})
    return str(client.get("/shop/").content.decode())


def test_the_language_chosen_at_the_desk_is_that_of_the_tablet() -> None:
    chinese, other = person("li", "operator"), person("wang", "operator")
    for one in (chinese, other):
        services.choose_language(actor=actor_for(one), language="zh-hans")
    desk = Client()
    desk.post("/accounts/login/", {"identity": "li", "secret": PIN})
    desk.post("/language/", {"language": "en", "next": "/"})
    chinese.refresh_from_db()
    assert chinese.language == "en"
    assert LedgerEntry.objects.filter(verb="accounts.language.chosen", actor_id=chinese.pk).count() == 2
    client = tablet()
    assert "Scan the traveller" in badge_in(client, "li")
    assert "扫描流转卡" in badge_in(client, "wang")


def test_every_tablet_page_offers_the_other_language_and_keeps_it_with_the_person() -> None:
    user = person("li", "operator")
    client = tablet()
    door = client.get("/accounts/badge/").content.decode()
    assert 'class="ar-bar-language"' in door
    assert '<input type="hidden" name="next" value="/accounts/badge/">' in door
    client.post("/language/", {"language": "zh-hans", "next": "/accounts/badge/"})  # nobody is here: the device alone
    assert not LedgerEntry.objects.filter(verb="accounts.language.chosen").exists()
    assert 'name="language" value="zh-hans" lang="zh-hans"' in badge_in(client, "li")
    answer = client.post("/language/", {"language": "zh-hans", "next": "/shop/"})
    assert (answer.status_code, answer["Location"]) == (302, "/shop/")
    user.refresh_from_db()
    assert user.language == "zh-hans"
    assert "扫描流转卡" in client.get("/shop/").content.decode()


def test_only_a_language_that_is_offered_is_kept() -> None:
    user = person("li", "operator")
    with pytest.raises(NotValid):
        services.choose_language(actor=actor_for(user), language="xx")
    Client().post("/language/", {"language": "xx"})
    user.refresh_from_db()
    assert user.language == "en"
