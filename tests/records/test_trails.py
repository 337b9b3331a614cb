"""The audit trail of one record: acts and fields, filtered, and taken away as an act."""

import pytest
from django.test import Client
from django.urls import reverse

from foundation.accounts import services
from foundation.accounts.models import Site, User
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.records.models import LedgerEntry
from foundation.records.selectors import field_changes
from tests.factories.people import SETUP, actor_for, person, site

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("SEC-02")]


@pytest.fixture
def moved() -> Site:
    made = site()
    with act(
        actor=actor_for(person("owner", name="Olga Owner"), station="BENCH-1"),
        verb="accounts.site.moved",
        reason="New hall",
    ) as this:
        made.time_zone = "Asia/Shanghai"
        made.save()
        this.about(made)
    return made


def reader(role: str = "auditor") -> Client:
    client = Client()
    client.force_login(person("reader", role), backend="foundation.accounts.backends.PlantBackend")
    return client


def address(record: object) -> str:
    return reverse("portal:record-trail", args=[record._meta.label_lower, record.pk])  # type: ignore[attr-defined]


def test_old_and_new_values_with_who_why_and_where(moved: Site) -> None:
    newest, *older = field_changes(RecordRef.to(moved))
    assert (newest.field, newest.before, newest.after) == ("time_zone", "UTC", "Asia/Shanghai")
    assert (newest.who, newest.station, newest.why, newest.kind) == ("Olga Owner", "BENCH-1", "New hall", "~")
    assert older[-1].kind == "+"
    assert {change.field: change.after for change in older if change.field}["code"] == "HZ1"


def test_secrets_are_never_shown_but_their_change_is() -> None:
    user = person("operator")
    services.set_secret(actor=SETUP, user_id=user.pk, password="another-horse-8")
    changes = [change for change in field_changes(RecordRef.to(user)) if change.field == "password"]
    assert len(changes) == 2
    assert {(change.before, change.after) for change in changes} == {("", "…")}
    page = reader().get(address(User.objects.get(pk=user.pk))).content.decode()
    assert "md5$" not in page


@pytest.mark.parametrize("label", ["no.thing", "records.ledgerentry", "nonsense"])
def test_a_record_without_a_history_has_no_field_changes(label: str) -> None:
    assert field_changes(RecordRef(label, 1)) == []


def test_the_page_shows_acts_and_fields_and_filters_by_person_act_and_period(moved: Site) -> None:
    client = reader()
    page = client.get(address(moved)).content.decode()
    assert "Audit trail of HZ1" in page
    assert "Olga Owner" in page
    assert "Asia/Shanghai" in page
    # The field history stays; the acts are filtered.
    assert client.get(address(moved), {"actor_name": "olga"}).content.decode().count("Site moved") == 1
    for filtered in ({"actor_name": "nobody"}, {"verb": "created"}, {"outcome": "refused"}, {"until": "2001-01-01"}):
        assert "Site moved" not in client.get(address(moved), filtered).content.decode()
    assert "Site moved" in client.get(address(moved), {"since": "2001-01-01", "verb": "moved"}).content.decode()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_taking_it_away_is_an_act(moved: Site, form: str) -> None:
    client = reader()
    acts, fields = client.get(address(moved), {"export": form}), client.get(address(moved), {"fields": form})
    assert acts.status_code == fields.status_code == 200
    if form == "csv":
        assert "Olga Owner" in acts.getvalue().decode("utf-8-sig")
        assert "UTC,Asia/Shanghai,New hall" in fields.getvalue().decode("utf-8-sig")
    kept = LedgerEntry.objects.filter(verb="records.export.made")
    assert [(row.subject_number, row.data["what"]) for row in kept] == [
        ("HZ1", f"audit-trail as {form}"),
        ("HZ1", f"field-history as {form}"),
    ]


def test_only_readers_of_trails_see_it(moved: Site) -> None:
    assert reader("operator").get(address(moved)).status_code == 403
    assert Client().get(address(moved)).status_code == 302


def test_the_trail_of_a_record_names_refused_acts_too(moved: Site) -> None:
    from foundation.core.errors import NotValid  # noqa: PLC0415

    with pytest.raises(NotValid), act(actor=SETUP, verb="accounts.site.closed", about=moved):
        raise NotValid("People work there")
    assert "People work there" in reader().get(address(moved)).content.decode()
