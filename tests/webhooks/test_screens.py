"""The desk's pages and the API: what they show, what they do, and that a secret is shown once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from foundation.accounts.models import User
from foundation.core import jobs
from foundation.core.actor import Actor
from foundation.core.models import IdempotencyKey
from foundation.records.models import LedgerEntry
from foundation.webhooks.models import Attempt, Delivery, Endpoint
from tests.factories.people import bearer, person, site
from tests.webhooks.conftest import KIND
from tests.webhooks.receiver import Receiver

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BEY-21")]
NEW = {"name": "ERP", "url": "https://erp.example/hook", "kinds": [KIND]}


@pytest.fixture
def desk(owner: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=owner.user_id), backend="foundation.accounts.backends.PlantBackend")
    return client


@pytest.fixture
def api(owner: Actor) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=bearer(User.objects.get(pk=owner.user_id)))
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def act(desk: Client, page: str, pk: int, **given: Any) -> Any:
    return desk.post(reverse(f"webhooks:{page}", args=[pk]), given)


def test_a_secret_is_shown_once(desk: Client) -> None:
    shown = desk.post(reverse("webhooks:endpoint-create"), NEW)
    assert (shown.status_code, shown["Cache-Control"]) == (
        200,
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )
    assert text(shown).count("whsec_") == 1
    endpoint = Endpoint.objects.get()
    again = text(desk.get(reverse("webhooks:endpoint", args=[endpoint.pk])))
    assert "whsec_" not in again
    assert endpoint.fingerprint in again
    rotated = text(act(desk, "endpoint-rotate", endpoint.pk, overlap_hours="24"))
    assert rotated.count("whsec_") == 1
    assert "The former secret signs too until" in rotated
    endpoint.refresh_from_db()
    assert endpoint.generation == 2


def test_what_is_refused_comes_back_with_what_was_entered(desk: Client) -> None:
    answer = desk.post(reverse("webhooks:endpoint-create"), {**NEW, "url": "https://169.254.169.254/x"})
    assert answer.status_code == 422
    assert "inside the network" in text(answer)
    assert "https://169.254.169.254/x" in text(answer)
    assert not Endpoint.objects.exists()


def test_the_whole_way_at_the_desk(desk: Client, receiver: Receiver) -> None:
    desk.post(reverse("webhooks:endpoint-create"), {**NEW, "url": receiver.url})
    endpoint = Endpoint.objects.get()
    receiver.answers = [(410, {}, b"<b>gone</b>")]
    where = act(desk, "endpoint-ping", endpoint.pk)
    jobs.run_waiting()
    page = text(desk.get(where["Location"]))
    assert "It answered 410." in page
    assert "&lt;b&gt;gone&lt;/b&gt;" in page
    assert "Given up" in page
    assert "arteria.ping" in text(desk.get(reverse("webhooks:endpoint", args=[endpoint.pk])))
    act(desk, "delivery-redeliver", Delivery.objects.get().pk)
    jobs.run_waiting()
    assert list(Attempt.objects.order_by("pk").values_list("outcome", flat=True)) == ["given_up", "delivered"]
    listed = reverse("webhooks:delivery-list", args=[endpoint.pk])
    assert Delivery.objects.get().message in text(desk.get(listed, {"state": "delivered"}))
    assert Delivery.objects.get().message not in text(desk.get(listed, {"state": "given_up"}))
    assert Delivery.objects.get().message in b"".join(desk.get(listed, {"export": "csv"}).streaming_content).decode()
    act(desk, "endpoint-pause", endpoint.pk, reason="Moving house")
    act(desk, "endpoint-resume", endpoint.pk)
    act(desk, "endpoint-redeliver", endpoint.pk)
    changed = {"name": "ERP 2", "url": receiver.url, "kinds": [KIND, "dhr.record.released"]}
    assert act(desk, "endpoint-change", endpoint.pk, **changed).status_code == 302
    act(desk, "endpoint-end", endpoint.pk, reason="Replaced")
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.state, len(endpoint.kinds)) == ("ERP 2", "ended", 2)
    assert "ERP 2" in text(desk.get(reverse("webhooks:endpoint-list")))


def test_in_chinese(desk: Client) -> None:
    desk.cookies["django_language"] = "zh-hans"
    assert "仅显示这一次" in text(desk.post(reverse("webhooks:endpoint-create"), NEW))
    assert "谁可以让其被通知" in text(desk.get(reverse("webhooks:event-list")))
    assert "发送测试" in text(desk.get(reverse("webhooks:endpoint", args=[Endpoint.objects.get().pk])))


def test_an_auditor_reads_and_changes_nothing(desk: Client) -> None:
    desk.post(reverse("webhooks:endpoint-create"), NEW)
    endpoint = Endpoint.objects.get()
    desk.force_login(person("auditor", "auditor", can_sign=False), backend="foundation.accounts.backends.PlantBackend")
    page = text(desk.get(reverse("webhooks:endpoint", args=[endpoint.pk])))
    assert "ERP" in page
    assert "Send a test" not in page
    assert act(desk, "endpoint-pause", endpoint.pk, reason="So").status_code == 403
    assert Endpoint.objects.get().state == "active"


def test_the_api_gives_a_secret_in_the_first_answer_alone(api: APIClient) -> None:
    key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}
    first = api.post("/api/v1/webhook-endpoints/", {**NEW, "site": site().code}, format="json", **key)
    assert (first.status_code, first["Cache-Control"]) == (201, "no-store")
    assert first.json()["secret"].startswith("whsec_")
    again = api.post("/api/v1/webhook-endpoints/", {**NEW, "site": site().code}, format="json", **key)
    assert (again.status_code, again["Idempotent-Replayed"]) == (201, "true")
    assert "secret" not in again.json()
    assert "secret" not in IdempotencyKey.objects.get().response["body"]
    [listed] = api.get("/api/v1/webhook-endpoints/").json()["results"]
    assert (listed["name"], listed["site"], listed["state"]) == ("ERP", "HZ1", "active")
    assert "secret" not in listed
    assert "salt" not in listed
    rotated = api.post(f"/api/v1/webhook-endpoints/{listed['id']}/rotate/", {"overlap_hours": 0}, format="json")
    assert rotated.json()["secret"] != first.json()["secret"]


def test_the_api_does_what_the_desk_does(api: APIClient, receiver: Receiver) -> None:
    made = api.post("/api/v1/webhook-endpoints/", {**NEW, "url": receiver.url}, format="json").json()
    path = f"/api/v1/webhook-endpoints/{made['id']}/"
    for event, state in (("ping", "active"), ("pause", "paused"), ("resume", "active"), ("redeliver", "active")):
        answer = api.post(f"{path}act/", {"event": event, "reason": "So"}, format="json")
        assert (answer.status_code, answer.json()["state"]) == (200, state)
    jobs.run_waiting()
    [told] = api.get(f"{path}deliveries/").json()["results"]
    assert (told["event"], told["state"], told["tried"], told["last_status"]) == ("arteria.ping", "delivered", 1, 200)
    assert api.post(f"/api/v1/webhook-deliveries/{told['id']}/redeliver/", {}, format="json").status_code == 202
    jobs.run_waiting()
    assert [message.id for message in receiver.got] == [told["message"]] * 2
    ended = api.post(f"{path}act/", {"event": "end", "reason": "Replaced"}, format="json")
    assert ended.json()["state"] == "ended"
    refused = api.post(f"{path}act/", {"event": "resume"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
    assert api.get(path).json()["state"] == "ended"
    assert LedgerEntry.objects.filter(verb="webhooks.endpoint.resumed", outcome="refused").count() == 1


def test_the_catalogue_over_the_api(api: APIClient) -> None:
    events = {one["name"]: one for one in api.get("/api/v1/webhook-events/").json()}
    assert events["shopfloor.card.completed"] == {
        "name": "shopfloor.card.completed",
        "version": 1,
        "record": "shopfloor.workcard",
        "data_schema": {
            "type": "object",
            "properties": {
                "card_id": {"type": "integer"}, "number": {"type": "string"}, "order_number": {"type": "string"},
            },
            "required": ["card_id", "number", "order_number"],
            "additionalProperties": False,
        },
    }  # fmt: skip
    assert "decisions" not in events["changecontrol.change.implemented"]["data_schema"]["properties"]
