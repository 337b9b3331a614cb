"""The demo's routings: complete and publishable, except the pinch valve, which is left to the engineer."""

from decimal import Decimal
from typing import Any

import pytest

from bom.models import BomRevision
from demo.data.routings import load_demo_routings
from routing.checks import blocking, validate_routing
from routing.selectors import card_content
from tests.routing.conftest import People, make_bom, make_item, make_people


@pytest.fixture
def people(db: None) -> People:
    """Beside no valve: the demo's items bear the same numbers."""
    return make_people()


def venturi_bom() -> BomRevision:
    item = make_item("VENTURI", make_or_buy="make", kind="assembly")
    body = make_item("VENTURI-BODY", make_or_buy="make", without_list=True)
    return make_bom(
        item,
        [
            {"position": "A1", "component": body, "cut_from": "R1"},
            {"position": "A2", "component": make_item("NIPPLE"), "quantity": Decimal(2)},
            {"position": "R1", "component": make_item("RESIN", unit="mL"), "unit": "mL", "quantity": Decimal(30),
             "is_cut_stock": True},
        ],
    )  # fmt: skip


def blower_bom() -> BomRevision:
    quantities: dict[str, Any] = {"A11": 4, "A12": 12, "A13": 4, "A14": 4, "A15": 4, "A16": 4, "A17": 4}
    lines: list[dict[str, Any]] = []
    for number in range(1, 18):
        position = f"A{number}"
        line = {
            "position": position,
            "component": make_item(f"BL-{position}"),
            "quantity": Decimal(quantities.get(position, 1)),
        }
        if position in ("A4", "A8"):
            line |= {"is_cut_stock": True, "quantity": Decimal(135 if position == "A4" else 80), "unit": "cm2"}
        if position in ("A5", "A6", "A9", "A10"):
            line["cut_from"] = "A4" if position in ("A5", "A6") else "A8"
        lines.append(line | {"optional": position == "A2"})
    return make_bom(make_item("BLOWER", make_or_buy="make", kind="assembly", tracking="serial"), lines)


@pytest.mark.django_db
class TestDemoRoutings:
    def test_the_venturi_is_complete(self, people: People) -> None:
        revision = load_demo_routings(people.engineer, {"venturi": venturi_bom()})["venturi"]
        assert validate_routing(revision) == []
        operations = card_content(revision)["routing"]["operations"]
        assert [op["number"] for op in operations] == [10, 20, 30, 40, 50]
        reading = operations[2]["steps"][1]
        assert reading["key"] == "30.20"
        assert reading["parameter"]["lower"] == "5.45"
        assert reading["parameter"]["reaction"] == {"below": "rework_loop", "above": "nonconform_unit"}
        assert operations[2]["loop"] == {"back_to": 30, "maximum": 2}

    def test_the_blower_is_complete_and_leaves_out_only_the_optional_driver(self, people: People) -> None:
        revision = load_demo_routings(people.engineer, {"blower": blower_bom()})["blower"]
        problems = validate_routing(revision)
        assert blocking(problems) == []
        assert [(p.code, p.position) for p in problems] == [("optional-unallocated", "A2")]
        content = card_content(revision)
        washers = [
            (line["operation"], line["quantity"]) for line in content["bom"]["lines"] if line["position"] == "A12"
        ]
        assert washers == [(40, "8"), (50, "4")]
        made = {line["position"] for line in content["bom"]["lines"] if line["made_here"]}
        assert made == {"A5", "A6", "A9", "A10"}
        assert [op["predecessors"] for op in content["routing"]["operations"]] == [[], [10], [10], [20, 30], [40], [50]]

    def test_the_pinch_valve_still_has_what_the_engineer_must_allocate(self, people: People) -> None:
        lines = [
            {
                "position": f"A{n}",
                "component": make_item(f"PV-A{n}"),
                **({"unit": "cm", "quantity": Decimal(15)} if n == 10 else {}),
            }
            for n in range(1, 12)
        ]
        bom = make_bom(make_item("PINCH", make_or_buy="make"), lines)
        revision = load_demo_routings(people.engineer, {"pinch_valve": bom})["pinch_valve"]
        assert [(p.code, p.position) for p in blocking(validate_routing(revision))] == [
            ("unallocated", "A7"),
            ("unallocated", "A8"),
            ("unallocated", "A9"),
        ]

    def test_the_adapter_plate_is_complete(self, people: People) -> None:
        acrylic = make_item("ACRYLIC", unit="cm2")
        bom = make_bom(
            make_item("PLATE", make_or_buy="make"),
            [{"position": "A1", "component": acrylic, "unit": "cm2", "quantity": Decimal(60)}],
        )
        revision = load_demo_routings(people.engineer, {"adapter_plate": bom})["adapter_plate"]
        assert validate_routing(revision) == []
