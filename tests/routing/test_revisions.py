"""A routing revision: started as a copy, moved by its table only, frozen from review on."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError

from bom.models import BomRevision
from foundation.core.actor import Actor
from foundation.core.errors import Conflict, NotValid, PermissionDenied, TransitionNotAllowed
from foundation.records.act import act
from foundation.records.models import LedgerEntry
from routing import services
from routing.exceptions import NotADraft, NotComplete
from routing.models import Operation, RoutingRevision
from routing.selectors import authors_of, card_hash, compare_routings, routing_content
from routing.services.revisions import next_label
from routing.states import APPROVED, DRAFT, IN_REVIEW, RETIRED, REVISION_STATES
from tests.routing.conftest import SYSTEM, Complete, People, Plant, both, make_bom

STATES = [DRAFT, IN_REVIEW, APPROVED, RETIRED]
EVENTS = ["submit", "return", "retire"]  # publishing: test_publishing.py


def set_bom_state(bom: BomRevision, *states: str) -> None:
    for state in states:
        with act(actor=SYSTEM, verb="tests.bom.moved"):
            bom.state = state
            bom.save()


def in_state(complete: Complete, people: People, state: str) -> RoutingRevision:
    """The complete routing, walked to this state by writing the state column as the services do."""
    revision = complete.revision
    for step in STATES[1 : STATES.index(state) + 1]:
        with act(actor=SYSTEM, verb="tests.routing.moved"):
            revision.state = step
            revision.save()
    return revision


def attempt(event: str, people: People, revision: RoutingRevision) -> Any:
    if event == "submit":
        return services.submit_routing(actor=people.engineer, revision_id=revision.pk)
    if event == "return":
        return services.return_routing(actor=people.engineer, revision_id=revision.pk, reason="not yet")
    return services.retire_routing(actor=people.engineer, revision_id=revision.pk, reason="replaced")


@pytest.mark.django_db
class TestStates:
    @pytest.mark.parametrize("state", STATES)
    @pytest.mark.parametrize("event", EVENTS)
    def test_each_event_from_each_state(self, people: People, complete: Complete, state: str, event: str) -> None:
        set_bom_state(complete.revision.bom_revision, IN_REVIEW)
        revision = in_state(complete, people, state)
        row = next((row for row in REVISION_STATES if (row.source, row.event) == (state, event)), None)
        if row is not None:
            attempt(event, people, revision)
            revision.refresh_from_db()
            assert revision.state == row.target
            return
        with pytest.raises(TransitionNotAllowed):
            attempt(event, people, revision)
        revision.refresh_from_db()
        assert revision.state == state

    def test_submitting_keeps_the_hash_that_is_signed(self, people: People, complete: Complete) -> None:
        set_bom_state(complete.revision.bom_revision, IN_REVIEW)
        submitted = services.submit_routing(actor=people.engineer, revision_id=complete.revision.pk)
        assert submitted.content_hash == card_hash(submitted)

    def test_the_bom_goes_first(self, people: People, complete: Complete) -> None:
        with pytest.raises(TransitionNotAllowed) as refusal:
            services.submit_routing(actor=people.engineer, revision_id=complete.revision.pk)
        assert refusal.value.code == "bom-is-draft"

    def test_an_incomplete_routing_is_not_submitted(self, people: People, complete: Complete) -> None:
        set_bom_state(complete.revision.bom_revision, IN_REVIEW)
        services.change_operation(actor=people.engineer, operation_id=complete.fit.pk, changes={"name": {"en": "Fit"}})
        with pytest.raises(NotComplete) as refusal:
            services.submit_routing(actor=people.engineer, revision_id=complete.revision.pk)
        (problem,) = refusal.value.details["problems"]
        assert (problem["operation"], problem["code"], problem["where"]) == (30, "name-missing", "30")

    def test_returning_needs_a_reason(self, people: People, complete: Complete) -> None:
        revision = in_state(complete, people, IN_REVIEW)
        with pytest.raises(NotValid):
            services.return_routing(actor=people.quality, revision_id=revision.pk, reason=" ")
        services.return_routing(actor=people.quality, revision_id=revision.pk, reason="limits too wide")
        revision.refresh_from_db()
        assert (revision.state, revision.content_hash) == (DRAFT, "")


@pytest.mark.django_db
class TestFrozen:
    @pytest.mark.parametrize("state", [IN_REVIEW, APPROVED, RETIRED])
    def test_no_service_edits_what_left_draft(self, people: People, complete: Complete, state: str) -> None:
        revision = in_state(complete, people, state)
        engineer = people.engineer
        edits: list[Any] = [
            lambda: services.add_operation(actor=engineer, revision_id=revision.pk, name=both("X")),
            lambda: services.change_operation(
                actor=engineer, operation_id=complete.fit.pk, changes={"work_center": "X"}
            ),
            lambda: services.remove_operation(actor=engineer, operation_id=complete.fit.pk),
            lambda: services.renumber_operations(actor=engineer, revision_id=revision.pk),
            lambda: services.change_step(actor=engineer, step_id=complete.reading.pk, changes={"by": "mutual"}),
            lambda: services.remove_parameter(actor=engineer, step_id=complete.reading.pk),
            lambda: services.allocate_material(actor=engineer, operation_id=complete.fit.pk, position="A1"),
            lambda: services.discard_routing(actor=engineer, revision_id=revision.pk, reason="no"),
        ]
        before = routing_content(revision)
        for edit in edits:
            with pytest.raises(NotADraft):
                edit()
        assert routing_content(revision) == before

    @pytest.mark.pg15
    def test_the_database_refuses_what_goes_around_the_services(self, people: People, complete: Complete) -> None:
        in_state(complete, people, IN_REVIEW)
        with pytest.raises(DatabaseError, match="not a draft"), act(actor=SYSTEM, verb="tests.forged"):
            complete.fit.work_center = "X"
            complete.fit.save()

    def test_an_operator_edits_nothing(self, people: People, complete: Complete) -> None:
        with pytest.raises(PermissionDenied):
            services.add_operation(actor=people.operator, revision_id=complete.revision.pk, name=both("X"))
        refused = LedgerEntry.objects.get(outcome="refused")
        assert (refused.verb, refused.actor_name) == ("routing.operation.added", "Dora")
        assert Operation.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.requirement("PLT-05")
class TestStarting:
    def next_bom(self, plant: Plant) -> BomRevision:
        lines = [
            {"position": "A1", "component": plant.body},
            {"position": "A2", "component": plant.nipple, "quantity": Decimal(2)},
        ]
        set_bom_state(plant.bom, IN_REVIEW, APPROVED)
        return make_bom(plant.item, lines, revision="B")

    def test_the_next_revision_is_a_copy_of_the_last(self, people: People, plant: Plant, complete: Complete) -> None:
        in_state(complete, people, APPROVED)
        before = routing_content(complete.revision)
        new = services.start_routing(actor=people.engineer2, item_id=plant.item.pk, bom_revision_id=plant.bom.pk)
        assert (new.number, new.copied_from_id) == ("VALVE/B", complete.revision.pk)
        assert routing_content(new) == before
        assert compare_routings(complete.revision, new) == []
        assert authors_of(new) == {people.engineer2.user_id}

    def test_on_a_new_bom_the_checks_say_what_does_not_fit(
        self, people: People, plant: Plant, complete: Complete
    ) -> None:
        in_state(complete, people, APPROVED)
        bom = self.next_bom(plant)
        new = services.start_routing(actor=people.engineer, item_id=plant.item.pk, bom_revision_id=bom.pk)
        problems = services.validate_routing(new)
        assert [(p.operation, p.code, p.position) for p in problems] == [
            (20, "no-such-line", "A3"),
            (30, "no-such-line", "A3"),
        ]

    def test_a_loop_is_copied_to_the_copy(self, people: People, plant: Plant, complete: Complete) -> None:
        services.change_operation(
            actor=people.engineer,
            operation_id=complete.ream.pk,
            changes={"loop_back_to_id": complete.print.pk, "loop_maximum": 2},
        )
        in_state(complete, people, APPROVED)
        new = services.start_routing(actor=people.engineer, item_id=plant.item.pk, bom_revision_id=plant.bom.pk)
        ream = Operation.objects.get(revision=new, number=20)
        assert ream.loop_back_to == Operation.objects.get(revision=new, number=10)

    def test_one_open_revision_at_a_time(self, people: People, plant: Plant, complete: Complete) -> None:
        with pytest.raises(Conflict) as refusal:
            services.start_routing(actor=people.engineer, item_id=plant.item.pk, bom_revision_id=plant.bom.pk)
        assert refusal.value.details["number"] == "VALVE/A"

    def test_the_bom_is_the_items_own(self, people: People, plant: Plant) -> None:
        with pytest.raises(NotValid) as refusal:
            services.start_routing(actor=people.engineer, item_id=plant.body.pk, bom_revision_id=plant.bom.pk)
        assert refusal.value.code == "bom-of-another-item"

    def test_a_discarded_draft_leaves_its_history(self, people: People, complete: Complete) -> None:
        pk = complete.revision.pk
        services.discard_routing(actor=people.engineer, revision_id=pk, reason="begun on the wrong item")
        assert not RoutingRevision.objects.exists()
        assert Operation.history.filter(revision_id=pk, history_type="-").count() == 3

    @pytest.mark.parametrize(("last", "following"), [("", "A"), ("A", "B"), ("Z", "AA"), ("AZ", "BA"), ("ZZ", "AAA")])
    def test_labels(self, last: str, following: str) -> None:
        assert next_label(last) == following


@pytest.mark.django_db
class TestAuthors:
    def test_whoever_wrote_a_part_is_an_author_also_of_what_was_removed(
        self, people: People, complete: Complete
    ) -> None:
        added = services.add_operation(actor=people.engineer2, revision_id=complete.revision.pk, name=both("X"))
        services.remove_operation(actor=people.engineer, operation_id=added.pk)
        assert authors_of(complete.revision) == {people.engineer.user_id, people.engineer2.user_id}

    def test_who_submits_and_returns_does_not_write(self, people: People, complete: Complete) -> None:
        set_bom_state(complete.revision.bom_revision, IN_REVIEW)
        services.submit_routing(actor=people.engineer2, revision_id=complete.revision.pk)
        services.return_routing(actor=people.quality, revision_id=complete.revision.pk, reason="no")
        assert authors_of(complete.revision) == {people.engineer.user_id}

    def test_the_system_is_nobody(self, people: People, complete: Complete) -> None:
        services.change_operation(
            actor=Actor.system("tests"), operation_id=complete.fit.pk, changes={"work_center": "X"}
        )
        assert authors_of(complete.revision) == {people.engineer.user_id}
