"""Alerts reach whom they are addressed to, once, and are answered by name."""

import pytest

from foundation.accounts.events import AccountLockedOut
from foundation.accounts.models import Role, RoleAssignment, Site, User
from foundation.accounts.services import sync_roles
from foundation.alerts.models import Alert
from foundation.alerts.selectors import alerts_about, inbox_of, open_count
from foundation.alerts.services import acknowledge_alert, raise_alert
from foundation.alerts.states import AlertState
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotValid, PermissionDenied, TransitionNotAllowed
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.records.models import LedgerEntry

ROBOT = Actor.system("test")
SUBJECT = RecordRef("quality.nonconformance", 3, "NC-000003")
pytestmark = pytest.mark.django_db


def person(username, *roles, site=None):
    with act(actor=ROBOT, verb="test.person.made"):
        user = User(username=username, name=username.title())
        user.save()
        for role in roles:
            found = Role.objects.get(code=role)
            RoleAssignment(user=user, role=found, site=site, valid_from=clock.now()).save()
    return Actor(user.pk, user.name)


@pytest.fixture(autouse=True)
def roles():
    sync_roles(actor=ROBOT, catalogue=[("quality_engineer", {"en": "QE"}, []), ("system_owner", {"en": "Owner"}, [])])


def tell(**more):
    values = {"role": "quality_engineer", "key": "", **more}
    return raise_alert(
        actor=ROBOT, rule="quality.nonconformance_raised", severity="critical",
        title={"en": "Throat too wide", "zh-hans": "喉径过大"}, subject=SUBJECT, **values,
    )  # fmt: skip


def test_an_alert_to_a_role_is_in_the_inbox_of_those_who_hold_it_and_of_nobody_else():
    quality, owner = person("quality", "quality_engineer"), person("owner", "system_owner")
    alert = tell()
    assert list(inbox_of(quality)) == [alert]
    assert (open_count(quality.user_id), open_count(owner.user_id)) == (1, 0)
    assert list(inbox_of(owner)) == list(inbox_of(ROBOT)) == []
    assert list(alerts_about(SUBJECT)) == [alert]


def test_an_alert_to_a_person_is_for_that_person_alone():
    first, second = person("first", "quality_engineer"), person("second", "quality_engineer")
    alert = tell(role="", user_id=first.user_id)
    assert list(inbox_of(first)) == [alert]
    assert list(inbox_of(second)) == []


def test_an_alert_of_one_site_does_not_reach_the_role_at_another():
    with act(actor=ROBOT, verb="test.sites.made"):
        here, there = Site(code="HZ1"), Site(code="SZ2")
        here.save()
        there.save()
    local, remote = person("local", "quality_engineer", site=here), person("remote", "quality_engineer", site=there)
    everywhere = person("everywhere", "quality_engineer")
    alert = tell(site_id=here.pk)
    assert [list(inbox_of(actor)) for actor in (local, remote, everywhere)] == [[alert], [], [alert]]


def test_acknowledging_is_by_name_and_once():
    quality = person("quality", "quality_engineer")
    alert = acknowledge_alert(actor=quality, alert_id=tell().pk, note="Batch is held")
    assert (alert.state, alert.acknowledged_by_name, alert.note) == (
        AlertState.ACKNOWLEDGED,
        "Quality",
        "Batch is held",
    )
    assert list(inbox_of(quality)) == []
    assert list(inbox_of(quality, include_acknowledged=True)) == [alert]
    with pytest.raises(TransitionNotAllowed):
        acknowledge_alert(actor=quality, alert_id=alert.pk)


def test_others_cannot_acknowledge_and_the_try_is_kept():
    owner, alert = person("owner", "system_owner"), tell()
    with pytest.raises(PermissionDenied):
        acknowledge_alert(actor=owner, alert_id=alert.pk)
    with pytest.raises(PermissionDenied):
        acknowledge_alert(actor=owner, alert_id=tell(role="", user_id=person("other").user_id).pk)
    alert.refresh_from_db()
    assert alert.state == AlertState.OPEN
    refused = LedgerEntry.objects.filter(verb="alerts.alert.acknowledged")
    assert [entry.outcome for entry in refused] == ["refused", "refused"]


def test_an_open_cause_is_not_told_twice_and_is_told_again_once_answered():
    quality = person("quality", "quality_engineer")
    first = tell(key="nc:3")
    assert tell(key="nc:3").pk == first.pk
    acknowledge_alert(actor=quality, alert_id=first.pk)
    assert tell(key="nc:3").pk != first.pk
    assert Alert.objects.count() == 2


@pytest.mark.parametrize("wrong", [{"role": ""}, {"severity": "loud"}])
def test_an_alert_needs_an_address_and_a_known_severity(wrong):
    values = {"rule": "x.y", "severity": "warning", "title": {"en": "x"}, "role": "quality_engineer", **wrong}
    with pytest.raises(NotValid):
        raise_alert(actor=ROBOT, **values)
    assert not Alert.objects.exists()


def test_security_hears_of_a_locked_account():
    owner = person("owner", "system_owner")
    with act(actor=ROBOT, verb="test.account.locked") as this:
        this.publish(AccountLockedOut(user_id=owner.user_id, name="Li Na", station="BENCH-1"))
    alert = inbox_of(owner).get()
    assert alert.title["en"] == "Account locked after wrong tries: Li Na (BENCH-1)"
    assert alert.severity == "critical"
