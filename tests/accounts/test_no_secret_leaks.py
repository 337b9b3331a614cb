"""No secret in logs, in the ledger, in any row but as its hash, on a page, or in an error report."""

import logging
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.test import Client
from django.views.debug import ExceptionReporter

from foundation.accounts import services
from foundation.accounts.models import User
from foundation.records.models import LedgerEntry
from tests.factories.people import PIN, SECRET, SETUP, person, site

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("SEC-04", "21CFR11.300(d)")]
MARKER = "Zq7-marker-secret"
MARKER_PIN = "591737464"


@pytest.fixture
def people() -> tuple[User, User]:
    return person("owner", "system_owner"), person("operator", "operator")


def forms(operator: User) -> Iterator[tuple[str, dict[str, str]]]:
    """Every form that carries a secret, with the marker in it: as a wrong one, and as a new one."""
    wrong = {"identity": "operator", "secret": MARKER}
    yield "/accounts/login/", wrong
    yield "/accounts/login/", {"identity": MARKER, "secret": MARKER, "code": MARKER[:20]}
    yield "/accounts/badge/", wrong
    yield "/accounts/badge/secret/", {**wrong, "pin": MARKER_PIN}
    yield "/accounts/badge/secret/", {"identity": "operator", "secret": PIN, "pin": MARKER}
    yield "/accounts/badge/station/", {"token": MARKER}
    yield "/accounts/profile/secret/", {"present": MARKER, "password": MARKER, "pin": MARKER_PIN}
    yield "/accounts/profile/secret/", {"present": SECRET, "password": MARKER, "pin": MARKER_PIN}
    yield "/accounts/profile/policy/", {"version": "1", "secret": MARKER}
    yield "/accounts/profile/factor/", {"code": MARKER[:20]}
    yield f"/accounts/users/{operator.pk}/secret/", {"password": MARKER, "pin": MARKER_PIN}
    for address in (
        "/changes/1/approve/",
        "/batch-records/X/review/",
        "/batch-records/X/release/",
        "/shop/1/complete/",
    ):
        yield address, {**wrong, "factor": MARKER, "reason": "x"}


def written() -> str:
    """Every row of every table of ours."""
    rows = [str(list(model._base_manager.values())) for model in apps.get_models() if model._meta.managed]
    return "".join(rows)


def test_no_form_leaves_a_secret_anywhere(people: tuple[User, User], caplog: pytest.LogCaptureFixture) -> None:
    owner, operator = people
    _station, token = services.register_station(actor=SETUP, code="SLA-1", name={"en": "SLA"}, site=site())
    client = Client()
    client.cookies["arteria_station"] = token
    shown = ""
    with caplog.at_level(logging.DEBUG):
        client.force_login(owner, backend="foundation.accounts.backends.PlantBackend")
        for address, given in forms(operator):
            answer = client.post(address, given)
            shown += answer.content.decode()
    assert LedgerEntry.objects.filter(outcome="refused").count() >= 5
    rows, logs = written(), caplog.text
    assert MARKER not in rows  # nor where it was typed as a user name
    assert MARKER not in logs
    assert "'identity': 'unknown:17:" in rows
    assert MARKER_PIN not in rows + logs + shown
    assert shown.count(MARKER) == shown.count(f'name="identity" value="{MARKER}"')
    assert token not in rows + logs


def test_an_error_report_hides_what_no_view_marked(rf, people: tuple[User, User]) -> None:  # type: ignore[no-untyped-def]
    def view(secret: str, present: str) -> None:
        credentials = {"secret": secret}
        raise RuntimeError(len(credentials))

    request = rf.post("/anything/", {"secret": MARKER, "pin": MARKER_PIN, "note": "kept"})
    request.user = people[0]
    try:
        view(MARKER, MARKER)
    except RuntimeError as error:
        report = ExceptionReporter(request, type(error), error, error.__traceback__)
        text, page = report.get_traceback_text(), report.get_traceback_html()
    # The line of this test that calls the view is source, not data.
    assert MARKER_PIN not in text
    assert f"'{MARKER}'" not in text
    assert f"&#x27;{MARKER}&#x27;" not in page.replace("MARKER", "")
    assert "kept" in text
