"""Whatever list a person takes away, in whatever form, the ledger says who took what, filtered how."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from config.roles import CATALOGUE
from foundation.core.errors import NotValid, PermissionDenied
from foundation.core.web import tables
from foundation.records.models import LedgerEntry
from tests.access.walk import calls
from tests.factories.people import person

ROLES = [code for code, _name, _permissions in CATALOGUE]
VERB = "records.export.made"
pytestmark = [pytest.mark.django_db, pytest.mark.requirement("21CFR11.10(b)")]


def client_of(*roles: str) -> Client:
    client = Client()
    client.force_login(
        person("taker", *roles, name="Taker", can_sign=False), backend="foundation.accounts.backends.PlantBackend"
    )
    return client


def exports() -> list[tuple[str, str]]:
    rows = LedgerEntry.objects.filter(verb=VERB).order_by("pk")
    return [(row.actor_name, row.data["what"]) for row in rows]


def test_every_list_that_can_be_taken_away_notes_it() -> None:
    client, found = client_of(*ROLES), {}
    for call in calls():
        if call.is_api or call.method != "get" or "<" in call.route or call.name.startswith("accounts:log"):
            continue
        before = len(exports())
        answer = client.get("/" + call.route, {"export": "csv"})
        if "attachment" in answer.headers.get("Content-Disposition", "") and "csv" in answer["Content-Type"]:
            found[call.name] = exports()[before:]
    assert len(found) > 25
    assert {name: rows for name, rows in found.items() if [who for who, _what in rows] != ["Taker"]} == {}
    assert found["inventory:lot-list"] == [("Taker", "lots as csv")]
    assert found["changecontrol:change-list"] == [("Taker", "changes as csv")]
    assert len({rows[0][1] for rows in found.values()}) == len(found), "two lists with one name"


def test_the_note_holds_form_and_filters() -> None:
    client = client_of("auditor")
    for form in ("csv", "xlsx", "json", "pdf"):
        assert client.get(reverse("inventory:stock-list"), {"export": form, "status": "in_process"}).status_code == 200
    rows = LedgerEntry.objects.filter(verb=VERB).order_by("pk")
    assert [(row.data["what"], row.data["chosen"]) for row in rows] == [
        (f"stock as {form}", "status: in_process") for form in ("csv", "xlsx", "json", "pdf")
    ]


def test_what_is_refused_is_no_export(monkeypatch: pytest.MonkeyPatch) -> None:
    assert client_of("operator").get(reverse("portal:ledger"), {"export": "csv"}).status_code == 403
    with pytest.raises(NotValid, match="at most 0 rows"):
        monkeypatch.setattr(tables, "XLSX_ROWS", 0)
        tables.hand_out(RequestFactory().get("/"), "xlsx", tables.Table("lots", "Lots", ["Lot"], [["L-1"]]))
    assert exports() == []


def test_nothing_leaves_when_it_cannot_be_noted() -> None:
    request = RequestFactory().get("/")
    request.user = type("Nobody", (), {"is_authenticated": False})()  # type: ignore[assignment]
    request.session = {}  # type: ignore[assignment]
    with pytest.raises(PermissionDenied):
        answer: HttpResponse | None = None
        answer = tables.hand_out(request, "csv", tables.Table("lots", "Lots", ["Lot"], [["L-1"]]))  # type: ignore[assignment]
    assert answer is None
    assert exports() == []
