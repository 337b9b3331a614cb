"""The inbox on screen."""

import pytest
from django.urls import reverse

from foundation.accounts.models import Role, RoleAssignment, User
from foundation.accounts.services import sync_roles
from foundation.alerts.answers import todo
from foundation.alerts.models import Alert
from foundation.alerts.services import raise_alert
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.records.act import act

ROBOT = Actor.system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture
def quality(client):
    sync_roles(actor=ROBOT, catalogue=[("quality_engineer", {"en": "Quality engineer"}, [])])
    with act(actor=ROBOT, verb="test.person.made"):
        user = User(username="quality", name="Zhao Lei")
        user.save()
        RoleAssignment(user=user, role=Role.objects.get(), valid_from=clock.now()).save()
    client.force_login(user, backend="foundation.accounts.backends.PlantBackend")
    return user


def tell(role="quality_engineer"):
    return raise_alert(
        actor=ROBOT,
        rule="quality.nonconformance_raised",
        severity="critical",
        title={"en": "Throat too wide", "zh-hans": "喉径过大"},
        subject=RecordRef("quality.nonconformance", 3, "NC-000003"),
        role=role,
    )


def test_the_inbox_shows_what_is_mine_in_my_language_and_lets_me_answer_it(client, quality):
    alert = tell()
    tell(role="somebody_else")
    page = client.get(reverse("alerts:inbox")).content.decode()
    assert page.count("Throat too wide") == 1
    assert "NC-000003" in page
    answer = client.post(reverse("alerts:alert-acknowledge", args=[alert.pk]), {"reason": "Held"})
    assert answer.status_code == 302
    alert.refresh_from_db()
    assert (alert.state, alert.acknowledged_by_name, alert.note) == ("acknowledged", "Zhao Lei", "Held")
    assert "Throat too wide" not in client.get(reverse("alerts:inbox")).content.decode()
    assert "Throat too wide" in client.get(reverse("alerts:inbox") + "?all=1").content.decode()


def test_the_inbox_in_chinese(client, quality):
    tell()
    client.cookies["django_language"] = "zh-hans"
    assert "喉径过大" in client.get(reverse("alerts:inbox")).content.decode()


def test_an_alert_of_others_cannot_be_answered(client, quality):
    alert = tell(role="somebody_else")
    assert client.post(reverse("alerts:alert-acknowledge", args=[alert.pk])).status_code == 403
    assert Alert.objects.get(pk=alert.pk).state == "open"


def test_answering_twice_says_so(client, quality):
    alert = tell()
    address = reverse("alerts:alert-acknowledge", args=[alert.pk])
    client.post(address)
    assert client.post(address).status_code == 409
    assert client.get(address).status_code == 405
    assert client.post(reverse("alerts:alert-acknowledge", args=[0])).status_code == 404


def test_alerts_wait_on_the_home_page(quality):
    tell()
    [waiting] = todo(Actor(quality.pk, quality.name))
    assert (waiting.title, waiting.detail, waiting.urgent) == ("Throat too wide", "NC-000003", True)


def test_nobody_reads_an_inbox_without_a_log_in(client):
    assert client.get(reverse("alerts:inbox")).status_code == 302
