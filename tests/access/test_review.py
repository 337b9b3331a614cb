"""The access review: every person with every role, what stands out, and that taking it away is an act."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.accounts import services
from foundation.accounts.models import User
from foundation.accounts.review import access_rows, ended, in_force, unused_for, without_role
from foundation.core import clock
from foundation.records.models import LedgerEntry
from tests.factories.people import SETUP, person, site

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("SEC-04")]
URL = reverse("accounts:access-review")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="foundation.accounts.backends.PlantBackend")
    return client


def names(rows) -> list[tuple[str, str | None]]:
    return sorted((row.username, row.role_code) for row in rows)


def test_who_has_what_where_and_what_stands_out() -> None:
    person("used", "planner")
    person("never", "operator", can_sign=False)
    person("roleless", can_sign=False)
    gone = person("gone", "warehouse", can_sign=False)
    services.retire_user(actor=SETUP, user_id=gone.pk, reason="Left")
    soon = clock.now() + timedelta(hours=1)
    services.assign_role(
        actor=SETUP, user_id=person("guest", can_sign=False).pk, role="auditor", site=site(), valid_until=soon
    )
    rows = access_rows()
    [guest] = rows.filter(username="guest")
    assert (guest.role_code, guest.site_code, guest.until, guest.last_used) == ("auditor", "HZ1", soon, None)
    assert names(without_role(rows)) == [("roleless", None)]
    assert names(ended(rows)) == [("gone", "warehouse")]
    assert names(unused_for(rows, 30)) == [("guest", "auditor"), ("never", "operator")]
    assert names(in_force(rows)) == [("guest", "auditor"), ("never", "operator"), ("used", "planner")]


def test_it_is_for_owner_and_auditor_and_taking_it_away_is_in_the_ledger() -> None:
    auditor = client_of(person("auditor", "auditor"))
    page = auditor.get(URL)
    assert (page.status_code, "Auditor" in page.content.decode()) == (200, True)
    assert client_of(person("engineer", "process_engineer")).get(URL).status_code == 403
    file = b"".join(auditor.get(URL, {"export": "csv"})).decode()
    assert "auditor" in file
    [entry] = LedgerEntry.objects.filter(verb="records.export.made")
    assert (entry.actor_name, entry.data["what"]) == ("Auditor", "access-review as csv")


def test_its_queries_do_not_grow_with_its_rows() -> None:
    reader = client_of(person("auditor", "auditor"))

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert reader.get(URL).status_code == 200
        return len(caught)

    queries()  # the first one begins a session
    few = queries()
    for number in range(6):
        user = services.create_user(actor=SETUP, username=f"p{number}", name="P")
        services.assign_role(actor=SETUP, user_id=user.pk, role="operator")
    assert queries() == few
