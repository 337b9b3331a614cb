"""Nobody publishes without two signatures over exactly this content; nobody approves what they wrote."""

import pytest

from bom.authorization import PublicationAuthorization
from bom.models import Baseline, BaselineApproval, BomRevision
from bom.selectors import bom_content
from bom.services import (
    approve_baseline,
    approve_revision,
    propose_baseline,
    start_revision,
    submit_revision,
    withdraw_baseline,
)
from foundation.accounts.models import User
from foundation.core.actor import Actor
from foundation.core.errors import NotValid, PermissionDenied, TransitionNotAllowed
from foundation.core.refs import RecordRef
from foundation.records.models import LedgerEntry, Signature
from foundation.records.selectors import VALID, signature_validity, signatures_of
from foundation.records.services import ToSign, sign
from tests.factories.parts import approved, draft, line, made, part
from tests.factories.people import SETUP, actor_for, both, person

pytestmark = pytest.mark.django_db
CHANGE = RecordRef("changecontrol.changerequest", 7, "CR-000007")


@pytest.fixture
def author() -> User:
    return person("author", "process_engineer")


@pytest.fixture
def revision(author: User) -> BomRevision:
    """In review, written by the author."""
    written = draft(made("TOP"), line("A1", part("P"), "2"), actor=actor_for(author))
    return submit_revision(actor=actor_for(author), revision_id=written.pk)


def signed(revision: BomRevision, *people: User, meaning: str = "approved") -> list[int]:
    subject = ToSign(record=RecordRef.to(revision), content=bom_content(revision), version=revision.revision)
    return [
        sign(actor=actor_for(user), credentials=both(user), meaning=meaning, subjects=[subject])[0].pk
        for user in people
    ]


def authorization(revision: BomRevision, ids: list[int]) -> PublicationAuthorization:
    return PublicationAuthorization(change=CHANGE, contents={revision.content_hash: ids})


@pytest.mark.requirement("CHG-01")
class TestApproveRevision:
    def test_two_signatures_approve(self, revision: BomRevision) -> None:
        ids = signed(revision, person("ann", "process_engineer"), person("ben", "quality_engineer"))
        done = approve_revision(actor=SETUP, revision_id=revision.pk, authorization=authorization(revision, ids))
        assert (done.state, done.approval_number, done.approval_id) == ("approved", "CR-000007", 7)
        assert done.approved_at is not None

    def test_one_person_is_not_enough(self, revision: BomRevision) -> None:
        ann = person("ann", "quality_engineer")
        self.refused(revision, signed(revision, ann, ann))

    def test_the_author_cannot_be_one_of_them(self, revision: BomRevision, author: User) -> None:
        self.refused(revision, signed(revision, author, person("ben", "quality_engineer")))

    def test_another_meaning_does_not_approve(self, revision: BomRevision) -> None:
        ids = signed(revision, person("ann"), person("ben"), meaning="reviewed")
        self.refused(revision, ids)

    def test_signatures_of_another_content_do_not_count(self, revision: BomRevision) -> None:
        other = draft(made("OTHER"), line("A1", part("Q")))
        submit_revision(actor=SETUP, revision_id=other.pk)
        other.refresh_from_db()
        self.refused(revision, signed(other, person("ann"), person("ben")))

    def test_a_draft_cannot_be_approved(self) -> None:
        raw = draft(made("RAW"), line("A1", part("Q")))
        with pytest.raises(TransitionNotAllowed):
            approve_revision(
                actor=SETUP, revision_id=raw.pk, authorization=PublicationAuthorization(change=CHANGE, contents={})
            )

    def refused(self, revision: BomRevision, ids: list[int]) -> None:
        with pytest.raises(PermissionDenied) as refusal:
            approve_revision(actor=SETUP, revision_id=revision.pk, authorization=authorization(revision, ids))
        assert refusal.value.code == "not-authorized"
        assert BomRevision.objects.get(pk=revision.pk).state == "in_review"
        entry = LedgerEntry.objects.filter(verb="bom.revision.approved").latest("id")
        assert (entry.outcome, entry.subject_number) == ("refused", "TOP/A")


