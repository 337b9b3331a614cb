"""A change from draft to closed: what it carries, who signs, what it publishes."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from bom.models import BomRevision
from bom.services import change_item
from changecontrol.events import ChangeImplemented
from changecontrol.exceptions import CarriedElsewhere, NotJudged
from changecontrol.models import ApprovalStep, ChangeRequest, Effectivity
from changecontrol.selectors import authors_of, change_content, effective_process_card, subjects_of
from changecontrol.services import (
    approve_change,
    close_change,
    implement_change,
    refuse_change,
    reopen_change,
    submit_change,
    withdraw_change,
)
from foundation.core import clock, jobs
from foundation.core.canonical import content_hash
from foundation.core.errors import NotValid, PermissionDenied, TransitionNotAllowed
from foundation.core.models import Job
from foundation.core.refs import RecordRef
from foundation.records.models import LedgerEntry, RevisionState, Signature
from foundation.records.selectors import signature_validity
from routing.models import ProcessCard, RoutingRevision
from routing.services import change_operation
from tests.factories import definitions
from tests.factories.definitions import Team
from tests.factories.people import actor_for, both, later, person

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]


def state_of(change: ChangeRequest) -> str:
    return ChangeRequest.objects.get(pk=change.pk).state


class TestWhole:
    @pytest.mark.requirement("CHG-07", "CHG-11", "PLT-06")
    def test_from_two_drafts_to_an_effective_card(self, team: Team, draft: RoutingRevision) -> None:
        change = definitions.change(team, draft)
        assert (change.number, change.state) == ("CR-000001", "draft")
        definitions.submitted(team, change)
        draft.refresh_from_db()
        assert (state_of(change), draft.state, draft.bom_revision.state) == ("in_approval", "in_review", "in_review")

        approve_change(actor=actor_for(team.engineer), change_id=change.pk, credentials=both(team.engineer))
        assert state_of(change) == "in_approval"
        approve_change(actor=actor_for(team.quality), change_id=change.pk, credentials=both(team.quality))
        assert state_of(change) == "approved"
        assert not ProcessCard.objects.exists()

        implement_change(actor=team.actor, change_id=change.pk)
        card = ProcessCard.objects.get()
        draft.refresh_from_db()
        assert (state_of(change), draft.state) == ("effective", "approved")
        assert BomRevision.objects.get(pk=draft.bom_revision_id).state == "approved"
        assert card.content_hash == content_hash(card.content)
        answer = effective_process_card(draft.item_id)
        assert (answer.card, answer.effectivity.scope, answer.effectivity.valid_until) == (card, "date", None)
        assert answer.reason.startswith("PC-000001 (revision A) is effective from ")
        assert answer.reason.endswith("by change CR-000001.")

        close_change(actor=actor_for(team.quality), change_id=change.pk, reason="First lot met every limit")
        assert state_of(change) == "closed"

    @pytest.mark.requirement("CHG-01")
    def test_each_signature_binds_the_change_and_each_revision_in_one_act(
        self, team: Team, draft: RoutingRevision
    ) -> None:
        change = definitions.approved(team, definitions.change(team, draft))
        assert Signature.objects.count() == 6
        for user in (team.engineer, team.quality):
            signed = Signature.objects.filter(signer=user)
            assert {(row.record_label, row.meaning) for row in signed} == {
                ("changecontrol.changerequest", "approved"),
                ("routing.routingrevision", "approved"),
                ("bom.bomrevision", "approved"),
            }
            assert len(set(signed.values_list("tx", flat=True))) == 1
        draft.refresh_from_db()
        hashes = set(Signature.objects.filter(record_label="routing.routingrevision").values_list("content_hash"))
        assert hashes == {(draft.content_hash,)}
        assert change.content_hash == content_hash(change_content(change))
        sides = list(ApprovalStep.objects.order_by("pk").values_list("side", "signer", "outcome"))
        assert sides == [
            ("engineering", team.engineer.pk, "approved"),
            ("quality", team.quality.pk, "approved"),
        ]

    def test_what_was_signed_stays_valid_through_the_whole_life(self, team: Team, draft: RoutingRevision) -> None:
        change = definitions.implemented(team, definitions.change(team, draft))
        close_change(actor=actor_for(team.quality), change_id=change.pk, reason="Verified")
        contents = {subject.record: subject.content for subject in subjects_of(ChangeRequest.objects.get())}
        for signature in Signature.objects.all():
            record = RecordRef(signature.record_label, signature.record_id, signature.record_number)
            assert signature_validity(signature, record, contents[record]) == "valid"

    def test_an_item_renamed_later_does_not_unsign_its_card(self, team: Team, draft: RoutingRevision) -> None:
        change = definitions.implemented(team, definitions.change(team, draft))
        change_item(actor=team.actor, item_id=draft.item_id, name=definitions.text("Other name"))
        contents = {subject.record: subject.content for subject in subjects_of(change)}
        validities = [
            signature_validity(row, record, contents[record])
            for row in Signature.objects.all()
            for record in [RecordRef(row.record_label, row.record_id, row.record_number)]
        ]
        assert validities == ["valid"] * 6

    def test_the_second_change_takes_the_place_of_the_first_without_a_gap(
        self, team: Team, released: RoutingRevision
    ) -> None:
        bom = definitions.parts_list(released.item, actor=team.actor)
        change = definitions.change(team, boms=(bom,))
        definitions.implemented(team, change)
        first, second = Effectivity.objects.order_by("valid_from")
        assert first.valid_until == second.valid_from
        answer = effective_process_card(released.item_id)
        assert (answer.card.number, answer.card.revision) == ("PC-000002", "B")
        assert effective_process_card(released.item_id, at=first.valid_from).card.number == "PC-000001"
        released.refresh_from_db()
        assert released.state == "retired"
        assert BomRevision.objects.get(pk=released.bom_revision_id).state == "retired"

    def test_the_event_tells_which_cards_apply(self, team: Team, draft: RoutingRevision) -> None:
        seen: list[ChangeImplemented] = []
        from foundation.core import events  # noqa: PLC0415

        events._in_transaction[ChangeImplemented] = ("tests.changecontrol.test_journey.remember",)
        try:
            REMEMBERED.clear()
            definitions.implemented(team, definitions.change(team, draft))
            seen = list(REMEMBERED)
        finally:
            del events._in_transaction[ChangeImplemented]
        (event,) = seen
        assert [(card["item_id"], card["card_number"]) for card in event.cards] == [(draft.item_id, "PC-000001")]
        assert event.decisions == []


REMEMBERED: list[ChangeImplemented] = []


def remember(event: ChangeImplemented, actor: object) -> None:
    REMEMBERED.append(event)


class TestSegregation:
    @pytest.fixture
    def change(self, team: Team, draft: RoutingRevision) -> ChangeRequest:
        return definitions.submitted(team, definitions.change(team, draft))

    def refused(self, change: ChangeRequest, user: object, code: str, credentials: object = None) -> None:
        with pytest.raises(PermissionDenied) as refusal:
            approve_change(actor=actor_for(user), change_id=change.pk, credentials=credentials or both(user))
        assert refusal.value.code == code
        assert LedgerEntry.objects.filter(verb="changecontrol.change.approved", outcome="refused").exists()
        assert state_of(change) == "in_approval"

    @pytest.mark.requirement("CHG-01")
    def test_the_author_cannot_approve(self, team: Team, change: ChangeRequest) -> None:
        self.refused(change, team.author, "author-cannot-approve")
        assert not Signature.objects.exists()

    def test_who_edited_a_draft_once_is_an_author_too(self, team: Team, draft: RoutingRevision) -> None:
        operation = draft.operations.get()
        for name in ("Fit and check", "Fit"):
            change_operation(
                actor=actor_for(team.engineer),
                operation_id=operation.pk,
                changes={"name": definitions.text(name)},
            )
        change = definitions.submitted(team, definitions.change(team, draft))
        assert authors_of(change) == {team.author.pk, team.engineer.pk}
        self.refused(change, team.engineer, "author-cannot-approve")

    def test_one_person_cannot_sign_for_both_sides(self, team: Team, change: ChangeRequest) -> None:
        twice = person("twice", "process_engineer", "quality_engineer")
        approve_change(actor=actor_for(twice), change_id=change.pk, credentials=both(twice))
        self.refused(change, twice, "author-cannot-approve", later())
        assert Signature.objects.values("signer").distinct().count() == 1

    def test_nobody_signs_for_a_side_that_they_do_not_stand_for(self, team: Team, change: ChangeRequest) -> None:
        self.refused(change, person("operator", "operator"), "author-cannot-approve")
        approve_change(actor=actor_for(team.quality), change_id=change.pk, credentials=both(team.quality))
        self.refused(change, person("quality2", "quality_engineer"), "author-cannot-approve")

    def test_nobody_lends_their_credentials_to_another_session(self, team: Team, change: ChangeRequest) -> None:
        self.refused(change, team.engineer, "other-signer", both(team.quality))
        assert not Signature.objects.exists()
        assert not ApprovalStep.objects.exclude(outcome="").exists()

    def test_a_wrong_secret_signs_nothing(self, team: Team, change: ChangeRequest) -> None:
        self.refused(change, team.engineer, "secret-wrong", both(team.engineer, "wrong-wrong-1"))
        assert not Signature.objects.exists()

    def test_the_database_keeps_the_two_people_apart(self, team: Team, change: ChangeRequest) -> None:
        from django.db import IntegrityError, transaction  # noqa: PLC0415

        approve_change(actor=actor_for(team.engineer), change_id=change.pk, credentials=both(team.engineer))
        with pytest.raises(IntegrityError, match="two_people"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE changecontrol_approvalstep SET outcome = 'approved', signer_id = %s, signed_at = now() "
                "WHERE side = 'quality'",
                [team.engineer.pk],
            )


class TestRefusedAndBack:
    def test_a_refusal_is_signed_with_its_reason_and_opens_the_drafts(self, team: Team, draft: RoutingRevision) -> None:
        change = definitions.submitted(team, definitions.change(team, draft))
        refuse_change(
            actor=actor_for(team.quality),
            change_id=change.pk,
            credentials=both(team.quality),
            reason="The throat has no limits",
        )
        draft.refresh_from_db()
        assert (state_of(change), draft.state, draft.bom_revision.state) == ("refused", "draft", "draft")
        (signature,) = Signature.objects.all()
        assert (signature.meaning, signature.reason) == ("refused", "The throat has no limits")
        assert LedgerEntry.objects.latest("id").reason == "The throat has no limits"
        history = RoutingRevision.history.filter(id=draft.pk).latest("history_id")
        assert history.history_change_reason == "The throat has no limits"

    def test_a_refusal_needs_a_reason(self, team: Team, draft: RoutingRevision) -> None:
        change = definitions.submitted(team, definitions.change(team, draft))
        with pytest.raises(NotValid):
            refuse_change(
                actor=actor_for(team.quality), change_id=change.pk, credentials=both(team.quality), reason=" "
            )
        assert state_of(change) == "in_approval"

    @pytest.mark.requirement("CHG-15")
    def test_reopened_it_is_judged_no_more_than_needed_but_signed_anew(
        self, team: Team, draft: RoutingRevision
    ) -> None:
        change = definitions.submitted(team, definitions.change(team, draft))
        approve_change(actor=actor_for(team.engineer), change_id=change.pk, credentials=both(team.engineer))
        refuse_change(
            actor=actor_for(team.quality), change_id=change.pk, credentials=both(team.quality), reason="Not yet"
        )
        reopen_change(actor=team.actor, change_id=change.pk, reason="Limits added")
        assert state_of(change) == "assessed"
        submit_change(actor=team.actor, change_id=change.pk)
        change.refresh_from_db()
        assert change.round == 2
        for user in (team.engineer, team.quality):
            approve_change(actor=actor_for(user), change_id=change.pk, credentials=both(user))
        implement_change(actor=team.actor, change_id=change.pk)
        assert state_of(change) == "effective"
        assert ApprovalStep.objects.filter(round=1).count() == 2

    @pytest.mark.parametrize("moment", ["draft", "in_approval", "approved"])
    def test_a_withdrawn_change_gives_its_drafts_back(self, team: Team, draft: RoutingRevision, moment: str) -> None:
        change = definitions.change(team, draft)
        if moment == "in_approval":
            definitions.submitted(team, change)
        elif moment == "approved":
            definitions.approved(team, change)
        withdraw_change(actor=team.actor, change_id=change.pk, reason="Another way was found")
        draft.refresh_from_db()
        assert (state_of(change), draft.state) == ("withdrawn", "draft")
        other = definitions.change(team, draft)
        assert other.affected.count() == 2
        with pytest.raises(NotValid, match=other.number):
            reopen_change(actor=team.actor, change_id=change.pk, reason="After all")

    def test_an_effective_change_cannot_be_withdrawn(self, team: Team, draft: RoutingRevision) -> None:
        change = definitions.implemented(team, definitions.change(team, draft))
        with pytest.raises(TransitionNotAllowed):
            withdraw_change(actor=team.actor, change_id=change.pk, reason="x")


class TestRefusals:
    def test_nothing_is_submitted_unjudged(self, team: Team, draft: RoutingRevision) -> None:
        change = definitions.change(team, draft)
        with pytest.raises(NotJudged) as refusal:
            submit_change(actor=team.actor, change_id=change.pk)
        assert len(refusal.value.details["entries"]) == change.impact.count()
        draft.refresh_from_db()
        assert (state_of(change), draft.state) == ("draft", "draft")

    def test_a_change_without_drafts_goes_nowhere(self, team: Team) -> None:
        change = definitions.change(team)
        definitions.judge_all(team, change)
        with pytest.raises(NotValid) as refusal:
            submit_change(actor=team.actor, change_id=change.pk)
        assert refusal.value.code == "nothing-affected"

    def test_a_draft_is_carried_by_one_open_change(self, team: Team, draft: RoutingRevision) -> None:
        first = definitions.change(team, draft)
        with pytest.raises(CarriedElsewhere, match=first.number):
            definitions.change(team, draft)
        assert ChangeRequest.objects.count() == 1

    def test_only_drafts_are_carried(self, team: Team, released: RoutingRevision) -> None:
        with pytest.raises(NotValid) as refusal:
            definitions.change(team, released)
        assert refusal.value.code == "not-a-draft"

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"title": {}}, "title"),
            ({"reason": " "}, "reason"),
            ({"kind": "x"}, "kind"),
            ({"severity": ""}, "severity"),
        ],
    )
    def test_a_change_says_what_and_why(self, team: Team, values: dict[str, object], field: str) -> None:
        with pytest.raises(NotValid) as refusal:
            definitions.change(team, **values)
        assert refusal.value.field == field
        assert not ChangeRequest.objects.exists()

    def test_who_may_not_raises_judges_and_implements_nothing(self, team: Team, draft: RoutingRevision) -> None:
        operator = actor_for(person("operator", "operator"))
        change = definitions.approved(team, definitions.change(team, draft))
        with pytest.raises(PermissionDenied):
            implement_change(actor=operator, change_id=change.pk)
        with pytest.raises(PermissionDenied):
            withdraw_change(actor=operator, change_id=change.pk, reason="x")
        assert state_of(change) == "approved"
        assert not ProcessCard.objects.exists()

    @pytest.mark.parametrize("moment", ["draft", "in_approval"])
    def test_nothing_is_implemented_unapproved(self, team: Team, draft: RoutingRevision, moment: str) -> None:
        change = definitions.change(team, draft)
        if moment == "in_approval":
            definitions.submitted(team, change)
        with pytest.raises(TransitionNotAllowed):
            implement_change(actor=team.actor, change_id=change.pk)
        assert not ProcessCard.objects.exists()

    def test_what_changed_behind_the_signatures_is_not_published(self, team: Team, draft: RoutingRevision) -> None:
        """An item renamed after the signing: the card would not be what was signed."""
        change = definitions.approved(team, definitions.change(team, draft))
        change_item(actor=team.actor, item_id=draft.item_id, name=definitions.text("Other name"))
        with pytest.raises(PermissionDenied) as refusal:
            implement_change(actor=team.actor, change_id=change.pk)
        assert refusal.value.code == "not-authorized"
        assert state_of(change) == "approved"
        assert not Effectivity.objects.exists()
        assert RoutingRevision.objects.get(pk=draft.pk).state == RevisionState.IN_REVIEW


class TestLater:
    @pytest.mark.requirement("CHG-07")
    def test_a_planned_moment_is_waited_for_by_a_job(self, team: Team, released: RoutingRevision) -> None:
        bom = definitions.parts_list(released.item, actor=team.actor)
        change = definitions.approved(team, definitions.change(team, boms=(bom,)))
        at = clock.now() + timedelta(days=7)
        implement_change(actor=team.actor, change_id=change.pk, effective_from=at)
        assert state_of(change) == "implementing"
        assert effective_process_card(released.item_id).card.number == "PC-000001"
        assert effective_process_card(released.item_id, at=at).card.number == "PC-000002"
        assert jobs.run_waiting() == 0
        with time_machine.travel(at + timedelta(seconds=1)):
            assert jobs.run_waiting() == 1
            assert state_of(change) == "effective"
            assert effective_process_card(released.item_id).card.number == "PC-000002"
        released.refresh_from_db()
        assert released.state == "retired"
        assert Job.objects.filter(kind="changecontrol.take_effect", state="done").count() == 1

    def test_the_past_is_refused(self, team: Team, draft: RoutingRevision) -> None:
        change = definitions.approved(team, definitions.change(team, draft))
        with pytest.raises(NotValid) as refusal:
            implement_change(actor=team.actor, change_id=change.pk, effective_from=clock.now() - timedelta(minutes=1))
        assert refusal.value.field == "effective_from"

    def test_a_change_that_would_fall_before_a_later_one_is_refused(
        self, team: Team, released: RoutingRevision
    ) -> None:
        definitions.parts_list(released.item, actor=team.actor)
        bom = BomRevision.objects.get(item=released.item, state="draft")
        later_change = definitions.approved(team, definitions.change(team, boms=(bom,)))
        implement_change(actor=team.actor, change_id=later_change.pk, effective_from=clock.now() + timedelta(days=7))
        third = definitions.parts_list(released.item, actor=team.actor)
        change = definitions.approved(team, definitions.change(team, boms=(third,)))
        with pytest.raises(TransitionNotAllowed, match=later_change.number):
            implement_change(actor=team.actor, change_id=change.pk)
        assert state_of(change) == "approved"


class TestOneOrder:
    def test_a_card_for_one_order_leaves_the_others_alone(self, team: Team, released: RoutingRevision) -> None:
        from changecontrol.services import edit_change  # noqa: PLC0415

        bom = definitions.parts_list(released.item, actor=team.actor)
        change = definitions.change(team, boms=(bom,))
        edit_change(
            actor=team.actor,
            change_id=change.pk,
            changes={"planned_scope": "order", "planned_orders": ["WO-000007"]},
        )
        definitions.implemented(team, change)
        assert effective_process_card(released.item_id).card.number == "PC-000001"
        assert effective_process_card(released.item_id, order_number="WO-000008").card.number == "PC-000001"
        answer = effective_process_card(released.item_id, order_number="WO-000007")
        assert answer.card.number == "PC-000002"
        assert answer.reason == "PC-000002 (revision B) applies to order WO-000007 only, by change CR-000002."
        released.refresh_from_db()
        assert released.state == "approved"

    def test_the_plan_names_orders_for_the_scope_order_and_only_then(self, team: Team) -> None:
        from changecontrol.services import edit_change  # noqa: PLC0415

        change = definitions.change(team)
        for changes in ({"planned_scope": "order"}, {"planned_orders": ["WO-1"]}):
            with pytest.raises(NotValid):
                edit_change(actor=team.actor, change_id=change.pk, changes=changes)
