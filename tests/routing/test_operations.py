"""Operations, links, loops and steps of a draft."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.core.errors import Conflict, NotValid
from foundation.records.models import LedgerEntry
from routing import services
from routing.exceptions import Cycle, GraphChanged, RowChanged
from routing.models import Operation, OperationLink, OperationParameter, Step
from routing.precedence import chain
from routing.selectors import graph
from routing.services.editing import etag_of
from routing.services.links import edges_of
from routing.services.operations import OPERATION_FIELDS, order_etag
from tests.routing.conftest import Complete, People, both


def listed(complete: Complete) -> list[Operation]:
    return list(Operation.objects.filter(revision=complete.revision).order_by("number"))


@pytest.mark.django_db
@pytest.mark.requirement("PRC-01")
class TestList:
    def test_inserting_links_between_neighbours(self, people: People, complete: Complete) -> None:
        new = services.add_operation(
            actor=people.engineer, revision_id=complete.revision.pk, name=both("Wash"), after_id=complete.print.pk
        )
        assert new.number == 15
        assert edges_of(complete.revision) == chain([row.pk for row in listed(complete)])

    def test_where_there_is_no_room_the_list_is_renumbered(self, people: People, complete: Complete) -> None:
        for number in (11, 12):
            services.change_operation(
                actor=people.engineer,
                operation_id=(complete.ream if number == 11 else complete.fit).pk,
                changes={"number": number},
            )
        new = services.add_operation(
            actor=people.engineer, revision_id=complete.revision.pk, name=both("Wash"), after_id=complete.print.pk
        )
        assert [(row.number, row.pk == new.pk) for row in listed(complete)] == [
            (10, False), (20, True), (30, False), (40, False),
        ]  # fmt: skip

    def test_a_duplicate_has_the_steps_and_parameters_but_no_materials(
        self, people: People, complete: Complete
    ) -> None:
        copy = services.duplicate_operation(actor=people.engineer, operation_id=complete.ream.pk)
        step = Step.objects.get(operation=copy)
        assert step.parameter.upper == Decimal("5.55")
        assert not copy.material_uses.exists()
        assert [row.number for row in listed(complete)] == [10, 20, 25, 30]

    def test_removing_links_the_neighbours(self, people: People, complete: Complete) -> None:
        services.remove_operation(actor=people.engineer, operation_id=complete.ream.pk)
        assert edges_of(complete.revision) == {(complete.print.pk, complete.fit.pk)}
        assert not Step.objects.filter(pk=complete.reading.pk).exists()
        assert OperationParameter.history.filter(step_id=complete.reading.pk, history_type="-").count() == 1

    def test_a_stale_order_is_told(self, people: People, complete: Complete) -> None:
        seen = order_etag(listed(complete))
        services.move_operation(actor=people.engineer2, operation_id=complete.fit.pk, by=-1)
        order = [complete.fit.pk, complete.print.pk, complete.ream.pk]
        with pytest.raises(Conflict):
            services.reorder_operations(
                actor=people.engineer, revision_id=complete.revision.pk, order=order, expected=seen
            )
        assert [row.pk for row in listed(complete)] == [complete.print.pk, complete.fit.pk, complete.ream.pk]

    def test_an_order_names_each_operation_once(self, people: People, complete: Complete) -> None:
        with pytest.raises(NotValid):
            services.reorder_operations(
                actor=people.engineer, revision_id=complete.revision.pk, order=[complete.print.pk, complete.print.pk]
            )

    def test_moving_beyond_the_edge_is_refused(self, people: People, complete: Complete) -> None:
        with pytest.raises(NotValid) as refusal:
            services.move_operation(actor=people.engineer, operation_id=complete.print.pk, by=-1)
        assert refusal.value.code == "at-edge"

    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(place=st.permutations([0, 1, 2]))
    def test_any_order_keeps_numbers_and_makes_the_chain(
        self, people: People, complete: Complete, place: list[int]
    ) -> None:
        ids = [complete.print.pk, complete.ream.pk, complete.fit.pk]
        order = [ids[index] for index in place]
        services.reorder_operations(actor=people.engineer, revision_id=complete.revision.pk, order=order)
        rows = listed(complete)
        assert [row.pk for row in rows] == order
        assert [row.number for row in rows] == [10, 20, 30]
        assert edges_of(complete.revision) == chain(order)


@pytest.mark.django_db
class TestLinks:
    def test_a_cycle_is_refused_with_its_path(self, people: People, complete: Complete) -> None:
        with pytest.raises(Cycle) as refusal:
            services.add_link(
                actor=people.engineer,
                revision_id=complete.revision.pk,
                predecessor_id=complete.fit.pk,
                successor_id=complete.print.pk,
            )
        assert refusal.value.details["path"] == [10, 20, 30, 10]
        assert OperationLink.objects.count() == 2
        assert LedgerEntry.objects.filter(verb="routing.link.added", outcome="refused").count() == 1

    def test_a_loop_leads_back_and_says_how_often(self, people: People, complete: Complete) -> None:
        change = {"actor": people.engineer, "operation_id": complete.print.pk}
        with pytest.raises(NotValid, match="leads back"):
            services.change_operation(**change, changes={"loop_back_to_id": complete.fit.pk, "loop_maximum": 2})
        with pytest.raises(NotValid, match="how often"):
            services.change_operation(**change, changes={"loop_back_to_id": complete.print.pk})
        looped = services.change_operation(**change, changes={"loop_back_to_id": complete.print.pk, "loop_maximum": 2})
        assert looped.loop_back_to_id == complete.print.pk
        edges = graph(complete.revision)["edges"]
        assert {"source": complete.print.pk, "target": complete.print.pk, "kind": "loop", "maximum": 2} in edges

    def test_only_the_graph_that_was_read_is_replaced(self, people: People, complete: Complete) -> None:
        read = graph(complete.revision)
        mine = [edge for edge in read["edges"] if edge["target"] != complete.fit.pk]
        services.add_link(
            actor=people.engineer2,
            revision_id=complete.revision.pk,
            predecessor_id=complete.print.pk,
            successor_id=complete.fit.pk,
        )
        with pytest.raises(GraphChanged) as refusal:
            services.save_graph(
                actor=people.engineer, revision_id=complete.revision.pk, edges=mine, if_match=read["etag"]
            )
        assert refusal.value.status == 412
        assert refusal.value.details["differences"] == {"only_stored": [[10, 30], [20, 30]], "only_sent": []}
        assert len(edges_of(complete.revision)) == 3
        now = refusal.value.details["graph"]["etag"]
        saved = services.save_graph(
            actor=people.engineer, revision_id=complete.revision.pk, edges=mine, if_match=f'"{now}"'
        )
        assert len(saved["edges"]) == 1

    def test_an_unknown_operation_is_refused(self, people: People, complete: Complete) -> None:
        read = graph(complete.revision)
        with pytest.raises(NotValid) as refusal:
            services.save_graph(
                actor=people.engineer,
                revision_id=complete.revision.pk,
                edges=[{"source": complete.print.pk, "target": 10**9}],
                if_match=read["etag"],
            )
        assert refusal.value.code == "unknown-operation"


@pytest.mark.django_db
class TestTwoEngineers:
    def edit(self, actor: Any, complete: Complete, etag: str, **changes: Any) -> Operation:
        return services.change_operation(actor=actor, operation_id=complete.print.pk, changes=changes, expected=etag)

    def test_different_fields_are_merged(self, people: People, complete: Complete) -> None:
        etag = etag_of(complete.print, OPERATION_FIELDS)
        self.edit(people.engineer2, complete, etag, run_minutes=Decimal(7))
        saved = self.edit(people.engineer, complete, etag, work_center="SLA", run_minutes=Decimal(5))
        assert (saved.run_minutes, saved.work_center) == (Decimal(7), "SLA")

    def test_the_same_field_is_told_with_both_values(self, people: People, complete: Complete) -> None:
        etag = etag_of(complete.print, OPERATION_FIELDS)
        self.edit(people.engineer2, complete, etag, run_minutes=Decimal(7))
        with pytest.raises(RowChanged) as refusal:
            self.edit(people.engineer, complete, etag, run_minutes=Decimal(9))
        assert refusal.value.details["fields"] == {"run_minutes": {"theirs": "7", "mine": "9"}}
        assert refusal.value.details["changed_by"] == "Bo"

    def test_an_unknown_version_is_a_conflict_not_an_overwrite(self, people: People, complete: Complete) -> None:
        with pytest.raises(RowChanged):
            self.edit(people.engineer, complete, "f" * 32, work_center="SLA")

    def test_what_cannot_be_edited_is_refused(self, people: People, complete: Complete) -> None:
        with pytest.raises(NotValid):
            self.edit(people.engineer, complete, "", revision_id=1)


@pytest.mark.django_db
class TestSteps:
    def test_steps_are_inserted_moved_duplicated_removed(self, people: People, complete: Complete) -> None:
        engineer = people.engineer
        last = services.add_step(actor=engineer, operation_id=complete.ream.pk, instruction=both("Clean"))
        first = services.add_step(
            actor=engineer, operation_id=complete.ream.pk, instruction=both("Check"), after_id=complete.reading.pk
        )
        assert [last.number, first.number] == [20, 15]
        services.move_step(actor=engineer, step_id=last.pk, by=-1)
        copy = services.duplicate_step(actor=engineer, step_id=complete.reading.pk)
        assert copy.parameter.target == Decimal("5.5")
        order = list(Step.objects.filter(operation=complete.ream).order_by("number").values_list("pk", flat=True))
        assert order == [complete.reading.pk, copy.pk, last.pk, first.pk]
        services.remove_step(actor=engineer, step_id=copy.pk)
        assert Step.objects.filter(operation=complete.ream).count() == 3
