"""People, roles, sites, stations and sessions."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import translation

from config.permissions import NAMES
from config.roles import CATALOGUE
from foundation.accounts import services
from foundation.accounts.exceptions import SecretWrong, StationUnknown
from foundation.accounts.models import Badge, CaptureSession, Role, RoleAssignment, User
from foundation.accounts.policies import may, require
from foundation.accounts.selectors import open_sessions, permissions_of, roles_of, user_by_identity, users_with_role
from foundation.accounts.web import CAPTURE_KEY, STATION_COOKIE, actor_of, station_of
from foundation.core import clock
from foundation.core.errors import NotValid, PermissionDenied
from foundation.records.models import LedgerEntry
from tests.factories.people import PIN, SETUP, actor_for, person, site, station, sync_roles

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]


class TestRoles:
    def test_the_command_hands_the_catalogue_down_and_then_changes_nothing(self) -> None:
        out = StringIO()
        call_command("sync_roles", stdout=out)
        call_command("sync_roles", stdout=out)
        assert out.getvalue() == f"{len(CATALOGUE)} roles changed\n0 roles changed\n"
        assert Role.history.count() == len(CATALOGUE)

    def test_a_role_gives_its_permissions_and_no_others(self) -> None:
        user = person("planner", "planner")
        assert "shopfloor.dispatch_order" in permissions_of(user.pk)
        require(actor_for(user), "shopfloor.dispatch_order")
        with pytest.raises(PermissionDenied) as refused:
            require(actor_for(user), "dhr.release_record")
        assert str(refused.value) == (
            "Planner has no role that allows this: release batches. Roles that do: QA releaser."
        )

    def test_a_refusal_says_it_in_the_readers_language(self) -> None:
        user = person("planner", "planner")
        with translation.override("zh-hans"), pytest.raises(PermissionDenied) as refused:
            require(actor_for(user), "inventory.receive_stock")
        assert str(refused.value) == "Planner 没有允许此项的角色：收货。有此权限的角色：仓库。"

    def test_every_permission_of_the_catalogue_has_words(self) -> None:
        assert {code for _role, _name, codes in CATALOGUE for code in codes} == set(NAMES)

    def test_at_one_site_only(self) -> None:
        user, here, there = person("planner"), site("HZ1"), site("SH2")
        sync_roles()
        services.assign_role(actor=SETUP, user_id=user.pk, role="planner", site=here)
        assert may(actor_for(user), "shopfloor.plan_order", here.pk)
        assert not may(actor_for(user), "shopfloor.plan_order", there.pk)

    def test_for_a_time_only(self) -> None:
        user = person("auditor")
        sync_roles()
        until = clock.now() + timedelta(days=3)
        services.assign_role(actor=SETUP, user_id=user.pk, role="auditor", valid_until=until)
        assert may(actor_for(user), "records.view_trail")
        with time_machine.travel(until + timedelta(seconds=1)):
            assert not may(actor_for(user), "records.view_trail")
            assert roles_of(user.pk) == []
            assert not users_with_role("auditor").exists()

    def test_a_retired_person_has_no_permission_left(self) -> None:
        user = person("planner", "planner")
        services.retire_user(actor=SETUP, user_id=user.pk, reason="left")
        assert permissions_of(user.pk) == frozenset()

    def test_an_unknown_role_is_refused(self) -> None:
        user = person("planner")
        with pytest.raises(NotValid, match="no role"):
            services.assign_role(actor=SETUP, user_id=user.pk, role="emperor")

    @pytest.mark.requirement("TRC-06")
    def test_an_auditor_comes_for_a_time_or_not_at_all(self) -> None:
        sync_roles()
        user = person("guest")
        with pytest.raises(NotValid, match="say when it ends") as refused:
            services.assign_role(actor=SETUP, user_id=user.pk, role="auditor")
        assert refused.value.field == "valid_until"
        assert (roles_of(user.pk), RoleAssignment.objects.filter(user=user).count()) == ([], 0)

    def test_nobody_gives_themselves_a_role(self) -> None:
        user = person("operator", "operator")
        with pytest.raises(PermissionDenied):
            services.assign_role(actor=actor_for(user), user_id=user.pk, role="qa_releaser")
        assert roles_of(user.pk) == ["operator"]
        assert LedgerEntry.objects.latest("id").outcome == "refused"

    def test_every_permission_has_the_shape_that_services_ask_for(self) -> None:
        for code, name, permissions in CATALOGUE:
            assert set(name) == {"en", "zh-hans"}, code
            assert all(
                (app and "_" in verb) or verb == "inspect" for app, _, verb in (p.partition(".") for p in permissions)
            )


class TestPeople:
    def test_a_user_name_is_never_given_twice_whatever_its_case(self) -> None:
        first = person("Zhang")
        services.retire_user(actor=SETUP, user_id=first.pk, reason="left")
        with pytest.raises(NotValid, match="given before"):
            services.create_user(actor=SETUP, username="zhang", name="Another Zhang")
        assert User.objects.count() == 1

    @pytest.mark.parametrize(("username", "name"), [("", "X"), ("x", "  ")])
    def test_a_person_has_a_user_name_and_a_printed_name(self, username: str, name: str) -> None:
        with pytest.raises(NotValid):
            services.create_user(actor=SETUP, username=username, name=name)

    def test_people_are_made_by_who_may(self) -> None:
        user = person("operator", "operator")
        with pytest.raises(PermissionDenied):
            services.create_user(actor=actor_for(user), username="y", name="Y")
        with pytest.raises(PermissionDenied):
            services.retire_user(actor=actor_for(user), user_id=user.pk, reason="x")

    def test_a_badge_code_is_never_given_twice(self) -> None:
        user = person("operator")
        services.issue_badge(actor=SETUP, user_id=user.pk, code="B-1")
        services.revoke_badge(actor=SETUP, code="B-1", reason="lost")
        with pytest.raises(NotValid):
            services.issue_badge(actor=SETUP, user_id=user.pk, code="B-1")
        assert Badge.objects.get().revoked_at is not None

    def test_a_badge_cannot_carry_anothers_user_name(self) -> None:
        """Else its owner would be found where that person was meant."""
        person("quality")
        thief = person("operator")
        with pytest.raises(NotValid):
            services.issue_badge(actor=SETUP, user_id=thief.pk, code="Quality")
        assert user_by_identity("quality") != thief

    def test_a_badge_is_out_after_its_day(self) -> None:
        user = person("operator")
        services.issue_badge(actor=SETUP, user_id=user.pk, code="B-1", valid_until=clock.now() + timedelta(days=1))
        assert user_by_identity("B-1") == user
        with time_machine.travel(clock.now() + timedelta(days=2)):
            assert user_by_identity("B-1") is None


class TestSessions:
    def test_badge_and_pin_open_a_session_that_acts_as_the_person(self) -> None:
        user = person("operator", name="Li Na")
        services.issue_badge(actor=SETUP, user_id=user.pk, code="B-1")
        session = services.badge_in(station=station(), identity="B-1", secret=PIN)
        actor = services.actor_of_session(session)
        assert (actor.user_id, actor.name, actor.station, actor.session) == (user.pk, "Li Na", "BENCH-1", session.key)

    def test_two_people_are_badged_in_side_by_side_and_each_once(self) -> None:
        person("operator")
        person("operator2")
        bench = station()
        first = services.badge_in(station=bench, identity="operator", secret=PIN)
        second = services.badge_in(station=bench, identity="operator2", secret=PIN)
        assert services.badge_in(station=bench, identity="operator", secret=PIN) == first
        assert list(open_sessions(bench).order_by("pk")) == [first, second]

    def test_after_badging_out_a_new_session_has_a_new_key(self) -> None:
        user, bench = person("operator"), station()
        first = services.badge_in(station=bench, identity="operator", secret=PIN)
        services.badge_out(actor=actor_for(user), session_key=first.key)
        services.badge_out(actor=actor_for(user), session_key=first.key)
        assert services.badge_in(station=bench, identity="operator", secret=PIN).key != first.key
        assert CaptureSession.history.filter(id=first.pk).count() == 2

    def test_a_wrong_pin_opens_nothing(self) -> None:
        user = person("operator")
        with pytest.raises(SecretWrong):
            services.badge_in(station=station(), identity="operator", secret="000000")
        assert not CaptureSession.objects.exists()
        assert User.objects.get(pk=user.pk).failed_tries == 1

    def test_a_station_that_is_not_in_use_takes_nobody(self) -> None:
        person("operator")
        bench = station()
        bench.active = False
        with pytest.raises(StationUnknown):
            services.badge_in(station=bench, identity="operator", secret=PIN)


class TestWeb:
    def request(self, user: User | None, **session: str) -> HttpRequest:
        request = RequestFactory().get("/")
        request.session = type("Session", (dict,), {"session_key": "web-1"})(session)  # type: ignore[assignment]
        request.user = user or type("Nobody", (), {"is_authenticated": False})()  # type: ignore[assignment]
        return request

    def test_at_a_desk_the_person_who_logged_in_acts(self) -> None:
        user = person("planner")
        actor = actor_of(self.request(user))
        assert (actor.user_id, actor.name, actor.station, actor.language) == (user.pk, "Planner", "", "en")
        assert len(actor.session) == 32
        assert "web-1" not in actor.session  # who has the key has the session: it stands in no record

    def test_at_a_station_the_person_who_badged_in_acts_and_not_who_is_logged_in(self) -> None:
        desk, operator = person("planner"), person("operator")
        session = services.badge_in(station=station(), identity="operator", secret=PIN)
        actor = actor_of(self.request(desk, **{CAPTURE_KEY: session.key}))
        assert (actor.user_id, actor.station) == (operator.pk, "BENCH-1")

    def test_nobody_is_refused(self) -> None:
        with pytest.raises(PermissionDenied) as refusal:
            actor_of(self.request(None))
        assert refusal.value.code == "not-authenticated"

    def test_a_closed_session_acts_no_more(self) -> None:
        operator = person("operator")
        session = services.badge_in(station=station(), identity="operator", secret=PIN)
        services.badge_out(actor=actor_for(operator), session_key=session.key)
        with pytest.raises(PermissionDenied):
            actor_of(self.request(None, **{CAPTURE_KEY: session.key}))

    def test_a_device_is_a_station_by_its_token_until_that_is_renewed(self) -> None:
        made, token = services.register_station(actor=SETUP, code="SLA-1", name={"en": "SLA"}, site=site())
        request = self.request(None)
        request.COOKIES[STATION_COOKIE] = token
        assert station_of(request) == made
        services.renew_station_token(actor=SETUP, station_id=made.pk)
        assert station_of(request) is None
        request.COOKIES[STATION_COOKIE] = ""
        assert station_of(request) is None
