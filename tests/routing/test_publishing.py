"""Nothing is published but what two others signed."""

from typing import Any

import pytest

from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.core.errors import PermissionDenied, TransitionNotAllowed
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.records.models import LedgerEntry, Signature
from foundation.records.services import Credentials, ToSign, sign
from routing import services
from routing.authorization import PublicationAuthorization
from routing.models import ProcessCard, RoutingRevision
from routing.printing import card_pdf
from routing.selectors import card_content, card_hash
from routing.states import APPROVED, DRAFT, IN_REVIEW, RETIRED
from tests.routing.conftest import SECRET, SYSTEM, Complete, People, person
from tests.routing.test_revisions import in_state, set_bom_state

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CHG-07")]
CHANGE = RecordRef("changecontrol.changerequest", 1, "CR-000001")


@pytest.fixture
def submitted(people: People, complete: Complete) -> RoutingRevision:
    bom = complete.revision.bom_revision
    set_bom_state(bom, IN_REVIEW)
    services.submit_routing(actor=people.engineer, revision_id=complete.revision.pk)
    set_bom_state(bom, APPROVED)
    return RoutingRevision.objects.get(pk=complete.revision.pk)


def signed(actor: Actor, record: RecordRef, content: dict[str, Any], meaning: str = "approved") -> int:
    credentials = Credentials(secret=SECRET, identity=actor.session.removeprefix("session-"))
    (row,) = sign(
        actor=actor, credentials=credentials, meaning=meaning, subjects=[ToSign(record=record, content=content)]
    )
    return int(row.pk)


def approvals(people: People, revision: RoutingRevision) -> list[int]:
    record, content = RecordRef.to(revision), card_content(revision)
    return [signed(actor, record, content) for actor in (people.engineer2, people.quality)]


def publish(people: People, revision: RoutingRevision, signatures: list[int], digest: str = "") -> ProcessCard:
    authorization = PublicationAuthorization(CHANGE, {digest or card_hash(revision): signatures})
    return services.publish_process_card(
        actor=people.engineer, routing_revision_id=revision.pk, authorization=authorization
    )


def refused(people: People, revision: RoutingRevision, signatures: list[int], digest: str = "") -> PermissionDenied:
    """The refusal; nothing was published, and the ledger says that it was tried."""
    tried = LedgerEntry.objects.filter(outcome="refused").count()
    with pytest.raises(PermissionDenied) as refusal:
        publish(people, revision, signatures, digest)
    assert refusal.value.code == "not-authorized"
    assert not ProcessCard.objects.exists()
    revision.refresh_from_db()
    assert revision.state == IN_REVIEW
    assert LedgerEntry.objects.filter(outcome="refused").count() == tried + 1
    return refusal.value


def test_the_card_is_what_was_signed(people: People, submitted: RoutingRevision) -> None:
    content = card_content(submitted)
    signatures = approvals(people, submitted)
    card = publish(people, submitted, signatures)
    assert card.number == "PC-000001"
    assert card.content == content
    assert card.content_hash == content_hash(content)
    assert set(Signature.objects.filter(pk__in=signatures).values_list("content_hash", flat=True)) == {
        card.content_hash
    }
    assert (card.change, card.signature_ids) == (CHANGE, signatures)
    submitted.refresh_from_db()
    assert (submitted.state, submitted.content_hash) == (APPROVED, card.content_hash)


def test_it_is_published_once(people: People, submitted: RoutingRevision) -> None:
    signatures = approvals(people, submitted)
    publish(people, submitted, signatures)
    with pytest.raises(TransitionNotAllowed):
        publish(people, submitted, signatures)
    assert ProcessCard.objects.count() == 1


@pytest.mark.pg15
def test_a_card_is_never_altered(people: People, submitted: RoutingRevision) -> None:
    card = publish(people, submitted, approvals(people, submitted))
    with act(actor=SYSTEM, verb="tests.forged"), pytest.raises(TypeError):
        card.save()
    with pytest.raises(TypeError):
        ProcessCard.objects.update(content={})


