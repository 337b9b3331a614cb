"""Verify now: whoever may asks, the worker reads everything, the page says what it found, and people are told."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from foundation.accounts import services as accounts
from foundation.accounts.models import Site, User
from foundation.alerts.models import Alert
from foundation.core import jobs
from foundation.core.actor import Actor
from foundation.core.errors import PermissionDenied
from foundation.core.models import Job, JobState
from foundation.records import sealing, tasks
from foundation.records.act import act
from foundation.records.models import LedgerEntry, Verification
from foundation.records.services import verifying
from foundation.records.services.verifying import request_verification
from tests.factories.people import SETUP, actor_for, end_of, person, site, sync_roles

Owner = Callable[..., None]
pytestmark = [pytest.mark.pg15, pytest.mark.usefixtures("committed_db", "sealing_key")]


def holder(role: str) -> User:
    """Somebody with one role of the catalogue."""
    sync_roles()
    user = person(role.replace("_", "-"))
    accounts.assign_role(actor=SETUP, user_id=user.pk, role=role, valid_until=end_of(role))
    return user


def desk_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def moved_site() -> Site:
    made = site("HZ1")
    with act(actor=SETUP, verb="accounts.site.moved", reason="New hall") as this:
        made.time_zone = "Asia/Shanghai"
        made.save()
        this.about(made)
    sealing.make_seals()
    return made


@pytest.mark.requirement("TRC-05")
@pytest.mark.requirement("TRC-06")
def test_the_auditor_asks_and_reads_that_everything_is_intact() -> None:
    moved_site()
    auditor = holder("auditor")
    client = desk_of(auditor)
    page = client.get(reverse("portal:audit")).content.decode()
    assert "Nobody has verified the records yet." in page
    answer = client.post(reverse("portal:verify-now"), {"extent": "all"})
    assert (answer.status_code, answer["Location"]) == (302, "/audit/#verification")
    job = Job.objects.get(kind="records.verify")
    assert (job.payload, job.requested_by, job.state) == ({"full": True}, auditor.name, JobState.QUEUED)
    assert "Waiting for the worker" in client.get(reverse("portal:audit")).content.decode()
    assert "HX-Refresh" not in client.get(reverse("portal:verify-progress", args=[job.pk]))
    assert jobs.run(job.pk)
    assert client.get(reverse("portal:verify-progress", args=[job.pk]))["HX-Refresh"] == "true"
    row = Verification.objects.get()
    assert (row.first_seal, row.findings, row.found) == (1, 0, [])
    assert "Intact: every record is as it was written" in client.get(reverse("portal:audit")).content.decode()
    asked = LedgerEntry.objects.get(verb="records.verification.requested")
    assert (asked.actor_id, asked.data) == (auditor.pk, {"job": job.pk, "full": True})
    assert not Alert.objects.exists()


@pytest.mark.requirement("TRC-05")
def test_what_an_administrator_of_the_database_changed_stands_on_the_page_and_people_are_told(as_owner: Owner) -> None:
    row = moved_site().history.latest("history_id").pk
    as_owner(f"UPDATE accounts_historicalsite SET history_change_reason = 'nicer' WHERE history_id = {row}")
    auditor = holder("auditor")
    request_verification(actor=actor_for(auditor))
    jobs.run(Job.objects.get(kind="records.verify").pk)
    entry = LedgerEntry.objects.get(verb="accounts.site.moved").pk
    found = {(one["kind"], one["table"], one["row"]) for one in Verification.objects.get().found}
    assert found == {
        ("changed", "accounts_historicalsite", row),
        ("act-digest-differs", "records_ledgerentry", entry),
    }
    page = desk_of(auditor).get(reverse("portal:audit")).content.decode()
    assert "2 places where records are not as they were written" in page
    assert "accounts_historicalsite" in page
    assert "was changed" in page
    alert = Alert.objects.get()
    assert (alert.rule, alert.severity, alert.role) == ("records.tampering_found", "critical", "system_owner")
    assert alert.body["en"] == f"accounts_historicalsite row {row}: changed (seal 1)"


def test_who_has_no_role_for_it_is_refused_and_nothing_is_asked() -> None:
    operator = holder("operator")
    with pytest.raises(PermissionDenied):
        request_verification(actor=actor_for(operator))
    assert desk_of(operator).post(reverse("portal:verify-now")).status_code == 403
    assert not Job.objects.filter(kind="records.verify").exists()
    assert LedgerEntry.objects.filter(verb="records.verification.requested", outcome="refused").count() == 2


def test_asking_twice_gives_one_verification_and_the_next_one_another() -> None:
    actor = actor_for(holder("auditor"))
    first = request_verification(actor=actor)
    assert request_verification(actor=actor, full=False).pk == first.pk
    jobs.run(first.pk)
    second = request_verification(actor=actor)
    assert second.pk != first.pk
    assert Job.objects.filter(kind="records.verify").count() == 2


def test_every_night_goes_on_where_the_last_one_ended() -> None:
    moved_site()
    tasks.verify(full=True)
    jobs.run(Job.objects.latest("pk").pk)
    with act(actor=Actor.system("worker"), verb="t.one.done"):
        pass
    sealing.make_seals()
    tasks.verify()
    job = Job.objects.latest("pk")
    assert job.payload == {"full": False}
    jobs.run(job.pk)
    rows = list(Verification.objects.order_by("pk").values_list("first_seal", "last_seal", "findings"))
    assert rows == [(1, 1, 0), (2, 2, 0)]


def test_progress_is_told_while_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a connection of its own: the one that verifies may not write."""
    seen: list[tuple[int, str]] = []
    job = request_verification(actor=actor_for(holder("auditor")))

    def watched(**options: object) -> object:
        tell = options["progress"]
        assert callable(tell)

        def also(percent: int, what: str) -> None:
            tell(percent, what)
            seen.append((percent, what))

        return real(**{**options, "progress": also})  # type: ignore[arg-type]

    real = verifying.verify
    monkeypatch.setattr(verifying, "verify", watched)
    reported: list[int] = []
    keep = jobs.Progress.report
    monkeypatch.setattr(
        jobs.Progress,
        "report",
        lambda self, percent, message="": (reported.append(percent), keep(self, percent, message)),
    )
    jobs.run(job.pk)
    assert (seen[-1], reported[-1]) == ((seen[-1][0], "plant"), seen[-1][0])
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
