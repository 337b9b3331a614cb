"""What the server says of a draft: each problem by its code, at its operation, and gone when it is solved."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bom.models import BomLine, BomRevision
from foundation.core.errors import NotValid
from foundation.records.act import act
from foundation.records.models import bulk_create_tracked
from routing import services
from routing.checks import blocking, validate_routing
from routing.models import MaterialUse, Operation, OperationLink, OperationParameter, RoutingRevision, Step
from tests.routing.conftest import SYSTEM, Complete, People, Plant, both, make_bom, make_item

pytestmark = pytest.mark.django_db


def codes(revision: RoutingRevision) -> list[tuple[int | None, str]]:
    return [(problem.operation, problem.code) for problem in validate_routing(revision)]


def write(model: type[Any], pk: int, **values: Any) -> None:
    """Past the services: what an older version or a bug may have left in a draft."""
    with act(actor=SYSTEM, verb="tests.row.written"):
        row = model.objects.get(pk=pk)
        for name, value in values.items():
            setattr(row, name, value)
        row.save()


@pytest.mark.requirement("PRC-01")
class TestGraph:
    def test_no_operation(self, people: People) -> None:
        item = make_item("EMPTY", make_or_buy="make")
        bom = make_bom(item, [])
        draft = services.start_routing(actor=people.engineer, item_id=item.pk, bom_revision_id=bom.pk)
        assert (None, "no-operations") in codes(draft)

    def test_two_starts_and_two_ends(self, people: People, complete: Complete) -> None:
        services.remove_link(
            actor=people.engineer,
            revision_id=complete.revision.pk,
            predecessor_id=complete.print.pk,
            successor_id=complete.ream.pk,
        )
        assert codes(complete.revision) == [
            (10, "several-starts"), (10, "several-ends"), (20, "several-starts"), (30, "several-ends"),
        ]  # fmt: skip

    def test_a_cycle_that_got_in(self, complete: Complete) -> None:
        with act(actor=SYSTEM, verb="tests.link.forged"):
            OperationLink(revision=complete.revision, predecessor=complete.fit, successor=complete.print).save()
        problems = codes(complete.revision)
        assert (10, "cycle") in problems
        assert (None, "no-start") in problems
        assert (None, "no-end") in problems

    def test_the_list_against_the_graph_is_a_warning(self, people: People, complete: Complete) -> None:
        services.add_link(
            actor=people.engineer,
            revision_id=complete.revision.pk,
            predecessor_id=complete.print.pk,
            successor_id=complete.fit.pk,
        )
        services.move_operation(actor=people.engineer, operation_id=complete.fit.pk, by=-1)
        problems = validate_routing(complete.revision)
        assert [(p.operation, p.code, p.severity) for p in problems] == [(20, "list-against-graph", "warning")]

    def test_a_loop_that_leads_forward(self, complete: Complete) -> None:
        write(Operation, complete.print.pk, loop_back_to=complete.fit, loop_maximum=1)
        assert (10, "loop-not-back") in codes(complete.revision)


CHANGES: list[tuple[str, dict[str, Any], str]] = [
    ("operation", {"name": {"en": "Print"}}, "name-missing"),
    ("operation", {"work_center": ""}, "no-work-center"),
    ("operation", {"qualifications": []}, "no-qualification"),
    ("operation", {"run_minutes": Decimal(0)}, "no-run-time"),
    ("step", {"instruction": {"zh-hans": "测量"}}, "instruction-missing"),
    ("step", {"when_rule": "every_n"}, "n-missing"),
    ("step", {"when_rule": "first_piece"}, "first-piece-without-rule"),
    ("step", {"kind": "instruction"}, "parameter-on-wrong-kind"),
    ("step", {"kind": "material_scan"}, "scan-of-nothing"),
    ("step", {"kind": "material_scan", "materials": ["A1"]}, "scan-of-strange-line"),
    ("step", {"kind": "choice", "choices": [{"value": "a", "text": both("a")}]}, "no-choices"),
    ("step", {"kind": "choice", "choices": [{"value": "a", "text": both("a")}] * 2}, "choice-twice"),
    ("step", {"kind": "checklist", "choices": [{"value": "a", "text": {"en": "a"}}]}, "choice-text-missing"),
    ("step", {"kind": "file"}, "no-file-kind"),
    ("step", {"kind": "file", "file_kind": "blower-flow-test"}, "no-file-check"),
    ("parameter", {"limits_source": {}}, "limits-without-source"),
    ("parameter", {"upper": Decimal("5.555")}, "precision"),
    ("parameter", {"reaction_below": "rework_loop"}, "loop-not-declared"),
    ("parameter", {"lower": None, "upper": None}, "product-without-limits"),
    ("parameter", {"unit": "kPa"}, "unit-mismatch"),
]


class TestOperationsStepsParameters:
    @pytest.mark.parametrize(("what", "values", "code"), CHANGES, ids=[f"{row[0]}-{row[2]}" for row in CHANGES])
    def test_each_omission_is_named(self, complete: Complete, what: str, values: dict[str, Any], code: str) -> None:
        model, pk = {
            "operation": (Operation, complete.ream.pk),
            "step": (Step, complete.reading.pk),
            "parameter": (OperationParameter, complete.reading.parameter.pk),
        }[what]
        assert codes(complete.revision) == []
        write(model, pk, **values)
        assert (20, code) in codes(complete.revision)

    def test_an_operation_without_steps_asks_nothing(self, people: People, complete: Complete) -> None:
        services.remove_step(actor=people.engineer, step_id=complete.reading.pk)
        assert codes(complete.revision) == [(20, "no-steps")]

    @pytest.mark.parametrize(
        ("check", "code"),
        [
            ({"column": "p9", "statistic": "mean", "unit": "kPa", "lower": "1", "upper": "2"}, "unknown-column"),
            ({"column": "p2", "statistic": "mode", "unit": "kPa", "lower": "1", "upper": "2"}, "unknown-statistic"),
            ({"column": "p2", "statistic": "mean", "unit": "bar", "lower": "1", "upper": "2"}, "unit-mismatch"),
            ({"column": "p2", "statistic": "mean", "unit": "kPa", "lower": "", "upper": ""}, "no-limits"),
            ({"column": "p2", "statistic": "mean", "unit": "kPa", "lower": "3", "upper": "2"}, "limits-out-of-order"),
        ],
    )
    def test_a_file_check_that_cannot_be(self, complete: Complete, check: dict[str, str], code: str) -> None:
        write(Step, complete.reading.pk, kind="file", file_kind="blower-flow-test", file_checks=[check])
        assert (20, code) in codes(complete.revision)


@pytest.mark.requirement("BOM-01")
class TestMaterials:
    def test_a_line_that_nothing_consumes(self, people: People, complete: Complete) -> None:
        use = MaterialUse.objects.get(operation=complete.print)
        services.remove_allocation(actor=people.engineer, use_id=use.pk)
        problems = validate_routing(complete.revision)
        assert [(p.operation, p.code, p.position) for p in problems] == [
            (None, "unallocated", "A1"),
            (10, "scan-of-strange-line", ""),
        ]

    def test_a_line_consumed_in_part(self, people: People, complete: Complete) -> None:
        services.allocate_material(
            actor=people.engineer, operation_id=complete.fit.pk, position="A3", quantity=Decimal(7)
        )
        (problem,) = validate_routing(complete.revision)
        assert (problem.code, problem.text) == ("part-allocated", "A3 is consumed in part: 11 of 12 pcs.")

    def test_more_than_there_is_is_refused(self, people: People, complete: Complete) -> None:
        with pytest.raises(NotValid) as refusal:
            services.allocate_material(
                actor=people.engineer, operation_id=complete.fit.pk, position="A3", quantity=Decimal(9)
            )
        assert refusal.value.code == "over-allocated"
        assert MaterialUse.objects.get(operation=complete.fit, position="A3").quantity == 8

    def test_nothing_left_is_refused(self, people: People, complete: Complete) -> None:
        with pytest.raises(NotValid) as refusal:
            services.allocate_material(actor=people.engineer, operation_id=complete.fit.pk, position="A1")
        assert refusal.value.code == "nothing-left"

    def test_a_line_in_another_unit_is_converted(self, people: People) -> None:
        tube = make_item("TUBE", unit="m")
        item = make_item("HOSE", make_or_buy="make")
        bom = make_bom(item, [{"position": "A1", "component": tube, "unit": "m", "quantity": Decimal(1)}])
        revision = services.start_routing(actor=people.engineer, item_id=item.pk, bom_revision_id=bom.pk)
        cut = services.add_operation(actor=people.engineer, revision_id=revision.pk, name=both("Cut"))
        services.allocate_material(
            actor=people.engineer, operation_id=cut.pk, position="A1", quantity=Decimal(40), unit="cm"
        )
        glue = services.add_operation(actor=people.engineer, revision_id=revision.pk, name=both("Glue"))
        rest = services.allocate_material(actor=people.engineer, operation_id=glue.pk, position="A1")
        assert (rest.quantity, rest.unit) == (Decimal("0.6"), "m")
        with pytest.raises(NotValid):
            services.allocate_material(
                actor=people.engineer, operation_id=cut.pk, position="A1", quantity=Decimal(1), unit="kg"
            )

    def cut(self, people: People, make: Callable[[Operation, Operation], None]) -> RoutingRevision:
        """A plate (A2) cut from sheet (A1) by the first operation and used by the second."""
        item = make_item("BOX", make_or_buy="make")
        lines = [
            {"position": "A1", "component": make_item("SHEET", unit="cm2"), "unit": "cm2", "is_cut_stock": True},
            {"position": "A2", "component": make_item("PLATE"), "cut_from": "A1"},
        ]
        revision = services.start_routing(
            actor=people.engineer, item_id=item.pk, bom_revision_id=make_bom(item, lines).pk
        )
        common: dict[str, Any] = {"work_center": "LASER", "run_minutes": 1, "qualifications": ["laser-cutting"]}
        first, second = (
            services.add_operation(actor=people.engineer, revision_id=revision.pk, name=both(name), **common)
            for name in ("Cut", "Fold")
        )
        scan: dict[str, Any] = {"kind": "material_scan", "when_rule": "card_start", "materials": ["A1"]}
        services.add_step(actor=people.engineer, operation_id=first.pk, instruction=both("Scan"), **scan)
        services.add_step(actor=people.engineer, operation_id=second.pk, instruction=both("Fold"))
        services.allocate_material(actor=people.engineer, operation_id=first.pk, position="A1")
        services.allocate_material(actor=people.engineer, operation_id=second.pk, position="A2")
        make(first, second)
        return revision

    def test_what_is_made_here_is_not_counted_twice_and_not_scanned(self, people: People) -> None:
        def make(first: Operation, second: Operation) -> None:
            services.make_intermediate(actor=people.engineer, operation_id=first.pk, position="A2")

        assert codes(self.cut(people, make)) == []

    def test_what_is_cut_here_needs_an_operation_that_makes_it(self, people: People) -> None:
        revision = self.cut(people, lambda first, second: None)
        assert (None, "not-made") in codes(revision)

    def test_made_after_it_is_used(self, people: People) -> None:
        def make(first: Operation, second: Operation) -> None:
            services.make_intermediate(actor=people.engineer, operation_id=first.pk, position="A2")
            services.move_operation(actor=people.engineer, operation_id=second.pk, by=-1)

        assert (10, "used-before-made") in codes(self.cut(people, make))

    def test_who_makes_it_cannot_consume_it(self, people: People) -> None:
        def make(first: Operation, second: Operation) -> None:
            with pytest.raises(NotValid):
                services.make_intermediate(actor=people.engineer, operation_id=second.pk, position="A2")

        self.cut(people, make)

    def test_optional_lines_and_alternates_may_stay(self, people: People, plant: Plant, complete: Complete) -> None:
        with act(actor=SYSTEM, verb="tests.line.added"):
            BomLine(
                revision=plant.bom, position="A4", component=plant.body, quantity=1, unit="pcs", optional=True
            ).save()
            BomLine(
                revision=plant.bom, position="A5", component=plant.nipple, quantity=1, unit="pcs", alternate_of=["A1"]
            ).save()
        problems = validate_routing(complete.revision)
        assert [(p.code, p.position, p.severity) for p in problems] == [("optional-unallocated", "A4", "warning")]
        with pytest.raises(NotValid) as refusal:
            services.allocate_material(actor=people.engineer, operation_id=complete.fit.pk, position="A5")
        assert refusal.value.code == "line-is-alternate"


def big_bom(plant: Plant, count: int) -> BomRevision:
    item = make_item(f"BIG{count}", make_or_buy="make")
    bom = make_bom(item, [])
    with act(actor=SYSTEM, verb="tests.lines.added"):
        bulk_create_tracked(
            BomLine,
            [
                BomLine(revision=bom, position=f"A{n}", component=plant.washer, quantity=1, unit="pcs")
                for n in range(count)
            ],
        )
    return bom


def test_queries_do_not_grow_with_the_bom(people: People, plant: Plant) -> None:
    counts = []
    for size in (5, 50):
        bom = big_bom(plant, size)
        revision = services.start_routing(actor=people.engineer, item_id=bom.item_id, bom_revision_id=bom.pk)
        operation = services.add_operation(actor=people.engineer, revision_id=revision.pk, name=both("All"))
        services.allocate_rest(
            actor=people.engineer, operation_id=operation.pk, positions=[f"A{n}" for n in range(size)]
        )
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert blocking(validate_routing(revision)) != []
        counts.append(len(queries))
    assert counts == [6, 6]
