"""The home page leads back to what one worked on; the address of an act is no page."""

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from foundation.accounts.models import User
from foundation.records.act import act
from foundation.records.models import LedgerEntry
from tests.factories.people import actor_for, site

LoggedIn = Callable[[str], Client]


def test_home_leads_back_to_the_records_one_worked_on_each_once(
    person: Callable[[str], User], logged_in: LoggedIn
) -> None:
    client = logged_in("system_owner")
    me = User.objects.get(pk=client.session["_auth_user_id"])
    other = person("auditor")
    for who in (me, me, other):
        with act(actor=actor_for(who), verb="accounts.user.changed") as this:
            this.about(other)
    page = client.get("/").content.decode()
    assert page.count(f'href="{reverse("accounts:user", args=[other.pk])}"') == 1
    assert "Go on where you were" in page
    with act(actor=actor_for(me), verb="accounts.site.changed") as this:
        this.about(site())  # a site has no page of its own
    assert client.get("/").content.decode().count("ar-todo-text") == page.count("ar-todo-text")


def test_nobody_without_acts_is_led_anywhere(logged_in: LoggedIn) -> None:
    assert "Go on where you were" not in logged_in("auditor").get("/").content.decode()


def test_the_address_of_an_act_opened_as_a_page_says_what_it_is_and_does_nothing(logged_in: LoggedIn) -> None:
    client = logged_in("auditor")
    entries = LedgerEntry.objects.count()
    answer = client.get(reverse("portal:verify-now"))
    assert answer.status_code == 405
    assert "This is the address that a form is sent to. Nothing was done just now." in answer.content.decode()
    assert LedgerEntry.objects.count() == entries
    assert client.get("/api/v1/nothing/").status_code == 404