class TestForging:
    def test_no_signatures(self, people: People, submitted: RoutingRevision) -> None:
        refused(people, submitted, [])

    def test_one_signature(self, people: People, submitted: RoutingRevision) -> None:
        refused(people, submitted, approvals(people, submitted)[:1])

    def test_one_person_twice(self, people: People, submitted: RoutingRevision) -> None:
        record, content = RecordRef.to(submitted), card_content(submitted)
        refused(people, submitted, [signed(people.quality, record, content), signed(people.quality, record, content)])

    def test_an_author_among_the_signers(self, people: People, submitted: RoutingRevision) -> None:
        own = signed(people.engineer, RecordRef.to(submitted), card_content(submitted))
        refusal = refused(people, submitted, [*approvals(people, submitted), own])
        assert "author" in str(refusal.reason)

    def test_a_signature_of_another_record(self, people: People, submitted: RoutingRevision) -> None:
        content = card_content(submitted)
        other = RecordRef("routing.routingrevision", submitted.pk + 1, "OTHER/A")
        refused(people, submitted, [signed(a, other, content) for a in (people.engineer2, people.quality)])

    def test_a_signature_over_another_content(self, people: People, submitted: RoutingRevision) -> None:
        content = card_content(submitted) | {"purpose": "trial"}
        signatures = [signed(a, RecordRef.to(submitted), content) for a in (people.engineer2, people.quality)]
        refused(people, submitted, signatures)
        refused(people, submitted, signatures, digest=content_hash(content))

    def test_a_signature_that_means_something_else(self, people: People, submitted: RoutingRevision) -> None:
        record, content = RecordRef.to(submitted), card_content(submitted)
        refused(people, submitted, [signed(a, record, content, "reviewed") for a in (people.engineer2, people.quality)])

    def test_signatures_that_do_not_exist(self, people: People, submitted: RoutingRevision) -> None:
        refused(people, submitted, [10**9, 10**9 + 1])

    def test_an_item_renamed_after_signing(self, people: People, submitted: RoutingRevision) -> None:
        signatures = approvals(people, submitted)
        digest = card_hash(submitted)
        with act(actor=SYSTEM, verb="tests.item.renamed"):
            submitted.item.name = {"en": "Another", "zh-hans": "其他"}
            submitted.item.save()
        refused(people, submitted, signatures, digest)

    @pytest.mark.parametrize("state", [DRAFT, APPROVED, RETIRED])
    def test_only_what_is_in_review_is_published(self, people: People, complete: Complete, state: str) -> None:
        set_bom_state(complete.revision.bom_revision, IN_REVIEW, APPROVED)
        revision = in_state(complete, people, state)
        with pytest.raises(TransitionNotAllowed):
            publish(people, revision, approvals(people, revision))
        assert not ProcessCard.objects.exists()

    def test_nor_on_a_bom_that_is_not_approved(self, people: People, complete: Complete) -> None:
        set_bom_state(complete.revision.bom_revision, IN_REVIEW)
        services.submit_routing(actor=people.engineer, revision_id=complete.revision.pk)
        with pytest.raises(TransitionNotAllowed) as refusal:
            publish(people, complete.revision, approvals(people, complete.revision))
        assert refusal.value.code == "bom-not-approved"

    def test_nor_by_someone_who_may_not(self, people: People, submitted: RoutingRevision) -> None:
        operator = person("olga", "operator")
        authorization = PublicationAuthorization(CHANGE, {card_hash(submitted): approvals(people, submitted)})
        with pytest.raises(PermissionDenied):
            services.publish_process_card(actor=operator, routing_revision_id=submitted.pk, authorization=authorization)
        assert not ProcessCard.objects.exists()


def test_the_pdf_is_the_same_each_time_and_has_the_json_inside(people: People, submitted: RoutingRevision) -> None:
    card = publish(people, submitted, approvals(people, submitted))
    first = card_pdf(card)
    assert first.startswith(b"%PDF-")
    assert b"PC-000001.json" in first
    assert card_pdf(ProcessCard.objects.get(pk=card.pk)) == first
