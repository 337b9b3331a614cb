"""Wrong tries are counted although the act they belong to is rolled back; the fifth locks and tells security."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from foundation.accounts import services
from foundation.accounts.events import AccountLockedOut
from foundation.accounts.exceptions import AccountLocked, SecretWrong
from foundation.accounts.models import AuthenticationEvent, User
from foundation.core import events
from foundation.core.errors import NotValid, PermissionDenied
from foundation.core.models import Job
from foundation.records.models import LedgerEntry
from tests.factories.people import PIN, SECRET, SETUP, actor_for, person

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]


@pytest.fixture
def user() -> User:
    return person("operator", "operator", name="Li Na")


def fail(times: int, identity: str = "operator") -> None:
    for _ in range(times):
        with pytest.raises(SecretWrong):
            services.log_in(identity=identity, secret="wrong-wrong-1")


def test_logging_in_is_an_act_and_an_event(user: User) -> None:
    assert services.log_in(identity="OPERATOR", secret=SECRET) == user
    event = AuthenticationEvent.objects.latest("id")
    assert (event.user, event.kind, event.succeeded) == (user, "login", True)
    entry = LedgerEntry.objects.latest("id")
    assert (entry.verb, entry.outcome, entry.subject_id) == ("accounts.user.logged_in", "done", user.pk)


def test_a_wrong_try_is_refused_in_the_ledger_and_counted(user: User) -> None:
    fail(1)
    user.refresh_from_db()
    assert user.failed_tries == 1
    refused, counted = LedgerEntry.objects.order_by("-id")[:2][::-1]
    assert (refused.verb, refused.outcome, refused.data["code"]) == (
        "accounts.user.logged_in",
        "refused",
        "secret-wrong",
    )
    assert (counted.verb, counted.subject_id) == ("accounts.secret.failed", user.pk)
    assert not AuthenticationEvent.objects.latest("id").succeeded


def test_no_secret_is_written_anywhere(user: User) -> None:
    fail(1)
    services.log_in(identity="operator", secret=SECRET)
    written = str(list(LedgerEntry.objects.values())) + str(list(AuthenticationEvent.objects.values()))
    assert "wrong-wrong-1" not in written
    assert SECRET not in written


def test_the_fifth_wrong_try_locks_for_half_an_hour_and_tells_security(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(events._after, AccountLockedOut, ("tests.accounts.test_secrets.tell",))
    with time_machine.travel("2026-03-01 08:00:00+00:00", tick=False) as moment:
        fail(4)
        assert not Job.objects.exists()
        fail(1)
        user.refresh_from_db()
        assert user.is_locked
        with pytest.raises(AccountLocked):
            services.log_in(identity="operator", secret=SECRET)
        moment.shift(timedelta(minutes=30, seconds=1))
        assert services.log_in(identity="operator", secret=SECRET) == user
    job = Job.objects.get()
    assert job.payload["data"] == {"user_id": user.pk, "name": "Li Na", "station": ""}


def tell(event: AccountLockedOut) -> None:
    """The handler named above; only its job is looked at."""


def test_a_right_secret_clears_the_count(user: User) -> None:
    fail(4)
    services.log_in(identity="operator", secret=PIN)
    fail(4)
    assert services.log_in(identity="operator", secret=PIN) == user


def test_an_unknown_name_is_answered_the_same_and_kept(user: User) -> None:
    with pytest.raises(SecretWrong) as unknown:
        services.log_in(identity="nobody", secret=SECRET)
    with pytest.raises(SecretWrong) as wrong:
        services.log_in(identity="operator", secret="x")
    assert str(unknown.value) == str(wrong.value)
    assert (
        AuthenticationEvent.objects.filter(user=None, identity__startswith="unknown:6:", succeeded=False).count() == 1
    )


def test_an_empty_secret_never_matches(user: User) -> None:
    bare = services.create_user(actor=SETUP, username="bare", name="Bare")
    with pytest.raises(SecretWrong):
        services.log_in(identity="bare", secret="")
    assert not bare.password


@pytest.mark.parametrize("pin", ["12345", "12345a", "1234 6", ""])
def test_a_pin_has_six_digits_or_more(user: User, pin: str) -> None:
    with pytest.raises(NotValid):
        services.change_own_secret(actor=actor_for(user), present=SECRET, pin=pin)


@pytest.mark.parametrize("password", ["short", "password123", "operator00", "1234567890"])
def test_weak_passwords_are_refused(user: User, password: str) -> None:
    with pytest.raises(NotValid) as refusal:
        services.change_own_secret(actor=actor_for(user), present=SECRET, password=password)
    assert refusal.value.field == "password"
    assert services.log_in(identity="operator", secret=SECRET) == user


def test_another_persons_secret_is_set_by_who_manages_users_only(user: User) -> None:
    other = person("operator2", "operator")
    with pytest.raises(PermissionDenied):
        services.set_secret(actor=actor_for(other), user_id=user.pk, password="another-horse-8")
    assert services.log_in(identity="operator", secret=SECRET) == user


@pytest.mark.requirement("21CFR11.200(a)(2)")
def test_a_desk_that_was_left_open_does_not_give_the_signature_away(client: Client) -> None:
    owner = person("owner", "system_owner")
    before = User.objects.get(pk=owner.pk)
    with pytest.raises(PermissionDenied) as refusal:
        services.set_secret(actor=actor_for(owner), user_id=owner.pk, pin="579135")
    assert refusal.value.code == "own-secret"
    client.force_login(owner)
    answer = client.post(f"/accounts/users/{owner.pk}/secret/", {"password": "", "pin": "579135"})
    assert answer.status_code == 403
    after = User.objects.get(pk=owner.pk)
    assert (after.pin, after.password, after.session_epoch) == (before.pin, before.password, before.session_epoch)


def test_an_administrators_reset_opens_a_locked_account(user: User) -> None:
    owner = person("owner", "system_owner")
    fail(5)
    services.set_secret(actor=actor_for(owner), user_id=user.pk, password="another-horse-8", reason="forgot")
    assert services.log_in(identity="operator", secret="another-horse-8") == user
    assert User.objects.get(pk=user.pk).must_change_secret
