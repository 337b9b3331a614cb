"""The API: the same services, ETags on edits, keys on writes, problem details."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from foundation.accounts.models import User
from routing import services
from routing.models import Operation, RoutingRevision
from tests.routing.conftest import Complete, People, Plant, both

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}


def client_of(user_id: int | None) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    return client


@pytest.fixture
def engineer(people: People) -> Client:
    return client_of(people.engineer.user_id)


def url(name: str, *args: int) -> str:
    return reverse(f"api:routing-{name}", args=args)


class TestGraph:
    def test_read_and_write_with_the_etag(self, engineer: Client, complete: Complete) -> None:
        address = url("graph", complete.revision.pk)
        answer = engineer.get(address)
        graph = answer.json()
        assert answer["ETag"] == f'"{graph["etag"]}"'
        assert [(node["number"], node["label"]) for node in graph["nodes"]] == [
            ("10", "Print"),
            ("20", "Ream"),
            ("30", "Fit"),
        ]
        edges = [*graph["edges"], {"source": complete.print.pk, "target": complete.fit.pk}]
        saved = engineer.put(address, {"edges": edges}, headers={"If-Match": answer["ETag"]}, **JSON)
        assert saved.status_code == 200
        assert len(saved.json()["edges"]) == 3
        stale = engineer.put(address, {"edges": graph["edges"]}, headers={"If-Match": answer["ETag"]}, **JSON)
        assert stale.status_code == 412
        problem = stale.json()
        assert problem["code"] == "graph-changed"
        assert problem["details"]["differences"]["only_stored"] == [[10, 30]]
        assert problem["details"]["graph"]["etag"] == saved.json()["etag"]

    def test_without_if_match_nothing_is_overwritten(self, engineer: Client, complete: Complete) -> None:
        answer = engineer.put(url("graph", complete.revision.pk), {"edges": []}, **JSON)
        assert (answer.status_code, answer.json()["code"]) == (428, "if-match-required")

    def test_a_cycle_is_a_problem_with_its_path(self, engineer: Client, complete: Complete) -> None:
        address = url("graph", complete.revision.pk)
        etag = engineer.get(address)["ETag"]
        edges = [
            {"source": complete.print.pk, "target": complete.fit.pk},
            {"source": complete.fit.pk, "target": complete.print.pk},
        ]
        answer = engineer.put(address, {"edges": edges}, headers={"If-Match": etag}, **JSON)
        assert (answer.status_code, answer.json()["details"]["path"]) == (422, [10, 30, 10])
        assert answer["Content-Type"] == "application/problem+json"

    def test_a_node_names_its_problem(self, engineer: Client, people: People, complete: Complete) -> None:
        services.change_operation(actor=people.engineer, operation_id=complete.fit.pk, changes={"work_center": ""})
        nodes = engineer.get(url("graph", complete.revision.pk)).json()["nodes"]
        assert [node["problem"] for node in nodes] == ["", "", "No work center is given."]


class TestParts:
    def test_adding_twice_with_one_key_adds_once(self, engineer: Client, complete: Complete) -> None:
        address, key = url("operations", complete.revision.pk), {"Idempotency-Key": str(uuid4())}
        body: dict[str, Any] = {"name": both("Pack"), "work_center": "PACK", "run_minutes": "2.5"}
        first = engineer.post(address, body, headers=key, **JSON)
        again = engineer.post(address, body, headers=key, **JSON)
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        assert again["Idempotent-Replayed"] == "true"
        assert Operation.objects.filter(revision=complete.revision).count() == 4

    def test_an_edit_needs_what_it_read_and_is_merged_or_told(
        self, engineer: Client, people: People, complete: Complete
    ) -> None:
        address = url("operation", complete.fit.pk)
        etag = engineer.get(address)["ETag"]
        other = client_of(people.engineer2.user_id)
        assert engineer.patch(address, {"run_minutes": "6"}, **JSON).status_code == 428
        assert other.patch(address, {"run_minutes": "7"}, headers={"If-Match": etag}, **JSON).status_code == 200
        merged = engineer.patch(address, {"work_center": "B2"}, headers={"If-Match": etag}, **JSON)
        assert (merged.status_code, merged.json()["run_minutes"], merged.json()["work_center"]) == (200, "7.00", "B2")
        told = engineer.patch(address, {"run_minutes": "8"}, headers={"If-Match": etag}, **JSON)
        assert (told.status_code, told.json()["code"]) == (409, "row-changed")
        assert told.json()["details"]["fields"]["run_minutes"] == {"theirs": "7", "mine": "8"}

    def test_a_step_with_its_parameter(self, engineer: Client, plant: Plant, complete: Complete) -> None:
        step = engineer.post(
            url("steps", complete.fit.pk), {"kind": "reading", "instruction": both("Measure")}, **JSON
        ).json()
        address = url("step-parameter", step["id"])
        body = {"definition_id": plant.throat.pk, "lower": "1.0", "upper": "2.0", "limits_source": both("drawing")}
        made = engineer.put(address, body, **JSON)
        assert (made.status_code, made.json()["unit"], made.json()["lower"]) == (200, "mm", "1.000000")
        assert engineer.put(address, body, **JSON).status_code == 428
        worse = engineer.put(address, {**body, "lower": "3.0"}, headers={"If-Match": made["ETag"]}, **JSON)
        assert worse.status_code == 422
        assert engineer.delete(address).status_code == 204
        assert engineer.delete(url("step", step["id"])).status_code == 204

    def test_materials(self, engineer: Client, complete: Complete) -> None:
        listed = engineer.get(url("materials", complete.fit.pk)).json()
        assert [(row["position"], row["quantity"]) for row in listed] == [("A2", "2.000000"), ("A3", "8.000000")]
        over = engineer.post(url("materials", complete.fit.pk), {"position": "A3", "quantity": "9"}, **JSON)
        assert (over.status_code, over.json()["code"], over.json()["field"]) == (422, "over-allocated", "quantity")
        assert engineer.delete(url("material", listed[0]["id"])).status_code == 204
        problems = engineer.get(url("problems", complete.revision.pk)).json()
        assert (problems[0]["code"], problems[0]["position"]) == ("unallocated", "A2")

    def test_order(self, engineer: Client, complete: Complete) -> None:
        order = [complete.fit.pk, complete.print.pk, complete.ream.pk]
        rows = engineer.put(url("operations", complete.revision.pk), {"order": order}, **JSON).json()
        assert [(row["number"], row["id"]) for row in rows] == list(zip([10, 20, 30], order, strict=True))


class TestRevisions:
    def test_list_detail_preview(self, engineer: Client, complete: Complete) -> None:
        (row,) = engineer.get(url("revisions") + "?state=draft").json()["results"]
        assert (row["number"], row["bom_number"]) == ("VALVE/A", "VALVE/A")
        assert engineer.get(url("revision", row["id"])).json()["state"] == "draft"
        card = engineer.get(url("card-preview", row["id"])).json()
        assert card["content"]["schema"] == "process-card/1"
        assert len(card["content_hash"]) == 64

    def test_a_draft_on_a_draft_bom_is_not_submitted(self, engineer: Client, complete: Complete) -> None:
        answer = engineer.post(url("submit", complete.revision.pk), {}, **JSON)
        assert (answer.status_code, answer.json()["code"]) == (409, "bom-is-draft")

    def test_starting_a_second_draft_is_a_conflict(self, engineer: Client, plant: Plant, complete: Complete) -> None:
        answer = engineer.post(url("revisions"), {"bom_revision": plant.bom.pk}, **JSON)
        assert (answer.status_code, answer.json()["code"]) == (409, "revision-open")

    def test_discarding_and_comparing(self, engineer: Client, complete: Complete) -> None:
        same = engineer.get(url("comparison", complete.revision.pk) + f"?with={complete.revision.pk}")
        assert same.json() == []
        assert engineer.get(url("comparison", complete.revision.pk)).status_code == 404
        no_reason = engineer.post(url("discard", complete.revision.pk), {}, **JSON)
        assert (no_reason.status_code, no_reason.json()["code"]) == (422, "reason-required")
        assert engineer.post(url("discard", complete.revision.pk), {"reason": "wrong item"}, **JSON).status_code == 200
        assert not RoutingRevision.objects.exists()


class TestLibrary:
    @pytest.mark.requirement("PRC-07")
    def test_a_parameter_type_without_a_developer(self, engineer: Client, complete: Complete) -> None:
        body = {
            "code": "burst",
            "name": both("Burst pressure"),
            "quantity_kind": "pressure",
            "unit": "kPa",
            "precision": 1,
        }
        made = engineer.post(url("definitions"), body, **JSON)
        assert made.status_code == 201
        wrong = engineer.post(url("definitions"), {**body, "code": "other", "unit": "mm"}, **JSON)
        assert (wrong.status_code, wrong.json()["code"], wrong.json()["field"]) == (422, "unit-mismatch", "unit")
        twice = engineer.post(url("definitions"), body, **JSON)
        assert (twice.status_code, twice.json()["field"]) == (422, "code")

    @pytest.mark.requirement("PRC-07")
    def test_a_library_edit_shows_where_it_is_used_and_changes_no_revision(
        self, engineer: Client, plant: Plant, complete: Complete
    ) -> None:
        address = url("definition", plant.throat.pk)
        etag = engineer.get(address)["ETag"]
        hash_before = engineer.get(url("card-preview", complete.revision.pk)).json()["content_hash"]
        kind = engineer.patch(address, {"quantity_kind": "pressure", "unit": "kPa"}, headers={"If-Match": etag}, **JSON)
        assert (kind.status_code, kind.json()["code"]) == (409, "in-use")
        assert engineer.patch(address, {"precision": 3}, headers={"If-Match": etag}, **JSON).status_code == 200
        (use,) = engineer.get(url("where-used", plant.throat.pk)).json()
        assert (use["number"], use["operation"], use["differs"]) == ("VALVE/A", 20, ["precision"])
        assert engineer.get(url("card-preview", complete.revision.pk)).json()["content_hash"] == hash_before


class TestWho:
    def test_nobody_and_the_operator_read_nothing(self, people: People, complete: Complete) -> None:
        assert Client().get(url("revisions")).status_code in (401, 403)
        assert client_of(people.operator.user_id).get(url("revisions")).status_code == 403

    def test_a_reader_writes_nothing(self, people: People, complete: Complete) -> None:
        quality = client_of(people.quality.user_id)
        assert quality.get(url("operation", complete.fit.pk)).status_code == 200
        answer = quality.delete(url("operation", complete.fit.pk))
        assert (answer.status_code, answer.json()["code"]) == (403, "permission-denied")
        assert Operation.objects.filter(pk=complete.fit.pk).exists()
