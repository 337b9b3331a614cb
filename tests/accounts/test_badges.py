"""Badges: lost in one click, replaced under control, temporary ones that end, tested by schedule (21 CFR 11.300(c), (e))."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from foundation.accounts import services
from foundation.accounts.badge_log import badges_due
from foundation.accounts.exceptions import SecretWrong
from foundation.accounts.models import Badge, BadgeTest, CaptureSession, User
from foundation.accounts.tasks import end_what_is_over
from foundation.alerts.models import Alert
from foundation.core import clock
from foundation.core.errors import NotValid, PermissionDenied
from foundation.records.act import act
from tests.factories.people import PIN, SETUP, actor_for, person, station

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]


@pytest.fixture
def user() -> User:
    found = person("operator", "operator", name="Li Na")
    services.issue_badge(actor=SETUP, user_id=found.pk, code="B-1")
    return found


def enters(code: str) -> bool:
    try:
        services.badge_in(station=station(f"S-{clock.now().timestamp()}"), identity=code, secret=PIN)
    except SecretWrong:
        return False
    return True


@pytest.mark.requirement("21CFR11.300(c)")
class TestLoss:
    def test_one_click_by_its_owner_and_it_is_refused_and_security_knows(self, user: User) -> None:
        bench = station()
        session = services.badge_in(station=bench, identity="B-1", secret=PIN)
        desk = Client()
        desk.post("/accounts/login/", {"identity": "operator", "secret": PIN})
        assert desk.post("/accounts/profile/badge-lost/", {"code": "B-1"}).status_code == 302
        badge = Badge.objects.get()
        assert (badge.withdrawn_as, badge.revoked_at is not None) == ("lost", True)
        assert not enters("B-1")
        session.refresh_from_db()
        assert session.closed_at is not None
        assert Alert.objects.filter(rule="accounts.badge_lost", role="system_owner").count() == 1
        assert enters("operator")  # the person still is who they are

    def test_one_click_by_the_owner_of_the_system(self, user: User) -> None:
        owner = person("owner", "system_owner")
        desk = Client()
        desk.post("/accounts/login/", {"identity": owner.username, "secret": PIN})
        assert desk.post(f"/accounts/users/{user.pk}/badge/revoke/", {"code": "B-1"}).status_code == 302
        assert not enters("B-1")

    def test_anothers_badge_is_not_mine_to_report(self, user: User) -> None:
        other = person("operator2", "operator")
        with pytest.raises(PermissionDenied):
            services.revoke_badge(actor=actor_for(other), code="B-1")
        assert enters("B-1")

    def test_a_replacement_withdraws_the_old_one_in_the_same_act(self, user: User) -> None:
        with pytest.raises(NotValid) as refusal:
            services.issue_badge(actor=SETUP, user_id=user.pk, code="B-2")
        assert refusal.value.code == "badge-in-force"
        made = services.issue_badge(actor=SETUP, user_id=user.pk, code="B-2", replaces="B-1", replaced_as="damaged")
        former = Badge.objects.get(code="B-1")
        assert (made.replaces, former.withdrawn_as) == (former, "damaged")
        assert not enters("B-1")
        assert enters("B-2")

    def test_the_database_knows_of_one_badge_in_force_too(self, user: User) -> None:
        with act(actor=SETUP, verb="tests.badge.given"), pytest.raises(IntegrityError), transaction.atomic():
            Badge(user=user, code="B-3").save()

    def test_who_has_left_keeps_no_badge(self, user: User) -> None:
        services.retire_user(actor=SETUP, user_id=user.pk, reason="left")
        assert Badge.objects.get().withdrawn_as == "left"
        with pytest.raises(NotValid):
            services.issue_badge(actor=SETUP, user_id=user.pk, code="B-9")


@pytest.mark.requirement("21CFR11.300(c)")
class TestTemporary:
    def test_it_stands_beside_the_real_one_and_ends(self, user: User) -> None:
        with time_machine.travel("2026-03-01 08:00:00+00:00", tick=False) as moment:
            services.issue_badge(actor=SETUP, user_id=user.pk, code="T-1", valid_until=clock.now() + timedelta(hours=9))
            assert enters("T-1")
            moment.shift(timedelta(hours=9, seconds=1))
            assert not enters("T-1")

    @pytest.mark.parametrize("ends_in", [timedelta(days=8), timedelta(0), timedelta(days=-1)])
    def test_it_is_short(self, user: User, ends_in: timedelta) -> None:
        with pytest.raises(NotValid) as refusal:
            services.issue_badge(actor=SETUP, user_id=user.pk, code="T-1", valid_until=clock.now() + ends_in)
        assert refusal.value.field == "valid_until"

    def test_a_clock_set_back_brings_none_to_life_again(self, user: User) -> None:
        """Once its end was seen, it is a fact and no comparison of times any more."""
        with time_machine.travel("2026-03-01 08:00:00+00:00", tick=False) as moment:
            services.issue_badge(actor=SETUP, user_id=user.pk, code="T-1", valid_until=clock.now() + timedelta(hours=9))
            moment.shift(timedelta(hours=9, minutes=1))
            assert end_what_is_over() == 1
            assert end_what_is_over() == 0
            moment.shift(timedelta(hours=-5))
            assert not enters("T-1")
        assert Badge.objects.get(code="T-1").withdrawn_as == "expired"


@pytest.mark.requirement("21CFR11.300(e)")
class TestTests:
    def test_a_new_badge_is_due_until_it_is_tested_and_again_after_a_year(self, user: User) -> None:
        assert [badge.code for badge in badges_due()] == ["B-1"]
        services.record_badge_test(actor=SETUP, code="B-1", scanned="b-1", note="new")
        assert not badges_due().exists()
        with time_machine.travel(clock.now() + timedelta(days=366)):
            assert [badge.code for badge in badges_due()] == ["B-1"]

    def test_one_that_gives_another_code_is_withdrawn_at_once(self, user: User) -> None:
        test = services.record_badge_test(actor=SETUP, code="B-1", scanned="B-7")
        assert not test.passed
        assert Badge.objects.get().withdrawn_as == "failed"
        assert not enters("B-1")
        with pytest.raises(NotValid):
            services.record_badge_test(actor=SETUP, code="B-1", scanned="B-1")
        assert BadgeTest.objects.count() == 1

    def test_the_list_shows_what_is_due(self, user: User) -> None:
        owner = person("owner", "system_owner")
        desk = Client()
        desk.post("/accounts/login/", {"identity": owner.username, "secret": PIN})
        text = desk.get("/accounts/badges/").content.decode()
        assert "B-1" in text
        assert 'data-state="due"' in text


@pytest.mark.requirement("21CFR11.10(h)")
class TestStations:
    def test_a_device_that_is_no_station_is_refused(self, user: User) -> None:
        answer = Client().post("/accounts/badge/", {"identity": "operator", "secret": PIN})
        assert "This device is not a station yet" in answer.content.decode()
        assert not CaptureSession.objects.exists()

    def test_a_lost_tablet_is_out_at_once_with_all_who_are_badged_in_there(self, user: User) -> None:
        made, token = services.register_station(actor=SETUP, code="SLA-1", name={"en": "SLA"}, site=station().site)
        client = Client()
        client.cookies["arteria_station"] = token
        client.post("/accounts/badge/", {"identity": "operator", "secret": PIN})
        assert CaptureSession.objects.filter(closed_at=None).count() == 1
        services.withdraw_station(actor=SETUP, station_id=made.pk, reason="stolen")
        assert CaptureSession.objects.filter(closed_at=None).count() == 0
        assert "This device is not a station yet" in client.get("/accounts/badge/").content.decode()
        assert client.get("/shop/").status_code == 302
