"""The API: the same services and refusals as on screen, with ETags, idempotency keys and problem details."""

import io
from uuid import uuid4

import pytest
from django.test import Client
from rest_framework.test import APIClient

from bom.models import BomLine, BomRevision, Item, StandardCost
from foundation.core.models import IdempotencyKey
from tests.factories.parts import approved, approvers, draft, line, made, part
from tests.factories.people import SECRET, actor_for, person
from tests.factories.signing import read_headers

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("PLT-01")]


@pytest.fixture
def api() -> APIClient:
    client = APIClient()
    client.force_authenticate(person("engineer", "process_engineer"))
    return client


@pytest.fixture
def revision() -> BomRevision:
    return draft(
        made("TOP"),
        line("A1", part("SHEET", unit="cm2", cost="0.015"), "200", is_cut_stock=True, approximate=True),
        line("A2", made("PLATE", without_list=True), cut_from="A1"),
        line("A3", part("P")),
    )


class TestItems:
    def test_create_once_read_and_change(self, api: APIClient) -> None:
        body = {"number": "RES-1", "name": {"en": "Resin", "zh-hans": "树脂"}, "kind": "raw", "unit": "g"}
        key = {"Idempotency-Key": str(uuid4())}
        first = api.post("/api/v1/items/", body, format="json", headers=key)
        again = api.post("/api/v1/items/", body, format="json", headers=key)
        assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (201, 201, "true")
        assert (Item.objects.count(), IdempotencyKey.objects.count()) == (1, 1)
        address = f"/api/v1/items/{first.json()['id']}/"
        read = api.get(address)
        etag = read["ETag"]
        assert api.patch(address, {"critical": True}, format="json").status_code == 428
        changed = api.patch(address, {"critical": True}, format="json", headers={"If-Match": etag})
        assert (changed.status_code, changed.json()["critical"]) == (200, True)
        stale = api.patch(address, {"critical": False}, format="json", headers={"If-Match": etag})
        assert (stale.status_code, stale.json()["code"]) == (409, "edited-meanwhile")
        assert Item.objects.get().critical is True

    def test_a_refusal_is_a_problem_with_code_and_field(self, api: APIClient) -> None:
        part("X")
        answer = api.post("/api/v1/items/", {"number": "X", "name": {"en": "X"}}, format="json")
        assert answer["Content-Type"] == "application/problem+json"
        found = answer.json()
        assert (answer.status_code, found["code"], found["field"]) == (422, "number-taken", "number")

    def test_search_and_filters(self, api: APIClient) -> None:
        part("RES-1", kind="raw", unit="g")
        part("SCREW")
        found = api.get("/api/v1/items/", {"q": "res", "kind": "raw"}).json()["results"]
        assert [row["number"] for row in found] == ["RES-1"]

    def test_costs(self, api: APIClient) -> None:
        item = part("TUBE", unit="m")
        body = {"amount": "20.18", "currency": "USD", "per_unit": "m", "approximate": True}
        assert api.post(f"/api/v1/items/{item.pk}/costs/", body, format="json").status_code == 201
        assert api.get(f"/api/v1/items/{item.pk}/costs/").json()[0]["amount"] == "20.180000"
        assert StandardCost.objects.get().approximate is True

    def test_where_used(self, api: APIClient, revision: BomRevision) -> None:
        sheet = Item.objects.get(number="SHEET")
        (row,) = api.get(f"/api/v1/items/{sheet.pk}/where-used/").json()
        assert (row["item_number"], row["is_top"], row["quantity"]) == ("TOP", True, "200.000000")

    def test_nobody_and_the_wrong_role(self) -> None:
        assert APIClient().get("/api/v1/items/").status_code in {401, 403}
        operator = APIClient()
        operator.force_authenticate(person("olga", "operator"))
        assert operator.get("/api/v1/items/").status_code == 403


