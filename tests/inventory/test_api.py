"""Stock over the API: the whole way from the delivery to the trace, with the refusals of the screens."""

from decimal import Decimal
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from foundation.core import gs1
from resources.inventory import services
from resources.inventory.models import Hold, Lot, StockUnit
from tests.factories import stock
from tests.factories.people import SETUP, bearer, person

pytestmark = pytest.mark.django_db


def api(role: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=bearer(person(role, role)))
    return client


def delivery(**more):
    return {
        "item_id": stock.item().pk,
        "quantity": "0.1",
        "unit": "m2",
        "supplier_id": stock.supplier().pk,
        "supplier_lot": "PMMA-7",
        "place": stock.place().code,
        "expires_on": "2090-01-01",
        "containers": 2,
        **more,
    }


@pytest.mark.requirement("BEY-21", "TRC-01")
def test_from_the_delivery_to_the_trace() -> None:
    warehouse, quality = api("warehouse"), api("quality_engineer")
    key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}
    body = delivery()
    first = warehouse.post("/api/v1/receipts/", body, format="json", **key)
    again = warehouse.post("/api/v1/receipts/", body, format="json", **key)
    assert (first.status_code, first.json()["quantity"], first.json()["stated_quantity"]) == (201, "1000", "0.1 m²")
    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")
    assert Lot.objects.count() == 1
    container = first.json()["stock_units"][0]
    code = gs1.own_code("container", container).raw
    assert warehouse.post("/api/v1/label-readings/", {"code": code}, format="json").status_code == 201
    unit = warehouse.get("/api/v1/stock-units/scanned/", {"code": code}).json()
    assert (unit["container"], unit["quantity"], unit["status"]) == (container, "500", "quarantine")
    address = f"/api/v1/stock-units/{unit['id']}"
    assert quality.get(f"{address}/usability/").json()["reason"] == f"{container} is not released: Quarantine."
    checks = [{"check": "thickness", "value": "5.0 mm", "passed": True}]
    checked = quality.post(
        f"{address}/inspect/", {"result": "accepted", "checks": checks, "whole_lot": True}, format="json"
    )
    assert (checked.status_code, checked.json()["inspector_name"]) == (201, "Quality_Engineer")
    assert quality.get(f"{address}/usability/").json()["ok"] is True
    plates = stock.batch()
    link = services.consume(actor=SETUP, stock_unit_id=unit["id"], quantity=Decimal(60), produced_lot_id=plates.pk)
    down = quality.get("/api/v1/trace/", {"code": "PMMA-7"}).json()
    assert [(node["number"], node["level"]) for node in down["nodes"]] == [("L-000001", 0), ("B-1", 1)]
    assert [(one["put_in"], one["net"], one["unit"]) for one in down["links"]] == [("60", "60", "cm2")]
    out = quality.post(
        f"/api/v1/genealogy-links/{link.pk}/remove/",
        {"quantity": "60", "return_to": "WH-A", "reason": "wrong sheet"},
        format="json",
    )
    assert (out.status_code, out.json()["status"], out.json()["quantity"]) == (201, "quarantine", "60")
    up = {"lot": plates.pk, "direction": "up"}
    assert [node["number"] for node in quality.get("/api/v1/trace/", up).json()["nodes"]] == ["B-1"]
    full = quality.get("/api/v1/trace/", {**up, "net": "false"}).json()
    assert [(one["put_in"], one["taken_out"], one["net"]) for one in full["links"]] == [("60", "60", "0")]
    moved = quality.get("/api/v1/movements/", {"stock_unit__lot": unit["lot"]}).json()["results"]
    assert {row["kind"] for row in moved} == {"receive", "consume", "return"}


def test_move_split_merge_scrap() -> None:
    unit = stock.released("SCREW", "10", "pcs")
    client = api("warehouse")
    address = f"/api/v1/stock-units/{unit.pk}"
    stock.place("WH-B")
    assert client.post(f"{address}/move/", {"place": "WH-B"}, format="json").json()["place_code"] == "WH-B"
    part = client.post(f"{address}/split/", {"quantity": "4"}, format="json").json()
    assert (part["quantity"], part["status"], part["place_code"]) == ("4", "released", "WH-B")
    scrapped = client.post(
        f"/api/v1/stock-units/{part['id']}/scrap/", {"quantity": "1", "reason": "bent"}, format="json"
    )
    assert scrapped.json()["quantity"] == "3"
    merged = client.post(f"{address}/merge/", {"from_ids": [part["id"]]}, format="json")
    assert merged.json()["quantity"] == "9"
    refused = client.post(f"{address}/scrap/", {"quantity": "10", "reason": "all"}, format="json")
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "not-enough", "quantity")
    assert StockUnit.objects.get(pk=unit.pk).quantity == 9


