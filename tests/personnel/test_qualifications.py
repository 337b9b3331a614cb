"""Who may be trusted with what, until when; who has read which version."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localtime
from rest_framework.test import APIClient

from foundation.core import clock
from foundation.core.errors import NotValid, PermissionDenied, TransitionNotAllowed
from foundation.core.refs import RecordRef
from foundation.core.words import spoken_day
from foundation.records.models import LedgerEntry
from resources.personnel import services
from resources.personnel.models import Qualification, QualificationGrant, ReadingConfirmation
from resources.personnel.selectors import has_read, is_qualified, qualification_list, qualifications_of
from tests.factories.people import SETUP, actor_for, bearer, person

pytestmark = pytest.mark.django_db
CARD = RecordRef("routing.processcard", 7, "PC-000007")
HASH, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def ream() -> Qualification:
    return services.create_qualification(
        actor=SETUP, code="REAM", name={"en": "Reaming", "zh-hans": "铰孔"}, valid_days=365
    )


def grant(user, qualification, **more) -> QualificationGrant:
    return services.grant_qualification(actor=SETUP, user_id=user.pk, qualification=qualification, **more)


class TestQualified:
    def test_from_the_grant_until_its_end(self, ream) -> None:
        lin, now = person("lin"), clock.now()
        given = grant(lin, ream)
        assert given.valid_until == given.valid_from + timedelta(days=365)
        answer = is_qualified(lin.pk, "REAM")
        assert answer.ok
        assert (answer.evidence["qualification"], answer.evidence["grant"]) == ("REAM", given.pk)
        assert is_qualified(lin.pk, "REAM", given.valid_until - timedelta(microseconds=1)).ok
        ended = is_qualified(lin.pk, "REAM", given.valid_until)
        assert not ended.ok
        assert (
            str(ended.reason)
            == f"The qualification “Reaming” ended on {spoken_day(localtime(given.valid_until).date())}."
        )
        assert "begins on" in str(is_qualified(lin.pk, "REAM", now - timedelta(days=1)).reason)

    def test_never_granted(self) -> None:
        answer = is_qualified(person("lin").pk, "REAM")
        assert (answer.ok, str(answer.reason)) == (False, "Not qualified for “REAM”.")  # nobody made it

    def test_said_by_its_name_in_the_readers_language(self, ream) -> None:
        who = person("lin").pk
        assert str(is_qualified(who, "REAM").reason) == "Not qualified for “Reaming”."
        with translation.override("zh-hans"):
            assert "铰孔" in str(is_qualified(who, "REAM").reason)

    def test_revoked_at_once_and_granted_again(self, ream) -> None:
        lin = person("lin")
        given = grant(lin, ream)
        services.revoke_qualification(actor=SETUP, grant_id=given.pk, reason="wrong method seen")
        answer = is_qualified(lin.pk, "REAM")
        assert not answer.ok
        assert "was revoked on" in str(answer.reason)
        with pytest.raises(TransitionNotAllowed):
            services.revoke_qualification(actor=SETUP, grant_id=given.pk, reason="again")
        grant(lin, ream)
        assert is_qualified(lin.pk, "REAM").ok
        assert [row.revoke_reason for row in qualifications_of(lin.pk)] == ["", "wrong method seen"]

    def test_one_query(self, ream, django_assert_num_queries) -> None:
        lin = person("lin")
        for _ in range(3):
            grant(lin, ream)
        with django_assert_num_queries(1):
            assert is_qualified(lin.pk, "REAM").ok

    def test_how_many_hold_it(self, ream) -> None:
        grant(person("lin"), ream)
        grant(person("mei"), ream)
        services.revoke_qualification(actor=SETUP, grant_id=grant(person("bo"), ream).pk, reason="left the line")
        assert qualification_list().get().holders == 2


class TestRefused:
    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"code": " ", "name": {"en": "x"}}, "code"),
            ({"code": "X", "name": {"en": ""}}, "name"),
            ({"code": "X", "name": {"en": "x"}, "valid_days": 0}, "valid_days"),
            ({"code": "REAM", "name": {"en": "x"}}, "code"),
        ],
    )
    def test_a_definition_that_cannot_be(self, ream, values, field) -> None:
        with pytest.raises(NotValid) as refused:
            services.create_qualification(actor=SETUP, **values)
        assert refused.value.field == field
        assert Qualification.objects.count() == 1

    def test_a_grant_that_cannot_be(self, ream) -> None:
        lin = person("lin")
        for values, field in (
            ({"user_id": 999_999}, "user"),
            ({"user_id": lin.pk, "trainer_id": lin.pk}, "trainer"),
            ({"user_id": lin.pk, "valid_until": datetime(2020, 1, 1, tzinfo=clock.now().tzinfo)}, "valid_until"),
        ):
            with pytest.raises(NotValid) as refused:
                services.grant_qualification(actor=SETUP, qualification=ream, **values)
            assert refused.value.field == field
        assert not QualificationGrant.objects.exists()

    def test_without_the_right(self, ream) -> None:
        operator = person("operator", "operator")
        with pytest.raises(PermissionDenied):
            services.grant_qualification(actor=actor_for(operator), user_id=operator.pk, qualification=ream)
        assert not QualificationGrant.objects.exists()
        assert LedgerEntry.objects.latest("id").outcome == "refused"


class TestReading:
    def test_exactly_this_version(self) -> None:
        lin = person("lin")
        kept = services.confirm_reading(actor=actor_for(lin, language="zh-hans"), subject=CARD, content_hash=HASH)
        assert (kept.subject, kept.language) == (CARD, "zh-hans")
        assert has_read(lin.pk, CARD, HASH)
        assert not has_read(lin.pk, CARD, OTHER)
        assert not has_read(person("mei").pk, CARD, HASH)

    def test_said_twice_is_said_once(self) -> None:
        actor = actor_for(person("lin"))
        first = services.confirm_reading(actor=actor, subject=CARD, content_hash=HASH)
        assert services.confirm_reading(actor=actor, subject=CARD, content_hash=HASH) == first
        assert ReadingConfirmation.objects.count() == 1

    def test_only_people_read(self) -> None:
        with pytest.raises(PermissionDenied):
            services.confirm_reading(actor=SETUP, subject=CARD, content_hash=HASH)
        with pytest.raises(NotValid):
            services.confirm_reading(actor=actor_for(person("lin")), subject=CARD, content_hash="x")
        assert not ReadingConfirmation.objects.exists()


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(person(role, role))
    return client


def test_the_pages_define_grant_and_revoke() -> None:
    client, lin = client_of("system_owner"), person("lin")
    form = {"code": "LASER", "name_en": "Laser cutting", "name_zh": "激光切割", "valid_days": "30"}
    made = client.post(reverse("personnel:qualification-create"), form)
    page = reverse("personnel:qualification", args=[Qualification.objects.get().pk])
    assert (made.status_code, made["Location"]) == (302, page)
    assert client.post(reverse("personnel:qualification-create"), form).status_code == 422
    assert client.post(page, {"user": lin.pk, "evidence": "exam 12"}).status_code == 302
    assert "exam 12" in client.get(page).content.decode()
    held = QualificationGrant.objects.get()
    revoke = reverse("personnel:grant-revoke", args=[held.pk])
    assert client.post(revoke, {"reason": ""}).status_code == 422
    assert client.post(revoke, {"reason": "exam copied"}).status_code == 302
    assert "LASER" in client.get(reverse("personnel:qualification-list")).content.decode()
    assert client_of("auditor").post(page, {"user": lin.pk}).status_code == 403


def test_the_api_defines_grants_reads_and_revokes() -> None:
    owner, lin = person("owner", "system_owner"), person("lin")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=bearer(owner))
    key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}
    body = {"code": "LASER", "name": {"en": "Laser"}, "valid_days": 30}
    made = client.post("/api/v1/qualifications/", body, format="json", **key)
    again = client.post("/api/v1/qualifications/", body, format="json", **key)
    assert (made.status_code, again.json()) == (201, made.json())
    given = client.post(f"/api/v1/qualifications/{made.json()['id']}/grants/", {"user_id": lin.pk}, format="json")
    assert (given.status_code, given.json()["code"]) == (201, "LASER")
    [row] = client.get("/api/v1/qualification-grants/", {"user": lin.pk}).json()["results"]
    revoke = f"/api/v1/qualification-grants/{row['id']}/revoke/"
    assert client.post(revoke, {}, format="json").json()["field"] == "reason"
    assert client.post(revoke, {"reason": "left"}, format="json").json()["revoke_reason"] == "left"
    read = {"subject_label": CARD.label, "subject_id": CARD.id, "subject_number": CARD.number, "content_hash": HASH}
    assert client.post("/api/v1/reading-confirmations/", read, format="json").status_code == 201
    assert has_read(owner.pk, CARD, HASH)
    assert APIClient().get("/api/v1/qualifications/").status_code == 401
