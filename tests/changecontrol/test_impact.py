"""Impact: computed, so never forgotten; judged, so never in silence."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from bom.services import add_line, remove_line
from changecontrol.exceptions import NotJudged
from changecontrol.models import ChangeRequest, ImpactEntry, OrderDecision
from changecontrol.selectors import OpenOrder, compare_affected, decisions_for_order
from changecontrol.selectors.impact import NOTHING
from changecontrol.services import (
    Verdict,
    add_affected,
    add_impact,
    compute_impact,
    decide_order,
    judge_impact,
    remove_affected,
    submit_change,
)
from changecontrol.states import ImpactKind
from foundation.core.errors import NotValid, PermissionDenied, TransitionNotAllowed
from routing.models import RoutingRevision
from routing.services import change_operation, start_routing
from tests.factories import definitions, stock
from tests.factories.definitions import Team
from tests.factories.people import actor_for, person

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]
Order = Callable[..., OpenOrder]


def texts(change: ChangeRequest, kind: str) -> list[str]:
    return [row.text["en"] for row in change.impact.filter(kind=kind).order_by("pk")]


class TestComputed:
    @pytest.mark.requirement("CHG-02")
    def test_every_kind_of_the_checklist_has_at_least_one_entry(self, team: Team, draft: RoutingRevision) -> None:
        change = definitions.change(team, draft)
        assert set(change.impact.values_list("kind", flat=True)) == set(ImpactKind.values) == set(NOTHING)
        assert not change.impact.exclude(decision="").exists()
        assert all(set(row.text) == {"en", "zh-hans"} for row in change.impact.all())

    @pytest.mark.requirement("CHG-02")
    def test_parents_at_any_level_are_named_once(self, team: Team, draft: RoutingRevision) -> None:
        unit = definitions.made_item("UNIT", draft.item, definitions.item("SCREW"), actor=team.actor)
        definitions.made_item("VENTILATOR", unit.item, draft.item, actor=team.actor)
        change = definitions.change(team, draft)
        assert sorted(change.impact.filter(kind="product").values_list("subject_number", flat=True)) == [
            "UNIT",
            "VENTILATOR",
        ]
        assert "UNIT UNIT contains VALVE, 1 level(s) up." in texts(change, "product")

    def test_open_orders_of_what_is_changed(self, team: Team, draft: RoutingRevision, order: Order) -> None:
        order("WO-000007", draft)
        change = definitions.change(team, draft)
        assert texts(change, "wip") == ["Order WO-000007 of 5 × VALVE runs on PC-000001."]

    def test_stock_of_what_is_changed(self, team: Team, draft: RoutingRevision) -> None:
        stock.received("VALVE", "7", "pcs", containers=2)
        change = definitions.change(team, draft)
        (entry,) = change.impact.filter(kind="stock")
        assert entry.subject_number == "VALVE"
        assert "pcs of VALVE in 2 container(s)." in entry.text["en"]

    @pytest.mark.requirement("CHG-05")
    def test_a_routing_change_drags_the_lines_that_its_changed_operations_consume(
        self, team: Team, released: RoutingRevision
    ) -> None:
        second = start_routing(actor=team.actor, item_id=released.item_id, bom_revision_id=released.bom_revision_id)
        operation = second.operations.get()
        change_operation(actor=team.actor, operation_id=operation.pk, changes={"run_minutes": Decimal(9)})
        change = definitions.change(team, second)
        assert texts(change, "process") == ["VALVE/B: operation 10 differs; it consumes A1, A2."]
        assert texts(change, "training") == ["VALVE/B: people qualified for bench-assembly must read the new card."]

    @pytest.mark.requirement("CHG-06")
    def test_a_bom_change_opens_the_routing_and_an_assessment_of_each_line(
        self, team: Team, released: RoutingRevision
    ) -> None:
        bom = definitions.parts_list(released.item, actor=team.actor)
        line = bom.lines.get(position="A2")
        remove_line(actor=team.actor, line_id=line.pk)
        add_line(
            actor=team.actor,
            revision_id=bom.pk,
            line=definitions.LineData(position="A3", component_id=definitions.item("O-RING").pk, quantity=Decimal(2)),
        )
        change = definitions.change(team, boms=(bom,))
        opened = RoutingRevision.objects.get(item=released.item, state="draft")
        assert (opened.number, opened.bom_revision, opened.copied_from) == ("VALVE/B", bom, released)
        dragged = change.affected.get(routing_revision=opened)
        assert dragged.dragged
        subjects = set(change.impact.filter(kind="process").values_list("subject_number", flat=True))
        assert {"VALVE/B A2", "VALVE/B A3"} <= subjects

    def test_a_routing_brings_the_draft_of_its_parts_list(self, team: Team, draft: RoutingRevision) -> None:
        change = definitions.change(team, draft)
        assert {(str(row), row.dragged) for row in change.affected.all()} == {("VALVE/A", False), ("VALVE/A", True)}

    def test_the_carried_revisions_are_compared_with_the_effective_ones(
        self, team: Team, released: RoutingRevision
    ) -> None:
        second = start_routing(actor=team.actor, item_id=released.item_id, bom_revision_id=released.bom_revision_id)
        change_operation(actor=team.actor, operation_id=second.operations.get().pk, changes={"run_minutes": Decimal(9)})
        change = definitions.change(team, second)
        comparison = compare_affected(change.affected.get())
        assert (comparison.before, comparison.after) == ("VALVE/A", "VALVE/B")
        (line,) = comparison.lines
        assert (line.kind, line.before, line.after) == ("changed", "5", "9")


class TestJudged:
    @pytest.fixture
    def change(self, team: Team, draft: RoutingRevision) -> ChangeRequest:
        return definitions.change(team, draft)

    def judge(self, team: Team, change: ChangeRequest, decision: str, reason: str = "") -> None:
        entry = change.impact.order_by("pk").first()
        assert entry is not None
        judge_impact(actor=team.actor, change_id=change.pk, judgements=[Verdict(entry.pk, decision, reason)])

    @pytest.mark.parametrize("decision", ["affected", "waived"])
    def test_affected_and_waived_need_words(self, team: Team, change: ChangeRequest, decision: str) -> None:
        with pytest.raises(NotValid) as refusal:
            self.judge(team, change, decision, "  ")
        assert refusal.value.code == "reason-required"
        assert not change.impact.exclude(decision="").exists()

    def test_who_judged_and_when_is_kept(self, team: Team, change: ChangeRequest) -> None:
        self.judge(team, change, "waived", "Same material, other supplier code")
        entry = change.impact.order_by("pk").first()
        assert entry is not None
        assert (entry.decision, entry.reason, entry.judged_by) == (
            "waived",
            "Same material, other supplier code",
            team.author,
        )

    @pytest.mark.parametrize("decision", ["", "perhaps"])
    def test_only_the_three_answers_count(self, team: Team, change: ChangeRequest, decision: str) -> None:
        with pytest.raises(NotValid):
            self.judge(team, change, decision, "x")

    def test_an_entry_of_another_change_is_refused(self, team: Team, change: ChangeRequest) -> None:
        with pytest.raises(NotValid):
            judge_impact(actor=team.actor, change_id=change.pk, judgements=[Verdict(0, "not_affected")])

    def test_all_judged_is_assessed_and_one_more_opens_it_again(self, team: Team, change: ChangeRequest) -> None:
        definitions.judge_all(team, change)
        change.refresh_from_db()
        assert change.state == "assessed"
        add_impact(
            actor=team.actor, change_id=change.pk, kind="supplier", text=definitions.text("Tell the resin's maker")
        )
        change.refresh_from_db()
        assert change.state == "draft"

    def test_computing_again_keeps_judgements_and_drops_what_is_gone(
        self, team: Team, change: ChangeRequest, draft: RoutingRevision, order: Order
    ) -> None:
        definitions.judge_all(team, change)
        order("WO-000007", draft)
        with pytest.raises(NotJudged, match="more than when it was judged"):
            submit_change(actor=team.actor, change_id=change.pk)
        compute_impact(actor=team.actor, change_id=change.pk)
        unjudged = ImpactEntry.objects.filter(change=change, decision="")
        assert [row.subject_number for row in unjudged] == ["WO-000007"]
        assert not change.impact.filter(text__en=str(NOTHING["wip"])).exists()
        assert ImpactEntry.history.filter(history_type="-").count() == 1

    def test_after_submission_nothing_is_judged(self, team: Team, change: ChangeRequest) -> None:
        definitions.submitted(team, change)
        with pytest.raises(TransitionNotAllowed):
            self.judge(team, change, "not_affected")
        with pytest.raises(TransitionNotAllowed):
            compute_impact(actor=team.actor, change_id=change.pk)
        with pytest.raises(TransitionNotAllowed):
            add_impact(actor=team.actor, change_id=change.pk, kind="risk", text=definitions.text("x"))

    def test_an_operator_judges_nothing(self, team: Team, change: ChangeRequest) -> None:
        operator = actor_for(person("operator", "operator"))
        entry = change.impact.order_by("pk").first()
        assert entry is not None
        with pytest.raises(PermissionDenied):
            judge_impact(actor=operator, change_id=change.pk, judgements=[Verdict(entry.pk, "not_affected")])


class TestCarried:
    def test_a_draft_that_is_let_go_needs_a_reason_and_takes_its_impact_with_it(
        self, team: Team, draft: RoutingRevision
    ) -> None:
        other = definitions.routing(
            definitions.made_item("PUMP", definitions.item("BODY"), actor=team.actor), actor=team.actor
        )
        change = definitions.change(team, draft)
        add_affected(actor=team.actor, change_id=change.pk, routing_revision_id=other.pk)
        assert change.affected.count() == 4
        assert change.impact.filter(subject_number="PUMP/A", kind="process").exists()
        row = change.affected.get(routing_revision=other)
        with pytest.raises(NotValid):
            remove_affected(actor=team.actor, change_id=change.pk, affected_id=row.pk, reason="")
        remove_affected(actor=team.actor, change_id=change.pk, affected_id=row.pk, reason="Later")
        list_row = change.affected.get(bom_revision=other.bom_revision)
        remove_affected(actor=team.actor, change_id=change.pk, affected_id=list_row.pk, reason="Later")
        assert not change.impact.filter(subject_number="PUMP/A").exists()

    def test_a_parts_list_cannot_leave_the_routing_that_stands_on_it(self, team: Team, draft: RoutingRevision) -> None:
        change = definitions.change(team, draft)
        row = change.affected.get(bom_revision=draft.bom_revision)
        with pytest.raises(NotValid, match="stands on this parts list"):
            remove_affected(actor=team.actor, change_id=change.pk, affected_id=row.pk, reason="x")
        assert change.affected.count() == 2

    def test_exactly_one_thing_is_added_at_a_time(self, team: Team, draft: RoutingRevision) -> None:
        change = definitions.change(team)
        with pytest.raises(NotValid):
            add_affected(actor=team.actor, change_id=change.pk)
        with pytest.raises(NotValid):
            add_affected(
                actor=team.actor,
                change_id=change.pk,
                routing_revision_id=draft.pk,
                bom_revision_id=draft.bom_revision_id,
            )


@pytest.mark.requirement("CHG-10")
class TestOrders:
    def test_each_open_order_needs_a_choice_before_submission(
        self, team: Team, draft: RoutingRevision, order: Order
    ) -> None:
        order("WO-000007", draft)
        change = definitions.change(team, draft)
        definitions.judge_all(team, change)
        with pytest.raises(NotJudged) as refusal:
            submit_change(actor=team.actor, change_id=change.pk)
        assert refusal.value.details["orders"] == ["WO-000007"]
        decide_order(
            actor=team.actor,
            change_id=change.pk,
            order_number="WO-000007",
            choice="finish_on_old",
            reason="Three of five are done",
        )
        submit_change(actor=team.actor, change_id=change.pk)
        assert decisions_for_order("WO-000007") == []  # not signed yet

    def test_a_choice_judges_its_entry_and_can_be_changed_until_submission(
        self, team: Team, draft: RoutingRevision, order: Order
    ) -> None:
        order("WO-000007", draft)
        change = definitions.change(team, draft)
        for choice in ("hold", "finish_on_old"):
            decide_order(actor=team.actor, change_id=change.pk, order_number="WO-000007", choice=choice)
        entry = change.impact.get(kind="wip")
        assert (entry.decision, entry.reason) == ("affected", "Finish on the old card")
        assert OrderDecision.objects.get().choice == "finish_on_old"

    @pytest.mark.parametrize(("number", "choice"), [("WO-000008", "hold"), ("WO-000007", "burn")])
    def test_what_is_not_open_or_no_choice_is_refused(
        self, team: Team, draft: RoutingRevision, order: Order, number: str, choice: str
    ) -> None:
        order("WO-000007", draft)
        change = definitions.change(team, draft)
        with pytest.raises(NotValid):
            decide_order(actor=team.actor, change_id=change.pk, order_number=number, choice=choice)
        assert not OrderDecision.objects.exists()

    def test_signed_choices_are_found_by_order_and_later_orders_get_the_signed_rule(
        self, team: Team, draft: RoutingRevision, order: Order
    ) -> None:
        order("WO-000007", draft)
        change = definitions.change(team, draft)
        decide_order(actor=team.actor, change_id=change.pk, order_number="WO-000007", choice="hold", reason="Check")
        definitions.approved(team, change)
        order("WO-000008", draft)
        from changecontrol.services import implement_change  # noqa: PLC0415

        implement_change(actor=team.actor, change_id=change.pk)
        assert [(row.choice, row.by_default) for row in decisions_for_order("WO-000007")] == [("hold", False)]
        assert [(row.choice, row.by_default) for row in decisions_for_order("WO-000008")] == [("finish_on_old", True)]
