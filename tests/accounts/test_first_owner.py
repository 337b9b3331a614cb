"""The first person of a new installation, made on the command line and never a second time."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from config.roles import CATALOGUE
from foundation.accounts.models import User
from foundation.accounts.selectors import roles_of
from foundation.accounts.services import sync_roles
from foundation.core.actor import Actor
from foundation.records.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _roles() -> None:
    sync_roles(actor=Actor.system("test"), catalogue=CATALOGUE)


def create(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    call_command("create_first_owner", "alex", "Alex Stone", stdout=io.StringIO())


def test_the_first_owner_is_kept_in_the_ledger_and_can_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    create(monkeypatch, "a-long-enough-secret")
    user = User.objects.get()
    assert (user.username, user.name) == ("alex", "Alex Stone")
    assert user.check_password("a-long-enough-secret")
    assert roles_of(user.pk) == ["system_owner"]
    assert (
        LedgerEntry.objects.filter(verb="accounts.first_owner.created", actor_name="system:create_first_owner").count()
        == 1
    )


def test_there_is_no_second_first_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    create(monkeypatch, "a-long-enough-secret")
    with pytest.raises(CommandError, match="There are users already"):
        call_command("create_first_owner", "eve", "Eve", stdout=io.StringIO())
    assert User.objects.count() == 1


def test_a_weak_password_is_refused_and_leaves_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="password"):
        create(monkeypatch, "12345")
    assert not User.objects.exists()
