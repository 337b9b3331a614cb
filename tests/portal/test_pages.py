"""Home, search, errors, preferences, navigation and the audit trail, without a browser."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.portal.navigation import NAVIGATION, visible
from foundation.accounts.models import User
from foundation.accounts.policies import may
from foundation.accounts.scope import roles_asked_once
from foundation.accounts.services import assign_role
from foundation.core.actor import Actor
from foundation.records.models import LedgerEntry
from tests.factories.people import end_of
from tests.portal.conftest import SYSTEM

ROOT = Path(__file__).resolve().parents[2]
LoggedIn = Callable[[str], Client]


def test_home_needs_a_person(db: None) -> None:
    answer = Client().get("/")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/"


def test_home_greets_by_name_and_role(logged_in: LoggedIn) -> None:
    text = logged_in("auditor").get("/").content.decode()
    assert "Auditor 王" in text


def test_navigation_hides_what_the_reader_may_not_see(logged_in: LoggedIn) -> None:
    text = logged_in("operator").get("/").content.decode()
    assert reverse("accounts:user-list") not in text
    assert reverse("portal:ledger") not in text
    assert reverse("accounts:user-list") in logged_in("system_owner").get("/").content.decode()


def test_navigation_marks_the_page() -> None:
    permissions = {entry.permission for section in NAVIGATION for entry in section.entries}
    sections = visible(permissions, reverse("portal:ledger") + "12/")
    current = [entry["url"] for section in sections for entry in section["entries"] if entry["current"]]
    assert current == [reverse("portal:ledger")]


def test_navigation_follows_the_loop() -> None:
    titles = [str(section.title) for section in NAVIGATION]
    loop = ["Define", "Change", "Plan", "Make", "Check", "Prove", "Improve", "Resources", "Administration"]
    assert titles == loop


@pytest.mark.django_db
def test_language_and_theme_are_kept_by_cookie() -> None:
    client = Client()
    answer = client.post("/language/", {"language": "zh-hans", "next": "/accounts/login/"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert 'lang="zh-Hans"' in client.get("/accounts/login/").content.decode()
    client.post("/theme/", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert 'data-theme="dark"' in client.get("/accounts/login/").content.decode()


@pytest.mark.django_db
def test_a_redirect_never_leaves_the_site() -> None:
    answer = Client().post("/theme/", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


@pytest.mark.django_db
def test_error_pages_speak(settings: object) -> None:
    missing = Client().get("/nowhere/")
    assert missing.status_code == 404
    assert "Search for the number" in missing.content.decode()
    forged = Client(enforce_csrf_checks=True).post("/theme/", {"theme": "dark"})
    assert forged.status_code == 403
    assert "nothing was written" in forged.content.decode()


@pytest.mark.django_db
def test_a_refusal_that_nobody_caught_is_a_page_with_its_reason_and_status() -> None:
    answer = Client().get("/gallery/refused/")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "A gate is closed" in text
    assert "The calibration of caliper CAL-07" in text


@pytest.mark.django_db
def test_a_refusal_over_htmx_is_the_banner_alone() -> None:
    answer = Client().get("/gallery/refused/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#problem")
    assert "<html" not in answer.content.decode()


def test_audit_trail_lists_filters_and_exports(logged_in: LoggedIn) -> None:
    client = logged_in("auditor")
    text = client.get("/audit-trail/").content.decode()
    assert "User created" in text
    assert "User created" not in client.get("/audit-trail/?outcome=refused").content.decode()
    export = client.get("/audit-trail/?export=csv&sort=captured_at").getvalue().decode()
    assert export.startswith("\ufeffNo.,When,Who,What,Record,Outcome,Reason,Station")
    assert "system:test" in export
    book = client.get("/audit-trail/?export=xlsx")
    assert book.getvalue()[:2] == b"PK"
    assert client.get("/audit-trail/?export=pdf").content[:5] == b"%PDF-"
    told = json.loads(client.get("/audit-trail/?export=json&q=user").getvalue())
    assert (told["list"], told["about"], told["taken_by"]) == ("audit-trail", "q: user", "Auditor 王")
    assert {"id", "captured_at", "actor_name", "verb", "subject_number"} <= set(told["rows"][0])
    entry = LedgerEntry.objects.order_by("id").last()
    assert entry is not None
    assert entry.verb in client.get(f"/audit-trail/{entry.pk}/").content.decode()


@pytest.mark.parametrize("page", ["/audit-trail/", "/accounts/users/", "/accounts/stations/"])
def test_pages_refuse_who_may_not(logged_in: LoggedIn, page: str) -> None:
    answer = logged_in("operator").get(page)
    assert answer.status_code == 403
    assert "has no role that allows" in answer.content.decode()


def test_list_takes_bad_parameters_calmly(logged_in: LoggedIn) -> None:
    client = logged_in("auditor")
    for query in [
        "page=99999",
        "page=x",
        "sort=digest",
        "size=7",
        "outcome=maybe",
        "since=never",
        "q=%00a",
        "export=exe",
    ]:
        answer = client.get(f"/audit-trail/?{query}")
        assert answer.status_code in {200, 400}, query


def test_search_opens_the_only_exact_hit_and_says_when_there_is_none(logged_in: LoggedIn) -> None:
    client = logged_in("auditor")
    assert "Nothing found" in client.get("/search/?q=NO-SUCH-THING").content.decode()


def test_user_pages_create_give_and_retire(logged_in: LoggedIn) -> None:
    client = logged_in("system_owner")
    entered = {"username": "li", "name": "Li Na 李娜", "language": "zh-hans"}
    assert client.post("/accounts/users/new/", entered).status_code == 422  # who saw who it is?
    answer = client.post("/accounts/users/new/", {**entered, "identity_check": "identity card"})
    user = User.objects.get(username="li")
    assert answer["Location"] == f"/accounts/users/{user.pk}/"
    client.post(f"/accounts/users/{user.pk}/role/", {"role": "operator"})
    client.post(f"/accounts/users/{user.pk}/badge/", {"code": "B-77"})
    text = client.get(f"/accounts/users/{user.pk}/").content.decode()
    assert "Operator" in text
    assert "B-77" in text
    client.post(f"/accounts/users/{user.pk}/retire/", {"reason": "moved away"})
    user.refresh_from_db()
    assert not user.is_active


def test_user_name_taken_comes_back_at_its_field_with_all_that_was_entered(logged_in: LoggedIn) -> None:
    client = logged_in("system_owner")
    answer = client.post(
        "/accounts/users/new/",
        {"username": "System_Owner", "name": "Somebody Else", "language": "en", "identity_check": "passport"},
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "This user name was given before." in text
    assert 'value="Somebody Else"' in text
    assert User.objects.count() == 1


def test_every_icon_named_in_the_code_exists() -> None:
    sprite = ROOT / "assets" / "dist" / "icons.svg"
    if not sprite.exists():
        pytest.skip("the front end is not built")
    known = set(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite.read_text()))
    folders = ("templates/**/*.html", "config/portal/**/*.py", "foundation/**/*.py")
    texts = [path.read_text() for folder in folders for path in ROOT.glob(folder)]
    named = {name for text in texts for name in re.findall(r'(?:\{% icon |icon_name=)"([a-z0-9-]+)"', text)}
    assert named - known == set()


def test_templates_keep_the_content_policy() -> None:
    """No inline style or script, no handler attributes: the strict policy would drop them without a word."""
    bad = []
    for path in ROOT.glob("templates/**/*.html"):
        text = re.sub(r"\{[%{#].*?[%}#]\}", "", path.read_text(), flags=re.DOTALL)
        if re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\b(src|type=\"application/json\")\b)", text):
            bad.append(str(path.relative_to(ROOT)))
    assert bad == []


def test_search_finds_people_for_those_who_manage_them_only(logged_in: LoggedIn) -> None:
    owner = logged_in("system_owner")
    assert owner.get("/search/?q=system_owner")["Location"].startswith("/accounts/users/")
    assert "1 hit" in owner.get("/search/?q=王").content.decode()
    assert "Nothing found" in logged_in("operator").get("/search/?q=system_owner").content.decode()


def test_a_record_s_reference_leads_to_its_page(logged_in: LoggedIn) -> None:
    client = logged_in("system_owner")
    user = User.objects.get()
    assert client.get(f"/record/accounts.user/{user.pk}/")["Location"] == f"/accounts/users/{user.pk}/"
    assert client.get("/record/sessions.session/1/").status_code == 404


def test_home_says_what_waits(logged_in: LoggedIn) -> None:
    assert "Acknowledge the signature policy" in logged_in("auditor").get("/").content.decode()


@pytest.mark.django_db
def test_the_content_policy_is_strict_and_wider_only_where_the_camera_reads() -> None:
    policy = Client().get("/accounts/login/")["Content-Security-Policy"]
    assert "script-src 'self';" in f"{policy};"
    assert "style-src 'self';" in f"{policy};"
    assert "unsafe" not in policy
    assert "'wasm-unsafe-eval'" in Client().get("/gallery/shop/")["Content-Security-Policy"]


def test_an_own_secret_is_changed_only_with_the_present_one_and_wrong_tries_count(logged_in: LoggedIn) -> None:
    client = logged_in("auditor")
    answer = client.post("/accounts/profile/secret/", {"present": "wrong", "pin": "654321"})
    assert answer.status_code == 403
    user = User.objects.get()
    assert (user.failed_tries, user.pin) == (1, User.objects.get().pin)
    given = {"present": "482913", "password": "Battery-staple-7"}
    assert client.post("/accounts/profile/secret/", given)["Location"] == "/accounts/profile/"
    assert client.get("/").status_code == 200
    again = Client()
    entered = {"identity": "auditor", "secret": "Battery-staple-7", "next": "/audit-trail/"}
    assert again.post("/accounts/login/", entered)["Location"] == "/audit-trail/"


def test_log_in_refuses_without_saying_which_part_was_wrong(person: Callable[[str], User]) -> None:
    person("auditor")
    for entered in ({"identity": "auditor", "secret": "nope"}, {"identity": "nobody", "secret": "nope"}):
        answer = Client().post("/accounts/login/", entered)
        assert answer.status_code == 403
        assert "Unknown user or badge, or wrong secret." in answer.content.decode()
    assert User.objects.get().failed_tries == 1


@pytest.mark.requirement("SEC-02")
def test_the_trail_is_found_by_person_act_record_and_period(logged_in: LoggedIn) -> None:
    client = logged_in("auditor")
    entry = LedgerEntry.objects.filter(verb="accounts.user.created").latest("id")
    day = entry.captured_at.date()

    def found(**asked: str) -> set[int]:
        told = json.loads(client.get("/audit-trail/", {"export": "json", **asked}).getvalue())
        return {row["id"] for row in told["rows"]}

    assert entry.pk in found(actor_name="SYSTEM:te")
    assert entry.pk in found(verb="user created")
    assert entry.pk in found(verb="accounts.user.cr")
    assert entry.pk in found(number=entry.subject_number[:4], since=day.isoformat(), until=day.isoformat())
    assert entry.pk in found(q="created")
    assert found(actor_name="nobody-of-this-name") == set()
    assert entry.pk not in found(until=(day - timedelta(days=1)).isoformat())
    assert entry.pk not in found(outcome="refused")


@pytest.mark.requirement("SEC-02")
def test_a_long_trail_says_that_there_is_more_and_its_file_holds_all(
    logged_in: LoggedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = logged_in("auditor")
    monkeypatch.setattr(sys.modules["config.portal.views.ledger"], "COUNT_MOST", 2)
    assert "of more than 2" in client.get("/audit-trail/").content.decode()
    told = json.loads(client.get("/audit-trail/?export=json").getvalue())
    assert len(told["rows"]) == LedgerEntry.objects.count() > 2


def test_search_asks_for_the_reader_s_roles_once_however_many_apps_answer(logged_in: LoggedIn) -> None:
    client = logged_in("auditor")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/search/?q=077&all=1").status_code == 200
    roles = [query["sql"] for query in queries if query["sql"].startswith('SELECT "accounts_roleassignment"."id"')]
    assert len(roles) <= 2  # the bell asks for itself
    assert len(queries) <= 25


def test_what_a_role_gives_is_asked_again_after_the_page(person: Callable[[str], User]) -> None:
    user = person("operator")
    actor = Actor(user.pk, user.name)
    with roles_asked_once():
        assert not may(actor, "records.view_trail")
        assign_role(actor=SYSTEM, user_id=user.pk, role="auditor", valid_until=end_of("auditor"))
        assert not may(actor, "records.view_trail")  # one answer for one page
    assert may(actor, "records.view_trail")
