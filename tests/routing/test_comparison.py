"""Two revisions line by line, in words."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from routing import services
from routing.selectors import compare_contents, compare_routings, routing_content
from routing.selectors.history import field_changes
from tests.routing.conftest import Complete, People, Plant, both
from tests.routing.test_revisions import in_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def content(complete: Complete) -> dict[str, Any]:
    return routing_content(complete.revision)


def lines(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str | None, str | None]]:
    return [(c.kind, c.where, c.before, c.after) for c in compare_contents(before, after)]


def test_a_limit_a_material_and_a_text(people: People, plant: Plant, complete: Complete) -> None:
    in_state(complete, people, "approved")
    new = services.start_routing(actor=people.engineer, item_id=plant.item.pk, bom_revision_id=plant.bom.pk)
    print_, ream, fit = new.operations.order_by("number")
    step = ream.steps.get()
    services.set_parameter(
        actor=people.engineer, step_id=step.pk, definition_id=plant.throat.pk, changes={"upper": Decimal("5.60")}
    )
    services.allocate_material(actor=people.engineer, operation_id=fit.pk, position="A3", quantity=Decimal(6))
    services.change_operation(actor=people.engineer, operation_id=print_.pk, changes={"name": both("Print upright")})
    found = [(c.kind, c.where, c.before, c.after) for c in compare_routings(complete.revision, new)]
    assert found == [
        ("changed", "10 Print upright · name", "Print / Print（中文）", "Print upright / Print upright（中文）"),
        ("changed", "20 Ream · step 10 · Throat · upper limit", "5.55", "5.6"),
        ("changed", "30 Fit · consumes A3", "WASHER · 8 pcs", "WASHER · 6 pcs"),
    ]


def test_added_and_removed(content: dict[str, Any]) -> None:
    after = deepcopy(content)
    removed = after["operations"].pop()
    assert lines(content, after) == [("removed", "30 Fit", "Fit", None)]
    assert lines(after, content) == [("added", "30 Fit", None, "Fit")]
    assert removed["number"] == 30


def test_a_renumbered_list_is_not_a_new_list(content: dict[str, Any]) -> None:
    after = deepcopy(content)
    for operation in after["operations"]:
        operation["number"] += 100
    assert [line[0] for line in lines(content, after)] == ["changed"] * 3


def test_operations_of_one_name_are_told_apart(content: dict[str, Any]) -> None:
    before, after = deepcopy(content), deepcopy(content)
    for operation in (*before["operations"], *after["operations"]):
        operation["name"] = both("Fit")
    after["operations"][1]["work_center"] = "B2"
    assert lines(before, after) == [("changed", "20 Fit · work center", "BENCH", "B2")]


def test_the_history_names_who_changed_what(people: People, complete: Complete) -> None:
    services.change_operation(actor=people.engineer2, operation_id=complete.fit.pk, changes={"work_center": "B2"})
    newest = field_changes(complete.revision)[0]
    assert (newest.who, newest.where, newest.field, newest.before, newest.after) == (
        "Bo", "Operation 30", "work center", "BENCH", "B2",
    )  # fmt: skip
