"""Roles and stations: given, ended and changed only where the giver's own role holds, and never to oneself."""

from __future__ import annotations

import pytest
from django.test import Client

from foundation.accounts import services
from foundation.accounts.models import Badge, RoleAssignment, SecondFactor, Station, User
from foundation.accounts.selectors import roles_of
from foundation.core.errors import NotFound, NotValid, PermissionDenied, Refusal, TransitionNotAllowed
from foundation.records.models import LedgerEntry
from tests.accounts.test_factors import enrol
from tests.factories.people import SETUP, actor_for, person, site, station, sync_roles

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("SEC-04", "21CFR11.10(d)")]


def owner_at(code: str, username: str = "local-owner") -> User:
    user = person(username)
    sync_roles()
    services.assign_role(actor=SETUP, user_id=user.pk, role="system_owner", site=site(code))
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="foundation.accounts.backends.PlantBackend")
    return client


class TestGiving:
    def test_a_sites_owner_gives_roles_there_and_nowhere_else(self) -> None:
        owner, here, there = owner_at("HZ1"), site("HZ1"), site("SH2")
        user = person("somebody")
        given = services.assign_role(actor=actor_for(owner), user_id=user.pk, role="operator", site=here)
        assert (given.site, given.role.code) == (here, "operator")
        with pytest.raises(NotFound):
            services.assign_role(actor=actor_for(owner), user_id=user.pk, role="operator", site=there)
        with pytest.raises(PermissionDenied) as refusal:
            services.assign_role(actor=actor_for(owner), user_id=user.pk, role="system_owner")
        assert refusal.value.code == "every-site"
        assert RoleAssignment.objects.filter(user=user).get() == given
        assert LedgerEntry.objects.latest("id").outcome == "refused"

    def test_nobody_gives_themselves_one_not_even_an_owner(self) -> None:
        owner = person("owner", "system_owner")
        with pytest.raises(PermissionDenied) as refusal:
            services.assign_role(actor=actor_for(owner), user_id=owner.pk, role="qa_releaser")
        assert refusal.value.code == "own-role"
        assert roles_of(owner.pk) == ["system_owner"]

    def test_a_plant_is_added_by_who_owns_all(self) -> None:
        owner = owner_at("HZ1")
        with pytest.raises(PermissionDenied) as refusal:
            services.create_site(actor=actor_for(owner), code="SH2", name={"en": "Shanghai"})
        assert refusal.value.code == "every-site"

    def test_a_sites_owner_has_no_hand_on_people_who_work_elsewhere_too(self) -> None:
        owner, everywhere = owner_at("HZ1"), person("boss", "system_owner")
        actor, before = actor_for(owner), User.objects.get(pk=everywhere.pk)
        for act in (
            lambda: services.set_secret(actor=actor, user_id=everywhere.pk, pin="579135"),
            lambda: services.link_login(actor=actor, user_id=everywhere.pk, login_by="oidc", external_subject="x|y"),
            lambda: services.retire_user(actor=actor, user_id=everywhere.pk, reason="Gone"),
            lambda: services.issue_badge(actor=actor, user_id=everywhere.pk, code="B-1"),
        ):
            with pytest.raises(PermissionDenied) as refusal:
                act()
            assert refusal.value.code == "other-sites"
        after = User.objects.get(pk=everywhere.pk)
        assert (after.pin, after.login_by, after.is_active) == (before.pin, "local", True)
        assert not Badge.objects.exists()
        near = person("near")
        services.assign_role(actor=SETUP, user_id=near.pk, role="operator", site=site("HZ1"))
        assert services.issue_badge(actor=actor, user_id=near.pk, code="B-1").user == near

    def test_the_page_offers_only_the_givers_sites(self) -> None:
        owner, user = owner_at("HZ1"), person("somebody")
        site("SH2")
        desk = client_of(owner)
        text = desk.get(f"/accounts/users/{user.pk}/").content.decode()
        assert ">HZ1</option>" in text
        assert ">SH2</option>" not in text
        assert "Every site</option>" not in text
        desk.post(f"/accounts/users/{user.pk}/role/", {"role": "operator"})
        assert not RoleAssignment.objects.filter(user=user).exists()
        desk.post(f"/accounts/users/{user.pk}/role/", {"role": "operator", "site": site("HZ1").pk})
        assert RoleAssignment.objects.get(user=user).site == site("HZ1")