def test_holds_are_placed_listed_and_lifted() -> None:
    unit = stock.released()
    client = api("quality_engineer")
    body = {"kind": "supplier_lot", "id": unit.lot.supplier_id, "supplier_lot": "S-1", "reason": "doubtful"}
    placed = client.post("/api/v1/holds/", body, format="json")
    assert (placed.status_code, placed.json()["target"], placed.json()["with_descendants"]) == (201, "S-1", True)
    answer = client.get(f"/api/v1/stock-units/{unit.pk}/usability/").json()
    assert answer["evidence"]["holds"][0]["reason"] == "doubtful"
    assert len(client.get("/api/v1/holds/", {"open": "true"}).json()["results"]) == 1
    address = f"/api/v1/holds/{placed.json()['id']}/"
    refused = client.post(f"{address}lift/", {"reason": ""}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (422, "reason-required")
    lifted = client.post(f"{address}lift/", {"reason": "fine"}, format="json")
    assert lifted.json()["lifted_by_name"] == "Quality_Engineer"
    assert client.get(address).json()["lift_reason"] == "fine"
    assert client.get("/api/v1/holds/", {"open": "true"}).json()["results"] == []
    needs = client.post("/api/v1/holds/", {"kind": "equipment", "id": 1, "reason": "drift"}, format="json")
    assert (needs.status_code, needs.json()["field"]) == (422, "begins")
    assert Hold.objects.count() == 1


def test_status_moves_along_its_table() -> None:
    unit = stock.released("SCREW", "10", "pcs")
    client = api("quality_engineer")
    address = f"/api/v1/stock-units/{unit.pk}/status/"
    assert client.post(address, {"event": "reject", "reason": "rust"}, format="json").json()["status"] == "rejected"
    refused = client.post(address, {"event": "release"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"quantity": "-1"}, "quantity", "not-positive"),
        ({"quantity": "many"}, "quantity", "not-valid"),
        ({"unit": "kg"}, "", "unit-mismatch"),
        ({"place": "NOWHERE"}, "place", "not-valid"),
        ({"containers": 0}, "containers", "not-valid"),
    ],
)
def test_bad_input_names_its_field(more, field, code) -> None:
    answer = api("warehouse").post("/api/v1/receipts/", delivery(**more), format="json")
    assert (answer.status_code, answer.json()["field"], answer.json()["code"]) == (422, field, code)
    assert not Lot.objects.exists()


READS = ["places", "lots", "stock-units", "movements", "genealogy-links", "receipts", "holds", "trace"]


@pytest.mark.parametrize("name", READS)
def test_reading_needs_the_right(name) -> None:
    assert APIClient().get(f"/api/v1/{name}/").status_code == 401
    client = APIClient()
    client.force_authenticate(person("nobody"))
    refused = client.get(f"/api/v1/{name}/")
    assert (refused.status_code, refused.json()["code"]) == (403, "permission-denied")


def test_lists_are_paged_by_cursor_and_do_not_grow(django_assert_max_num_queries) -> None:
    for number in range(8):
        stock.released(f"PART-{number}", "10", "pcs")
    client = api("auditor")
    for name in READS[:-1]:
        with django_assert_max_num_queries(12):
            page = client.get(f"/api/v1/{name}/", {"page_size": 3}).json()
        assert set(page) == {"next", "previous", "results"}
    first = client.get("/api/v1/lots/", {"page_size": 3}).json()
    second = client.get(first["next"]).json()
    numbers = [row["item_number"] for row in first["results"] + second["results"]]
    assert numbers == [f"PART-{number}" for number in (7, 6, 5, 4, 3, 2)]
    found = client.get("/api/v1/lots/", {"q": "l-000003"}).json()["results"]
    assert [row["item_number"] for row in found] == ["PART-2"]


def test_the_description_of_the_api_names_stock() -> None:
    schema = api("auditor").get("/api/v1/schema/?format=json").json()
    for path in ("/api/v1/receipts/", "/api/v1/trace/", "/api/v1/holds/{id}/lift/"):
        assert path in schema["paths"], path
