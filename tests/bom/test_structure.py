"""Explosion, where-used, cost, comparison: exact values."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bom.models import Item
from bom.selectors import (
    bom_content,
    compare,
    compare_contents,
    explode,
    position_key,
    requirements,
    rolled_up_cost,
    where_used,
)
from bom.selectors.structure import LineFacts, taken_positions
from bom.services import change_line, set_standard_cost, start_revision
from tests.factories.parts import approved, draft, line, made, part
from tests.factories.people import SETUP

db = pytest.mark.django_db


@db
@pytest.mark.requirement("BOM-01")
class TestExplosion:
    def test_quantities_multiply_down_the_levels(self) -> None:
        screw, sub, top = part("SCREW"), made("SUB"), made("TOP")
        draft(sub, line("A1", screw, "4"), line("A2", part("TUBE", unit="m"), "0.15"))
        revision = draft(top, line("A1", sub, "3"), line("A2", screw, "2"))
        found = [(row.path, row.item.number, row.quantity) for row in explode(revision, 10)]
        assert found == [
            (("A1",), "SUB", 30),
            (("A1", "A1"), "SCREW", 120),
            (("A1", "A2"), "TUBE", Decimal("4.5")),
            (("A2",), "SCREW", 20),
        ]
        assert requirements(explode(revision, 10))[screw.pk] == 140

    def test_scrap_adds_its_share_and_fixed_lines_count_once(self) -> None:
        revision = draft(
            made("TOP"),
            line("A1", part("P"), "2", scrap_factor=Decimal("0.05")),
            line("A2", part("Q"), "1", basis="per_batch"),
        )
        assert [(row.position, row.quantity) for row in explode(revision, 100)] == [("A1", 210), ("A2", 1)]

    def test_cut_stock_counts_once(self) -> None:
        sheet = part("SHEET", unit="cm2", cost="0.015")
        plates = [part(f"PLATE-{n}", make_or_buy="make", without_list=True, cost="1.10") for n in (1, 2)]
        revision = draft(
            made("TOP"),
            line("A4", sheet, "200", is_cut_stock=True),
            *(line(f"A{n + 5}", plate, cut_from="A4") for n, plate in enumerate(plates)),
        )
        assert [(row.position, row.role) for row in explode(revision)] == [("A4", "cut_stock")]
        assert rolled_up_cost(revision).amount == Decimal("3")
        everything = [(row.position, row.role, row.taken) for row in explode(revision, everything=True)]
        assert everything == [("A4", "cut_stock", True), ("A5", "cut_piece", False), ("A6", "cut_piece", False)]

    @pytest.mark.requirement("BOM-04")
    def test_alternates_bring_their_companions_and_both_stay_out(self) -> None:
        """The proportional solenoid of the published list: A2 goes with A1; A3 replaces A1 and brings A4, A5."""
        revision = draft(
            made("PSOL"),
            line("A1", part("PVQ31")),
            line("A2", part("5121K391"), "2", used_with="A1"),
            line("A3", part("IBV19M"), alternate_of=["A1"], alternate_condition={"en": "when PVQ31 is out"}),
            line("A4", part("1786N249"), "2", used_with="A3"),
            line("A5", part("5121K451"), "2", used_with="A3"),
            line("A6", part("DRIVER"), optional=True),
        )
        assert [row.position for row in explode(revision)] == ["A1", "A2"]
        (alternate,) = bom_content(revision)["lines"][0]["alternates"]
        assert (alternate["item_number"], alternate["with"]) == ("IBV19M", ["A4", "A5"])
        assert alternate["condition"] == {"en": "when PVQ31 is out"}

    def test_below_counts_the_newest_approved_revision(self) -> None:
        sub, top, p, q = made("SUB"), made("TOP"), part("P"), part("Q")
        approved(draft(sub, line("A1", p)))
        revision = draft(top, line("A1", sub))
        newer = start_revision(actor=SETUP, item_id=sub.pk)
        change_line(actor=SETUP, line_id=newer.lines.get().pk, changes={"component_id": q.pk})
        assert [row.item.number for row in explode(revision)] == ["SUB", "P"]  # the open one does not stand yet
        assert [row.item.number for row in explode(newer)] == ["Q"]


@db
class TestWhereUsed:
    def test_up_to_the_top_with_quantities(self) -> None:
        screw, low, mid, top = part("SCREW"), made("LOW"), made("MID"), made("TOP")
        draft(low, line("A1", screw, "4"))
        draft(mid, line("A1", low, "2"), line("A2", screw, "1"), line("A3", screw, "5", optional=True))
        draft(top, line("A1", mid, "3"), line("A2", low, "1"))
        found = [
            (row.level, row.item_number, row.position, row.is_top, row.quantity_below) for row in where_used(screw)
        ]
        assert found == [
            (1, "LOW", "A1", False, 4),
            (1, "MID", "A2", False, 9),
            (1, "MID", "A3", False, 9),
            (2, "MID", "A1", False, 9),
            (2, "TOP", "A1", True, 31),
            (2, "TOP", "A2", True, 31),
            (3, "TOP", "A1", True, 31),
        ]
        assert {row.item_number for row in where_used(screw, to_top=False)} == {"LOW", "MID"}
        assert where_used(top) == []

    def test_what_only_an_old_revision_used_is_not_found(self) -> None:
        top, p, q = made("TOP"), part("P"), part("Q")
        approved(draft(top, line("A1", p)))
        assert [row.revision_number for row in where_used(p)] == ["TOP/A"]
        newer = start_revision(actor=SETUP, item_id=top.pk)
        change_line(actor=SETUP, line_id=newer.lines.get().pk, changes={"component_id": q.pk})
        assert [row.revision_number for row in where_used(p)] == ["TOP/A"]
        assert where_used(q) == []


@db
class TestCost:
    def test_what_is_uncertain_is_said(self) -> None:
        tube, frame, free = part("TUBE", unit="cm"), part("FRAME"), part("FREE")
        set_standard_cost(actor=SETUP, item_id=tube.pk, amount=Decimal("20.18"), currency="USD", per_unit="m")
        set_standard_cost(
            actor=SETUP, item_id=frame.pk, amount=Decimal(150), currency="USD", per_unit="pcs", uncertain=True
        )
        revision = draft(
            made("TOP"), line("A1", tube, "15", approximate=True), line("A2", frame), line("A3", free, "2")
        )
        cost = rolled_up_cost(revision)
        assert (cost.amount, cost.currency) == (Decimal("153.027"), "USD")
        assert [(e.item.number, e.amount, e.reasons) for e in cost.uncertain] == [
            ("TUBE", Decimal("3.027"), ("approximate-quantity",)),
            ("FRAME", Decimal(150), ("uncertain-cost",)),
            ("FREE", None, ("no-cost",)),
        ]
        assert [element.item.number for element in cost.missing] == ["FREE"]

    def test_a_stated_cost_of_an_assembly_is_shown_beside_but_not_used(self) -> None:
        sub = made("SUB", cost="84.02")
        draft(sub, line("A1", part("P", cost="41.5"), "2"))
        revision = draft(made("TOP"), line("A1", sub, "3"))
        cost = rolled_up_cost(revision)
        assert cost.amount == Decimal("249")
        assert [(a.item.number, a.rolled_up, a.stated) for a in cost.assemblies] == [("SUB", 83, Decimal("84.02"))]

    def test_another_currency_is_not_added(self) -> None:
        euro = part("EURO")
        set_standard_cost(actor=SETUP, item_id=euro.pk, amount=Decimal(5), currency="EUR", per_unit="pcs")
        revision = draft(
            made("TOP"), line("A1", part("P", cost="1")), line("A2", part("Q", cost="2")), line("A3", euro)
        )
        cost = rolled_up_cost(revision)
        assert (cost.amount, [e.reasons for e in cost.missing]) == (3, [("other-currency",)])


@db
@pytest.mark.requirement("BOM-02")
class TestComparison:
    def test_line_by_line(self) -> None:
        top = made("TOP")
        parts = {name: part(name) for name in "PQRS"}
        first = draft(top, line("A1", parts["P"]), line("A2", parts["Q"], "2"), line("A3", parts["R"]))
        approved(first)
        second = draft(top, line("A1", parts["P"], "3"), line("A4", parts["R"]), line("A5", parts["S"]))
        first.refresh_from_db()
        changes = [(c.kind, c.position, dict(c.fields)) for c in compare(first, second).changes]
        assert changes == [
            ("changed", "A1", {"quantity": ("1", "3")}),
            ("removed", "A2", {}),
            ("moved", "A4", {"position": ("A3", "A4")}),
            ("added", "A5", {}),
        ]
        assert compare(second, second).same


def facts(position: str, **fields: object) -> LineFacts:
    values = dict.fromkeys(LineFacts._fields) | {
        "position": position, "quantity": Decimal(1), "optional": False, "is_alternate": False, "cut_from": "", "used_with": "",
    }  # fmt: skip
    return LineFacts(**{**values, **fields})  # type: ignore[arg-type]


POSITIONS = st.sampled_from(["A1", "A2", "A3", "A4", ""])


class TestRules:
    @given(st.lists(st.tuples(st.booleans(), st.booleans(), POSITIONS, POSITIONS), min_size=1, max_size=4))
    @settings(max_examples=200, deadline=None)
    def test_nothing_taken_depends_on_what_is_left_out(self, lines: list[tuple[bool, bool, str, str]]) -> None:
        rows = [
            facts(f"A{number}", optional=optional, is_alternate=alternate, cut_from=cut, used_with=companion)
            for number, (optional, alternate, cut, companion) in enumerate(lines, 1)
        ]
        taken = taken_positions(rows)
        for row in rows:
            if row.position in taken:
                assert not any((row.optional, row.is_alternate, row.cut_from))
                assert not row.used_with or row.used_with in taken

    @given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 120)), unique=True, max_size=20))
    def test_positions_sort_as_people_count(self, pairs: list[tuple[str, int]]) -> None:
        texts = [f"{letter}{number}" for letter, number in pairs]
        assert sorted(texts, key=position_key) == [f"{letter}{number}" for letter, number in sorted(pairs)]

    @given(st.dictionaries(st.integers(1, 9), st.integers(1, 3)), st.dictionaries(st.integers(1, 9), st.integers(1, 3)))
    def test_a_comparison_backwards_is_its_mirror(self, one: dict[int, int], other: dict[int, int]) -> None:
        def content(lines: dict[int, int]) -> dict[str, list[dict[str, str]]]:
            return {
                "lines": [
                    {"position": f"A{key}", "item_number": f"P{key}", "quantity": str(value)}
                    for key, value in lines.items()
                ],
                "tools": [],
            }

        mirror = {"added": "removed", "removed": "added", "changed": "changed", "moved": "moved"}
        forwards = {(c.kind, c.position) for c in compare_contents(content(one), content(other)).changes}
        backwards = {(mirror[c.kind], c.position) for c in compare_contents(content(other), content(one)).changes}
        assert forwards == backwards

    @db
    def test_numbers_of_queries_do_not_grow(self, django_assert_num_queries: object) -> None:
        top = made("TOP")
        draft(top, *(line(f"A{number}", part(f"P{number}", cost="1")) for number in range(1, 30)))
        revision = Item.objects.get(number="TOP").revisions.get()
        with django_assert_num_queries(2):  # type: ignore[operator]
            assert len(explode(revision)) == 29