class TestEnding:
    def end(self, owner: User, assignment: RoleAssignment, reason: str = "Moved to the warehouse") -> RoleAssignment:
        return services.end_role(actor=actor_for(owner), assignment_id=assignment.pk, reason=reason)

    def refused(self, owner: User, assignment: RoleAssignment, kind: type[Refusal], **more: str) -> Refusal:
        until = RoleAssignment.objects.get(pk=assignment.pk).valid_until
        with pytest.raises(kind) as refusal:
            self.end(owner, assignment, **more)
        assert RoleAssignment.objects.get(pk=assignment.pk).valid_until == until
        return refusal.value

    def test_it_gives_nothing_from_then_on_and_stays_on_record(self) -> None:
        owner, user = person("owner", "system_owner"), person("quality", "quality_engineer", "operator")
        given = RoleAssignment.objects.get(user=user, role__code="quality_engineer")
        ended = self.end(owner, given)
        assert roles_of(user.pk) == ["operator"]
        entry = LedgerEntry.objects.get(verb="accounts.role.ended")
        assert (entry.actor_id, entry.reason, entry.data["role"], ended.valid_until) == (
            owner.pk, "Moved to the warehouse", "quality_engineer", ended.history.latest().valid_until,
        )  # fmt: skip
        assert self.refused(owner, given, TransitionNotAllowed).code == "role-ended"

    def test_a_reason_is_given(self) -> None:
        owner, user = person("owner", "system_owner"), person("operator", "operator")
        given = RoleAssignment.objects.get(user=user)
        assert self.refused(owner, given, NotValid, reason=" ").code == "reason-required"

    def test_nobody_ends_the_role_by_which_they_manage_users(self) -> None:
        owner = person("owner", "system_owner", "auditor")
        own = RoleAssignment.objects.get(user=owner, role__code="system_owner")
        assert self.refused(owner, own, NotValid).code == "last-owner-role"
        self.end(owner, RoleAssignment.objects.get(user=owner, role__code="auditor"))
        self.end(person("second", "system_owner"), own)
        assert roles_of(owner.pk) == []

    def test_a_role_for_every_site_is_ended_by_who_owns_every_site(self) -> None:
        owner, user = owner_at("HZ1"), person("operator", "operator")
        assert self.refused(owner, RoleAssignment.objects.get(user=user), PermissionDenied).code == "every-site"
        operator = person("other", "operator")
        assert (
            self.refused(operator, RoleAssignment.objects.get(user=user), PermissionDenied).code == "permission-denied"
        )

    def test_by_the_button(self) -> None:
        owner, user, other = person("owner", "system_owner"), person("operator", "operator"), person("other")
        given = RoleAssignment.objects.get(user=user)
        desk = client_of(owner)
        assert f"/role/{given.pk}/end/" in desk.get(f"/accounts/users/{user.pk}/").content.decode()
        assert desk.post(f"/accounts/users/{other.pk}/role/{given.pk}/end/", {"reason": "x"}).status_code == 404
        assert roles_of(user.pk) == ["operator"]
        desk.post(f"/accounts/users/{user.pk}/role/{given.pk}/end/", {"reason": "Left the line"})
        assert roles_of(user.pk) == []


class TestStations:
    def test_another_sites_station_is_not_there(self) -> None:
        bench, owner = station(), owner_at("SH2")
        actor, before = actor_for(owner), Station.objects.get(pk=bench.pk)
        for act in (
            lambda: services.renew_station_token(actor=actor, station_id=bench.pk),
            lambda: services.withdraw_station(actor=actor, station_id=bench.pk, reason="Lost"),
            lambda: services.register_station(actor=actor, code="X", name={"en": "X"}, site=site("HZ1")),
        ):
            with pytest.raises(NotFound):
                act()
        after = Station.objects.get()
        assert (after.token_hash, after.active) == (before.token_hash, True)
        desk = client_of(owner)
        assert bench.code not in desk.get("/accounts/stations/").content.decode()
        assert desk.get(f"/accounts/stations/{bench.pk}/").status_code == 404
        assert ">HZ1</option>" not in desk.get("/accounts/stations/new/").content.decode()
        made, _token = services.register_station(actor=actor, code="OWN-1", name={"en": "Own"}, site=site("SH2"))
        assert desk.get(f"/accounts/stations/{made.pk}/").status_code == 200
        assert services.renew_station_token(actor=actor, station_id=made.pk)


def test_no_factor_was_touched_by_another_sites_owner() -> None:
    boss = person("boss", "system_owner")
    enrol(boss)
    factor = SecondFactor.objects.get()
    with pytest.raises(PermissionDenied) as refusal:
        services.remove_factor(actor=actor_for(owner_at("HZ1")), factor_id=factor.pk, reason="x")
    assert refusal.value.code == "other-sites"
    assert SecondFactor.objects.get().removed_at is None