class TestRevisions:
    def test_open_explode_cost_problems(self, api: APIClient, revision: BomRevision) -> None:
        address = f"/api/v1/boms/{revision.pk}/"
        body = api.get(address).json()
        assert [row["position"] for row in body["lines"]] == ["A1", "A2", "A3"]
        assert body["lines"][1]["cut_from"] == "A1"
        lines = api.get(address + "explosion/", {"quantity": "10"}).json()
        assert [(row["item_number"], row["quantity"]) for row in lines] == [
            ("SHEET", "2000.000000"),
            ("P", "10.000000"),
        ]
        everything = api.get(address + "explosion/", {"everything": "1"}).json()
        assert [row["taken"] for row in everything] == [True, False, True]
        cost = api.get(address + "cost/").json()
        assert (cost["amount"].rstrip("0"), cost["currency"]) == ("3.", "USD")
        assert [element["reasons"] for element in cost["elements"]] == [["approximate-quantity"], ["no-cost"]]
        assert api.get(address + "problems/").json() == []
        assert api.get(address + "explosion/", {"quantity": "-1"}).status_code == 422

    def test_edit_lines_with_etags(self, api: APIClient, revision: BomRevision) -> None:
        address = f"/api/v1/boms/{revision.pk}/"
        etag = api.get(address)["ETag"]
        body = {"position": "A4", "component_id": part("RESIN", unit="g").pk, "quantity": "18.5"}
        added = api.post(address + "lines/", body, format="json", headers={"If-Match": etag})
        assert added.status_code == 201
        stale = api.post(address + "lines/", {**body, "position": "A5"}, format="json", headers={"If-Match": etag})
        assert (stale.status_code, stale.json()["code"]) == (409, "edited-meanwhile")
        line_id = added.json()["line_ids"]["A4"]
        one = f"/api/v1/bom-lines/{line_id}/"
        changed = api.patch(one, {"quantity": "19"}, format="json", headers={"If-Match": added["ETag"]})
        assert changed.status_code == 200
        assert str(BomLine.objects.get(pk=line_id).quantity) == "19.000000"
        removed = api.delete(one, headers={"If-Match": changed["ETag"]})
        assert [row["position"] for row in removed.json()["lines"]] == ["A1", "A2", "A3"]
        bad = api.post(
            address + "lines/", {**body, "quantity": "0"}, format="json", headers={"If-Match": removed["ETag"]}
        )
        assert (bad.status_code, bad.json()["field"]) == (422, "quantity")

    def test_submit_return_compare(self, api: APIClient, revision: BomRevision) -> None:
        approved(revision)
        started = api.post("/api/v1/boms/", {"item": revision.item_id}, format="json")
        assert (started.status_code, started.json()["number"]) == (201, "TOP/B")
        address = f"/api/v1/boms/{started.json()['id']}/"
        etag = api.get(address)["ETag"]
        line_id = started.json()["line_ids"]["A3"]
        etag = api.patch(f"/api/v1/bom-lines/{line_id}/", {"quantity": "2"}, format="json", headers={"If-Match": etag})[
            "ETag"
        ]
        (change,) = api.get(address + "comparison/", {"with": revision.pk}).json()
        assert (change["kind"], change["position"], change["fields"]) == ("changed", "A3", {"quantity": ["1", "2"]})
        submitted = api.post(address + "submit/", headers={"If-Match": etag})
        assert submitted.json()["state"] == "in_review"
        assert api.post(address + "return/", {}, format="json").status_code == 422
        assert api.post(address + "return/", {"reason": "no"}, format="json").json()["state"] == "draft"

    def test_a_baseline_is_signed_by_two(self, revision: BomRevision) -> None:
        clients = {}
        for side, user in zip(("engineering", "quality"), approvers(), strict=True):
            clients[side] = APIClient()
            clients[side].force_authenticate(user)
        body = {"title": "First load", "revisions": [revision.pk]}
        made_ = clients["engineering"].post("/api/v1/baselines/", body, format="json")
        assert made_.status_code == 201
        for side, client in clients.items():
            body = {"side": side, "identity": f"approver-{side[0]}", "secret": SECRET}
            address = f"/api/v1/baselines/{made_.json()['id']}/"
            seen = read_headers(client, address)
            answer = client.post(address + "sign/", body, format="json", headers=seen)
            assert answer.status_code == 200, answer.json()
        assert (answer.json()["state"], sorted(answer.json()["signed"])) == ("approved", ["engineering", "quality"])


class TestImports:
    def test_from_upload_to_commit(self, api: APIClient) -> None:
        text = "title,item,quantity,manufacturer,part_number,notes\nWidget,A1,~1m,Acme,T-1,Tube\nWidget,A2,x,Acme,P-1,Plate\n"
        file = io.BytesIO(text.encode())
        file.name = "list.csv"
        staged = api.post("/api/v1/imports/", {"file": file, "schema": "bom.parts_list"}, format="multipart")
        assert (staged.status_code, staged.json()["encoding"]) == (201, "utf-8")
        address = f"/api/v1/imports/{staged.json()['id']}/"
        mapping = {"mapping": staged.json()["mapping"]}
        mapped = api.post(address + "map/", mapping, format="json", headers={"If-Match": staged["ETag"]})
        assert mapped.json()["counts"]["error"] == 1
        (row,) = api.get(address + "rows/", {"show": "error"}).json()["results"]
        assert (row["row_number"], row["problems"][0]["column"]) == (3, "quantity")
        refused = api.post(address + "commit/", headers={"If-Match": mapped["ETag"]})
        assert (refused.status_code, refused.json()["details"]["problems"][0]["row"]) == (422, 3)
        changes = {"changes": {row["key"]: {"quantity": "2"}}}
        fixed = api.patch(address + "rows/", changes, format="json", headers={"If-Match": mapped["ETag"]})
        accepted = api.post(address + "accept/", {}, format="json", headers={"If-Match": fixed["ETag"]})
        preview = api.get(address + "preview/")
        assert preview.json()["tables"][0]["state"] == "new"
        assert preview["ETag"] == accepted["ETag"]
        done = api.post(address + "commit/", headers={"If-Match": preview["ETag"]})
        assert (done.status_code, done.json()["state"]) == (200, "committed")
        assert BomRevision.objects.get().lines.count() == 2

    def test_what_is_no_list(self, api: APIClient) -> None:
        file = io.BytesIO(b"")
        file.name = "empty.csv"
        answer = api.post("/api/v1/imports/", {"file": file, "schema": "bom.parts_list"}, format="multipart")
        assert (answer.status_code, answer.json()["code"]) == (422, "file-empty")


def test_the_schema_describes_it_all() -> None:
    client = Client()
    client.force_login(person("engineer", "process_engineer"))
    assert actor_for(person("x")).name == "X"
    text = client.get("/api/v1/schema/").content.decode()
    for path in ("/items/{id}/where-used/", "/boms/{id}/explosion/", "/boms/{id}/cost/", "/imports/{id}/commit/"):
        assert path in text
