"""Alerts, prints and originals over the API: the same rules, the same refusals."""

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from foundation.accounts.models import Role, RoleAssignment, User
from foundation.accounts.services import set_secret, sync_roles
from foundation.alerts.models import Alert
from foundation.alerts.services import raise_alert
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.files.services import keep_original
from foundation.printing.models import PrintJob
from foundation.printing.services import print_label
from foundation.records.act import act
from tests.factories.people import SECRET, bearer
from tests.printing.test_labels import CONTAINER, SUBJECT

ROBOT = Actor.system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    """A client with the token of a person who holds a role with these permissions."""

    def client(*permissions):
        sync_roles(actor=ROBOT, catalogue=[("some_role", {"en": "Some role"}, permissions)])
        with act(actor=ROBOT, verb="test.person.made"):
            user = User(username="someone", name="Some One")
            user.save()
            RoleAssignment(user=user, role=Role.objects.get(), valid_from=clock.now()).save()
        set_secret(actor=ROBOT, user_id=user.pk, password=SECRET)
        made = APIClient()
        made.credentials(HTTP_AUTHORIZATION=bearer(user))
        return made

    return client


def tell(role="some_role"):
    return raise_alert(actor=ROBOT, rule="test.told", severity="warning", title={"en": "Look"}, role=role)


def test_the_inbox_is_mine_and_is_answered_once_even_when_asked_twice(api):
    client, alert = api(), tell()
    tell(role="another")
    assert [row["id"] for row in client.get("/api/v1/alerts/").json()["results"]] == [alert.pk]
    key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}
    address = f"/api/v1/alerts/{alert.pk}/acknowledge/"
    first = client.post(address, {"note": "seen"}, format="json", **key)
    again = client.post(address, {"note": "seen"}, format="json", **key)
    assert (first.status_code, first.json()["state"], first.json()["note"]) == (200, "acknowledged", "seen")
    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")
    third = client.post(address, {"note": "seen"}, format="json")
    assert (third.status_code, third.json()["code"]) == (409, "transition-not-allowed")
    assert client.get("/api/v1/alerts/").json()["results"] == []
    assert len(client.get("/api/v1/alerts/?all=1").json()["results"]) == 1


def test_an_alert_of_others_is_refused(api):
    alert = tell(role="another")
    answer = api().post(f"/api/v1/alerts/{alert.pk}/acknowledge/", {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission-denied")
    assert Alert.objects.get(pk=alert.pk).state == "open"


def test_prints_are_listed_fetched_and_printed_again(api):
    job = print_label(actor=ROBOT, template="container_label", data=CONTAINER, subject=SUBJECT)
    client = api("printing.view_label", "printing.print_label", "inventory.view_stock")
    [row] = client.get("/api/v1/prints/?subject=C-000123").json()["results"]
    assert (row["number"], row["first_print"], row["subject"]["number"]) == (job.number, None, "C-000123")
    assert client.get("/api/v1/prints/?subject=C-000999").json()["results"] == []
    assert client.get(f"/api/v1/prints/{job.number}/pdf/").content.startswith(b"%PDF-")
    address = f"/api/v1/prints/{job.number}/reprint/"
    refused = client.post(address, {"reason": ""}, format="json")
    assert (refused.status_code, refused.json()["field"]) == (422, "reason")
    made = client.post(address, {"reason": "Label torn"}, format="json")
    assert (made.status_code, made.json()["first_print"]) == (201, job.number)
    assert PrintJob.objects.count() == 2


def test_originals_are_found_by_their_hash_and_downloaded(api):
    kept = keep_original(
        actor=ROBOT, content=b"t,v\n1,2\n3,4\n", name="a.csv", origin_statement="bench", subject=SUBJECT
    )
    client = api("files.view_attachment", "inventory.view_stock")
    [row] = client.get(f"/api/v1/attachments/?sha256={kept.sha256}").json()["results"]
    assert (row["name"], row["origin"], row["media_type"]) == ("a.csv", "bench", "text/csv")
    assert client.get(f"/api/v1/attachments/{kept.pk}/content/").content == b"t,v\n1,2\n3,4\n"


@pytest.mark.parametrize("address", ["prints/", "prints/PR-000001/pdf/", "attachments/", "attachments/1/content/"])
def test_without_the_right_or_a_log_in_the_api_refuses(api, address):
    assert APIClient().get(f"/api/v1/{address}").status_code == 401
    assert APIClient().get("/api/v1/alerts/").status_code == 401
    answer = api("bom.view_bom").get(f"/api/v1/{address}")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission-denied")


def test_the_description_of_the_api_is_valid_and_names_these_addresses(api):
    client = api()
    schema = client.get("/api/v1/schema/?format=json").json()
    for path in ("/api/v1/alerts/", "/api/v1/prints/{number}/reprint/", "/api/v1/attachments/{id}/content/"):
        assert path in schema["paths"], path