@pytest.mark.requirement("CHG-01")
class TestBaseline:
    @pytest.fixture
    def baseline(self, author: User) -> Baseline:
        actor = actor_for(author)
        low, top = made("LOW"), made("TOP")
        rows = [draft(low, line("A1", part("P")), actor=actor), draft(top, line("A1", low, "2"), actor=actor)]
        return propose_baseline(actor=actor, revision_ids=[row.pk for row in rows], title="First load")

    def test_both_sides_approve_every_revision(self, baseline: Baseline) -> None:
        engineering, quality = person("ann", "process_engineer"), person("ben", "quality_engineer")
        approve_baseline(
            actor=actor_for(engineering), baseline_id=baseline.pk, side="engineering", credentials=both(engineering)
        )
        assert set(BomRevision.objects.values_list("state", flat=True)) == {"in_review"}
        done = approve_baseline(
            actor=actor_for(quality), baseline_id=baseline.pk, side="quality", credentials=both(quality)
        )
        assert done.state == "approved"
        assert set(BomRevision.objects.values_list("state", flat=True)) == {"approved"}
        assert set(BomRevision.objects.values_list("approval_number", flat=True)) == {baseline.number}
        top = BomRevision.objects.get(number="TOP/A")
        shown = [
            (row.printed_name, row.meaning, signature_validity(row, RecordRef.to(top), bom_content(top)))
            for row in signatures_of(RecordRef.to(top))
        ]
        assert shown == [("Ann", "approved", VALID), ("Ben", "approved", VALID)]

    def test_the_author_cannot_sign(self, baseline: Baseline, author: User) -> None:
        with pytest.raises(PermissionDenied) as refusal:
            approve_baseline(
                actor=actor_for(author), baseline_id=baseline.pk, side="engineering", credentials=both(author)
            )
        assert refusal.value.code == "author"
        assert not Signature.objects.exists()
        assert not BaselineApproval.objects.exists()

    def test_one_person_cannot_sign_both_sides(self, baseline: Baseline) -> None:
        ann = person("ann", "process_engineer", "quality_engineer")
        approve_baseline(actor=actor_for(ann), baseline_id=baseline.pk, side="engineering", credentials=both(ann))
        with pytest.raises(PermissionDenied) as refusal:
            approve_baseline(actor=actor_for(ann), baseline_id=baseline.pk, side="quality", credentials=both(ann))
        assert refusal.value.code == "same-person"
        assert BaselineApproval.objects.count() == 1

    def test_the_signer_needs_the_role_of_the_side(self, baseline: Baseline) -> None:
        ben = person("ben", "quality_engineer")
        with pytest.raises(PermissionDenied):
            approve_baseline(actor=SETUP, baseline_id=baseline.pk, side="engineering", credentials=both(ben))
        assert not BaselineApproval.objects.exists()

    def test_a_side_signs_once(self, baseline: Baseline) -> None:
        ann, ava = person("ann", "process_engineer"), person("ava", "process_engineer")
        approve_baseline(actor=SETUP, baseline_id=baseline.pk, side="engineering", credentials=both(ann))
        with pytest.raises(NotValid) as refusal:
            approve_baseline(actor=SETUP, baseline_id=baseline.pk, side="engineering", credentials=both(ava))
        assert refusal.value.code == "already-signed"

    def test_withdrawn_it_leaves_drafts(self, baseline: Baseline) -> None:
        withdrawn = withdraw_baseline(actor=SETUP, baseline_id=baseline.pk, reason="A line is missing")
        assert withdrawn.state == "withdrawn"
        assert set(BomRevision.objects.values_list("state", flat=True)) == {"draft"}
        with pytest.raises(TransitionNotAllowed):
            approve_baseline(
                actor=SETUP, baseline_id=baseline.pk, side="quality", credentials=both(person("b", "quality_engineer"))
            )

    def test_what_comes_after_the_first_load_is_a_change(self) -> None:
        top = made("TOP")
        approved(draft(top, line("A1", part("P"))))
        second = start_revision(actor=Actor.system("x"), item_id=top.pk)
        with pytest.raises(NotValid) as refusal:
            propose_baseline(actor=SETUP, revision_ids=[second.pk], title="Again")
        assert refusal.value.code == "not-the-first"
        assert BomRevision.objects.get(pk=second.pk).state == "draft"
