"""The floor over the API: the same services, keys, gates and problem details."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from foundation.core import clock
from quality.models import Nonconformance
from shopfloor.models import StepRecord, WorkOrder
from tests.factories.floor import Plant, made_item, operation, parameter, plant, process_card, read, step
from tests.factories.people import SECRET, site
from tests.factories.signing import read_headers

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("FLR-09")]


def client(who: Plant, name: str) -> APIClient:
    api = APIClient()
    api.force_login(who.user(name))
    return api


def post(api: APIClient, path: str, body: object = None, *, key: object = None, expect: int = 200, **more: str):
    headers = {"Idempotency-Key": str(key or uuid4()), **more}
    answer = api.post(f"/api/v1/{path}", body or {}, format="json", headers=headers)
    assert answer.status_code == expect, answer.content
    return answer.json()


@pytest.fixture
def who() -> Plant:
    made = plant()
    body = made_item("BODY")
    limits = parameter("bore", "5.45", "5.55", above="nonconform_unit")
    process_card(body, [operation(10, step("10.10", "reading", parameter=limits))])
    return made


@pytest.fixture
def card(who: Plant) -> dict:
    planner = client(who, "planner")
    plan = {"item": made_item("BODY").pk, "quantity": "2", "site": site().pk}
    key = uuid4()
    order = post(planner, "orders/", plan, key=key, expect=201)
    assert post(planner, "orders/", plan, key=key, expect=201)["id"] == order["id"]
    assert WorkOrder.objects.count() == 1
    made = post(planner, f"orders/{order['id']}/dispatch/")
    assert (made["order"]["state"], len(made["cards"]), len(made["travellers"])) == ("dispatched", 1, 1)
    return {**made["cards"][0], "code": made["travellers"][0]["code"]}


def entry(value: str, **more: object) -> dict[str, object]:
    return {"step_key": "10.10", "value": value, "unit_no": 1, "captured_at": clock.now().isoformat(), **more}


def test_from_plan_to_completion(who: Plant, card: dict) -> None:
    api = client(who, "operator")
    refused = post(api, f"cards/{card['id']}/start/", expect=409)
    assert (refused["code"], refused["details"]["report"]) == ("not-read", True)
    post(api, f"cards/{card['id']}/read/")
    assert post(api, f"cards/{card['id']}/start/")["state"] == "running"
    assert api.get(f"/api/v1/travellers/{card['code']}/card/").json()["number"] == card["number"]

    asked = post(api, f"cards/{card['id']}/steps/", entry("5.61"), expect=422)
    assert (asked["code"], asked["details"]["upper"]) == ("confirm-out-of-limits", "5.55")
    key = uuid4()
    first = post(api, f"cards/{card['id']}/steps/", entry("5.50"), key=key, expect=201)
    again = post(api, f"cards/{card['id']}/steps/", entry("5.50"), key=key, expect=200)
    assert (again["id"], again["repeated"]) == (first["id"], True)
    assert (
        post(api, f"cards/{card['id']}/steps/", entry("5.51"), key=key, expect=409)["code"] == "idempotency-key-reused"
    )
    out = post(api, f"cards/{card['id']}/steps/", entry("5.61", unit_no=2, confirm_out_of_limits=True), expect=201)
    assert out["nonconformance"] == Nonconformance.objects.get().number

    view = api.get(f"/api/v1/cards/{card['id']}/").json()
    assert (view["balance"]["here"], view["balance"]["held"], view["balance"]["balanced"]) == (1, 1, True)
    post(api, f"cards/{card['id']}/reports/", {"good": 1, "captured_at": clock.now().isoformat()}, expect=201)
    sign = {"identity": "operator", "secret": SECRET}
    seen = read_headers(api, f"/api/v1/cards/{card['id']}/")
    assert post(api, f"cards/{card['id']}/complete/", sign, **seen)["state"] == "completed"
    assert post(api, f"cards/{card['id']}/complete/", sign, expect=409)["code"] == "already-completed"

    quality = client(who, "quality")
    found = Nonconformance.objects.get()
    sign = {"identity": "quality", "secret": SECRET}
    choice = {"kind": "scrap", "quantity": "1", "justification": "Oversize", **sign}
    seen = read_headers(quality, f"/api/v1/nonconformances/{found.pk}/")
    decided = post(quality, f"nonconformances/{found.pk}/dispositions/", choice, expect=201, **seen)
    post(quality, f"dispositions/{decided['id']}/execute/")
    cause = {"cause_code": "tool-wear", "cause": "Worn"}
    post(quality, f"nonconformances/{found.pk}/cause/", cause)
    assert post(quality, f"nonconformances/{found.pk}/close/")["state"] == "closed"
    order = quality.get(f"/api/v1/orders/{WorkOrder.objects.get().pk}/").json()
    assert (order["state"], Decimal(order["quantity"])) == ("completed", Decimal(2))


def test_an_entry_needs_a_key_and_a_shape(who: Plant, card: dict) -> None:
    api = client(who, "operator")
    answer = api.post(f"/api/v1/cards/{card['id']}/steps/", entry("5.50"), format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key")
    wrong = post(api, f"cards/{card['id']}/steps/", {"value": "5"}, expect=422)
    assert set(wrong["details"]["fields"]) == {"step_key", "captured_at"}
    assert not StepRecord.objects.exists()


def test_who_may_not_is_told_so(who: Plant, card: dict) -> None:
    auditor = client(who, "auditor")
    assert auditor.get("/api/v1/cards/").json()["results"][0]["number"] == card["number"]
    assert post(auditor, f"cards/{card['id']}/start/", expect=403)["code"] == "permission-denied"
    warehouse = client(who, "warehouse")
    assert warehouse.get("/api/v1/cards/").status_code == 403
    assert APIClient().get("/api/v1/cards/").status_code in (401, 403)


def test_lists_answer_for_every_noun(who: Plant, card: dict) -> None:
    read_all = client(who, "leader")
    nouns = (
        "orders",
        "travellers",
        "cards",
        "steps",
        "reports",
        "corrections",
        "nonconformances",
        "deviations",
        "inspections",
    )
    for noun in nouns:
        assert read_all.get(f"/api/v1/{noun}/").status_code == 200, noun


def test_what_happened_is_recorded_over_the_api_too(who: Plant, card: dict) -> None:
    api = client(who, "operator")
    read(who, type("Pinned", (), {"process_card_id": WorkOrder.objects.get().process_card_id})(), "operator")
    post(api, f"cards/{card['id']}/start/")
    told = post(api, f"cards/{card['id']}/happened/", {"what_happened": "Power cut"}, expect=201)
    assert told["state"] == "open"
    deviation = api.get(f"/api/v1/deviations/{told['id']}/")
    assert deviation.status_code == 403  # operators do not read quality's list
    quality = client(who, "quality")
    body = {"accepted": True, "decision": "No harm", "identity": "quality", "secret": SECRET}
    seen = read_headers(quality, f"/api/v1/deviations/{told['id']}/")
    assert post(quality, f"deviations/{told['id']}/decide/", body, **seen)["state"] == "accepted"
