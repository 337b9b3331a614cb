"""Every desk page of quality and proof, on what the story left; and the acts that a page must refuse."""

import pytest
from django.test import Client
from django.urls import reverse

from demo.people import PASSWORD
from dhr.models import DeviceHistoryRecord, Package
from foundation.accounts.models import User
from foundation.records.models import LedgerEntry
from quality.models import Nonconformance
from tests.journeys.conftest import Journey


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="foundation.accounts.backends.PlantBackend")
    return client


PAGES = ("record", "record-operations", "record-materials", "record-trail", "record-packages")


@pytest.mark.requirement("TRC-03", "TRC-06")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("page", PAGES)
def test_every_tab_of_a_record_shows(journey: Journey, page: str, language: str) -> None:
    client = client_of("auditor")
    client.cookies["django_language"] = language
    response = client.get(reverse(f"dhr:{page}", args=[journey.told.records[-1].number]))
    assert response.status_code == 200
    assert "SN-000002" in response.content.decode()


@pytest.mark.parametrize(
    "name", ["dhr:record-list", "quality:nonconformance-list", "quality:deviation-list", "quality:inspection-list"]
)
def test_every_list_shows_and_exports(journey: Journey, name: str) -> None:
    client = client_of("quality")
    assert client.get(reverse(name)).status_code == 200
    assert client.get(reverse(name), {"export": "csv"})["Content-Type"].startswith("text/csv")


@pytest.mark.requirement("QMS-04")
def test_a_nonconformance_tells_disposition_and_cause(journey: Journey) -> None:
    number = Nonconformance.objects.get().number
    text = client_of("quality").get(reverse("quality:nonconformance", args=[number])).content.decode()
    assert "The throat cannot be made smaller" in text
    assert "The reamer was re-ground off size" in text


@pytest.mark.requirement("TRC-10")
def test_a_released_record_is_not_released_again_and_nothing_changes(journey: Journey) -> None:
    record: DeviceHistoryRecord = journey.told.records[-1]
    before = record.releases.count()
    response = client_of("releaser").post(
        reverse("dhr:record-release", args=[record.number]), {"identity": "releaser", "secret": PASSWORD}
    )
    assert response.status_code == 409
    assert record.releases.count() == before
    assert LedgerEntry.objects.filter(verb="dhr.record.released", outcome="refused", subject_id=record.pk).exists()


@pytest.mark.requirement("SEC-01")
def test_an_operator_sees_no_batch_records(journey: Journey) -> None:
    assert client_of("operator").get(reverse("dhr:record-list")).status_code == 403


@pytest.mark.requirement("TRC-08")
def test_the_package_downloads_as_it_was_made(journey: Journey) -> None:
    package = Package.objects.get()
    response = client_of("auditor").get(reverse("dhr:package-download", args=[package.record.number, package.sha256]))
    assert response.content == journey.archive.read_bytes()
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.requirement("BEY-21")
def test_the_api_tells_the_same_record_and_hands_out_the_package(journey: Journey) -> None:
    client = client_of("auditor")
    record = journey.told.records[-1]
    listed = client.get("/api/v1/batch-records/", {"lot__serial": "SN-000002"}).json()["results"]
    assert [row["number"] for row in listed] == [record.number]
    content = client.get(f"/api/v1/batch-records/{record.pk}/content/").json()
    assert (content["schema"], content["completeness"]["missing"]) == ("dhr/1", [])
    package = Package.objects.get()
    assert client.get(f"/api/v1/packages/{package.sha256}/").content == journey.archive.read_bytes()
    asked = client.post(f"/api/v1/batch-records/{record.pk}/package/")
    assert (asked.status_code, asked.json()["package"]["sha256"]) == (202, package.sha256)
    refused = client.post(
        f"/api/v1/batch-records/{record.pk}/release/", {"secret": "x"}, content_type="application/json"
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
