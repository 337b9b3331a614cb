"""The API of change control: the whole journey, its refusals as problem details."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from changecontrol.models import ChangeRequest
from foundation.accounts.models import User
from routing.models import RoutingRevision
from tests.factories import definitions
from tests.factories.definitions import Team
from tests.factories.people import SECRET, person
from tests.factories.signing import change_headers

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/change-requests/"


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user, backend="foundation.accounts.backends.PlantBackend")
    return client


def sent(client: APIClient, path: str, data: Any = None, status: int = 200, **headers: str) -> Any:
    answer = client.post(f"{ROOT}{path}", data or {}, format="json", headers=headers)
    assert answer.status_code == status, answer.content
    return answer.json()


def raised(team: Team, draft: RoutingRevision, **headers: str) -> dict[str, Any]:
    data = {
        "title": {"en": "First release"},
        "kind": "process",
        "severity": "minor",
        "reason": "First release",
        "routing_revision_ids": [draft.pk],
    }
    found: dict[str, Any] = sent(client_of(team.author), "", data, 201, **headers)
    return found


def test_the_whole_journey(team: Team, draft: RoutingRevision) -> None:
    author, engineer, quality = (client_of(user) for user in (team.author, team.engineer, team.quality))
    change = raised(team, draft)
    path = f"{change['id']}/"
    assert [row["number"] for row in change["affected"]] == ["VALVE/A", "VALVE/A"]
    assert sent(author, path + "submit/", status=422)["code"] == "impact-not-judged"
    judgements = [
        {
            "entry_id": row["id"],
            "decision": row["suggested"],
            "reason": "Seen" if row["suggested"] == "affected" else "",
        }
        for row in change["impact"]
    ]
    assert sent(author, path + "judgements/", {"judgements": judgements})["state"] == "assessed"
    submitted = sent(author, path + "submit/")
    assert (submitted["state"], len(submitted["content_hash"])) == ("in_approval", 64)
    refusal = sent(author, path + "approve/", {"identity": "author", "secret": SECRET}, 403)
    assert refusal["code"] == "author-cannot-approve"
    content = engineer.get(f"{ROOT}{path}content/").json()
    assert content["content_hash"] == submitted["content_hash"]
    assert set(content["next_acts"]) == {"sign", "refuse", "withdraw"}
    seen = change_headers(engineer, change["id"], "approve")
    sent(engineer, path + "approve/", {"identity": "engineer2", "secret": SECRET}, **seen)
    seen = change_headers(quality, change["id"], "approve")
    approved = sent(quality, path + "approve/", {"identity": "quality", "secret": SECRET}, **seen)
    assert approved["state"] == "approved"
    done = sent(author, path + "implement/")
    assert (done["state"], done["effectivities"][0]["card_number"]) == ("effective", "PC-000001")
    signatures = engineer.get(f"{ROOT}{path}content/").json()["signatures"]
    assert [(row["printed_name"], row["validity"]) for row in signatures] == [
        ("Bo Engineer", "valid"),
        ("Chen Quality", "valid"),
    ]
    answer = author.get(f"/api/v1/items/{draft.item_id}/effective-card/").json()
    assert (answer["card_number"], answer["effectivity"]["change_number"]) == ("PC-000001", "CR-000001")
    assert sent(quality, path + "close/", {"reason": "Good"})["state"] == "closed"


def test_no_effective_card_is_a_problem_that_names_the_gap(team: Team, draft: RoutingRevision) -> None:
    answer = client_of(team.author).get(f"/api/v1/items/{draft.item_id}/effective-card/")
    assert (answer.status_code, answer.json()["code"]) == (409, "no-effective-card")
    assert "no change carries it" in answer.json()["title"]


def test_raising_twice_with_one_key_is_raising_once(team: Team, draft: RoutingRevision) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    assert raised(team, draft, **key)["number"] == raised(team, draft, **key)["number"]
    assert ChangeRequest.objects.count() == 1


def test_drafts_impact_orders_and_plan_are_written(team: Team, draft: RoutingRevision) -> None:
    author = client_of(team.author)
    change = definitions.change(team)
    path = f"{change.pk}/"
    carried = sent(author, path + "affected/", {"routing_revision_id": draft.pk}, 201)["affected"]
    routing = next(row for row in carried if row["routing_revision"])
    assert sent(author, path + "impact/", {"kind": "risk", "text": {"en": "Hazard 12"}}, 201)["state"] == "draft"
    assert sent(author, path + "impact/compute/")["state"] == "draft"
    assert sent(author, path + "orders/", {"order_number": "WO-1", "choice": "hold"}, 422)["field"] == "order_number"
    edited = author.patch(f"{ROOT}{path}", {"later_orders": "hold"}, format="json")
    assert edited.json()["later_orders"] == "hold"
    gone = author.delete(f"{ROOT}{path}affected/{routing['id']}/", {"reason": "Later"}, format="json")
    assert [row["routing_revision"] for row in gone.json()["affected"]] == [None]
    assert sent(author, path + "withdraw/", {"reason": "Not needed"})["state"] == "withdrawn"
    assert sent(author, path + "reopen/", {"reason": "Needed"})["state"] == "draft"


def test_a_refusal_by_an_approver(team: Team, draft: RoutingRevision) -> None:
    change = definitions.submitted(team, definitions.change(team, draft))
    quality = client_of(team.quality)
    body = {"identity": "quality", "secret": SECRET, "reason": "No limits"}
    answer = sent(quality, f"{change.pk}/refuse/", body, **change_headers(quality, change.pk, "refuse"))
    assert answer["state"] == "refused"


@pytest.mark.requirement("SEC-01")
def test_readers_are_known_and_may_read(team: Team, draft: RoutingRevision) -> None:
    change = definitions.change(team, draft)
    assert APIClient().get(ROOT).status_code in (401, 403)
    operator = client_of(person("operator", "operator"))
    assert operator.get(ROOT).status_code == 403
    assert operator.post(f"{ROOT}{change.pk}/submit/", {}, format="json").status_code == 403
    assert client_of(team.quality).get(ROOT).json()["results"][0]["number"] == "CR-000001"
    assert client_of(team.quality).get(f"{ROOT}{change.pk + 1}/").status_code == 404
