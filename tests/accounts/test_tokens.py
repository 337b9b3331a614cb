"""Tokens of the API: one's own, by the present secret, with an end; shown once, kept as a hash; each use asks for no history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection
from django.test import Client, override_settings
from django.urls import reverse
from rest_framework.test import APIClient

from foundation.accounts import services
from foundation.accounts.exceptions import SecretWrong
from foundation.accounts.models import ApiToken, ApiTokenUse, AuthenticationEvent, User
from foundation.accounts.services.signer import signs_on
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.core.errors import NotFound, NotValid, PermissionDenied, Refusal
from foundation.records.act import act
from foundation.records.models import LedgerEntry
from tests.factories.people import PIN, SECRET, SETUP, actor_for, bearer, person

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BEY-21", "21CFR11.10(d)")]
LOTS = "/api/v1/lots/"


def issue(user: User, *, days: float = 30, **given: Any) -> tuple[ApiToken, str]:
    asked = {"name": "Gateway", "present": SECRET, "reason": "Machine data", **given}
    return services.issue_token(actor=actor_for(user), valid_until=clock.now() + timedelta(days=days), **asked)


def api(header: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    return client


@pytest.fixture
def user() -> User:
    return person("gateway", "warehouse", name="Gateway of line 1")


class TestIssue:
    def test_its_text_is_shown_once_and_kept_nowhere(self, user: User) -> None:
        token, text = issue(user)
        assert (text[:4], len(text), token.hint, str(token)) == ("art_", 47, text[:8], f"Gateway ({text[:8]}…)")
        assert token.token_hash == content_hash(text)
        kept = "".join(str(list(model._base_manager.values())) for model in apps.get_models() if model._meta.managed)
        assert text not in kept
        entry = LedgerEntry.objects.get(verb="accounts.token.issued")
        assert (entry.actor_name, entry.reason, entry.subject_number) == (
            "Gateway of line 1",
            "Machine data",
            str(user),
        )
        assert entry.data["token"] == str(token)
        assert [row.history_type for row in ApiToken.history.all()] == ["+"]
        assert AuthenticationEvent.objects.filter(kind="token", succeeded=True, user=user).count() == 1

    @pytest.mark.parametrize(
        ("given", "refusal", "code", "field"),
        [
            ({"days": 0}, NotValid, "token-too-long", "valid_until"),
            ({"days": -1}, NotValid, "token-too-long", "valid_until"),
            ({"days": 366}, NotValid, "token-too-long", "valid_until"),
            ({"name": "  "}, NotValid, "empty", "name"),
            ({"reason": " "}, NotValid, "reason-required", "reason"),
            ({"present": "wrong-wrong-1"}, SecretWrong, "secret-wrong", ""),
        ],
    )
    def test_it_has_an_end_a_name_a_reason_and_its_owners_secret(
        self, user: User, given: dict[str, Any], refusal: type[Refusal], code: str, field: str
    ) -> None:
        with pytest.raises(refusal) as refused:
            issue(user, **given)
        assert (refused.value.code, refused.value.field) == (code, field)
        assert not ApiToken.objects.exists()

    def test_the_longest_life_is_a_setting(self, user: User) -> None:
        assert settings.API_TOKEN_DAYS == 365
        with override_settings(API_TOKEN_DAYS=7):
            with pytest.raises(NotValid, match="within 7 days"):
                issue(user, days=8)
            assert issue(user, days=7)[0].ended_at is None

    def test_a_wrong_secret_counts_as_at_log_in(self, user: User) -> None:
        with pytest.raises(SecretWrong):
            issue(user, present="wrong-wrong-1")
        assert User.objects.get(pk=user.pk).failed_tries == 1

    def test_the_system_has_none(self) -> None:
        with pytest.raises(PermissionDenied):
            services.issue_token(
                actor=SETUP, name="x", valid_until=clock.now() + timedelta(days=1), present="x", reason="x"
            )

    def test_the_database_wants_an_end_after_the_beginning(self, user: User) -> None:
        token, _text = issue(user)
        token.valid_until = token.issued_at
        with pytest.raises(IntegrityError), act(actor=SETUP, verb="tests.token.bent"):
            token.save()


class TestUse:
    def test_it_lets_in_with_the_roles_of_its_user(self, user: User) -> None:
        client = api(bearer(user))
        assert client.get(LOTS).status_code == 200
        assert client.get("/api/v1/batch-records/").status_code == 403
        assert client.get(reverse("inventory:lot-list")).status_code == 302  # pages are for people

    @pytest.mark.parametrize("header", ["Bearer art_nothing", "Bearer ", "Token art_nothing", "Bearer art_ü", ""])
    def test_nothing_else_does(self, user: User, header: str) -> None:
        assert api(header).get(LOTS).status_code == 401
        assert api(header).get(LOTS)["WWW-Authenticate"] == "Bearer"

    def test_it_ends_by_its_date_by_hand_and_with_its_user(self, user: User) -> None:
        header = bearer(user, days=1)
        with time_machine.travel(clock.now() + timedelta(days=1, seconds=1), tick=False):
            assert api(header).get(LOTS).status_code == 401
        assert api(header).get(LOTS).status_code == 200
        services.retire_user(actor=SETUP, user_id=user.pk, reason="Line closed")
        assert api(header).get(LOTS).status_code == 401

    def test_a_locked_account_is_locked_for_programs_too(self, user: User) -> None:
        header = bearer(user)
        for _try in range(5):
            with pytest.raises(Refusal):
                services.log_in(identity="gateway", secret="wrong-wrong-1")
        assert api(header).get(LOTS).status_code == 401

    def test_a_secret_that_an_administrator_knows_stops_programs_too(self, user: User) -> None:
        header, owner = bearer(user), person("owner", "system_owner")
        services.set_secret(actor=actor_for(owner), user_id=user.pk, password="another-horse-8")
        refused = api(header).get(LOTS)
        assert (refused.status_code, refused.json()["code"]) == (403, "duty-open")
        assert not ApiTokenUse.objects.exists()

    def test_its_last_use_is_known_to_the_minute_without_a_history(self, user: User) -> None:
        client, began = api(bearer(user)), clock.now()
        histories, acts = ApiToken.history.count(), LedgerEntry.objects.count()
        with time_machine.travel(began, tick=False):
            client.get(LOTS)
        with time_machine.travel(began + timedelta(seconds=59), tick=False):
            client.get(LOTS)
        assert ApiTokenUse.objects.get().last_used_at == began
        with time_machine.travel(began + timedelta(seconds=61), tick=False):
            client.get(LOTS)
        assert ApiTokenUse.objects.get().last_used_at == began + timedelta(seconds=61)
        assert ApiTokenUse.objects.get().address == "127.0.0.1"
        assert (ApiToken.history.count(), LedgerEntry.objects.count()) == (histories, acts)

    def test_the_ledger_names_the_token_and_each_request_is_a_session_of_its_own(self, user: User) -> None:
        client = api(bearer(user))
        token = ApiToken.objects.get()
        for noun in ("batch-records", "nonconformances"):
            assert client.get(f"/api/v1/{noun}/").status_code == 403
        sessions = list(LedgerEntry.objects.filter(outcome="refused").values_list("session", flat=True))
        assert len(set(sessions)) == 2
        assert all(session.startswith(f"token-{token.pk}-") for session in sessions)
        assert not any(signs_on(Actor(user.pk, user.name, session=session)) for session in sessions)


class TestEnd:
    def test_by_its_owner_and_by_who_manages_people_with_a_reason(self, user: User) -> None:
        owner = person("owner", "system_owner")
        mine, other = issue(user)[0], issue(user)[0]
        services.end_token(actor=actor_for(user), token_id=mine.pk, reason="Gateway replaced")
        services.end_token(actor=actor_for(owner), token_id=other.pk, reason="Left in a script")
        entries = LedgerEntry.objects.filter(verb="accounts.token.ended").order_by("pk")
        assert [(row.actor_name, row.reason) for row in entries] == [
            ("Gateway of line 1", "Gateway replaced"),
            ("Owner", "Left in a script"),
        ]
        assert not ApiToken.objects.filter(ended_at=None).exists()

    def test_not_by_others_not_twice_not_without_a_reason(self, user: User) -> None:
        token, text = issue(user)
        stranger = person("stranger", "operator")
        with pytest.raises(PermissionDenied):
            services.end_token(actor=actor_for(stranger), token_id=token.pk, reason="x")
        with pytest.raises(NotValid, match="Give a reason"):
            services.end_token(actor=actor_for(user), token_id=token.pk, reason=" ")
        with pytest.raises(NotFound):
            services.end_token(actor=actor_for(user), token_id=10**9, reason="x")
        assert ApiToken.objects.get().ended_at is None
        services.end_token(actor=actor_for(user), token_id=token.pk, reason="x")
        with pytest.raises(NotValid) as refused:
            services.end_token(actor=actor_for(user), token_id=token.pk, reason="x")
        assert refused.value.code == "token-ended"
        assert api(f"Bearer {text}").get(LOTS).status_code == 401

    def test_the_end_by_date_is_made_a_fact(self, user: User) -> None:
        _token, text = issue(user, days=1)
        assert services.end_expired_tokens(actor=SETUP) == 0
        with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
            assert services.end_expired_tokens(actor=SETUP) == 1
        assert LedgerEntry.objects.filter(verb="accounts.tokens.expired").count() == 1
        assert api(f"Bearer {text}").get(LOTS).status_code == 401  # the clock is back, and it has ended all the same


class TestPages:
    def client(self, user: User) -> Client:
        client = Client()
        client.force_login(user, backend="foundation.accounts.backends.PlantBackend")
        return client

    def test_issue_and_end_in_the_profile(self, user: User) -> None:
        client, page = self.client(user), reverse("accounts:token-list")
        assert page in client.get(reverse("accounts:profile")).content.decode()
        until = (clock.now() + timedelta(days=20)).strftime("%Y-%m-%dT%H:%M")
        given = {"name": "Gateway", "valid_until": until, "reason": "Machine data", "present": PIN}
        wrong = client.post(page, {**given, "present": "000000"})
        assert (wrong.status_code, ApiToken.objects.count()) == (403, 0)
        assert "Machine data" in wrong.content.decode()
        shown = client.post(page, given)
        assert (shown.status_code, shown["Cache-Control"].count("no-store")) == (200, 1)
        token = ApiToken.objects.get()
        assert f"Authorization: Bearer {token.hint}" in shown.content.decode()
        again = client.get(page).content.decode()
        assert f"{token.hint}…" in again
        assert "Authorization: Bearer" not in again
        assert client.post(reverse("accounts:token-end", args=[token.pk]), {"reason": "Done"}).status_code == 302
        assert ApiToken.objects.get().ended_at is not None

    def test_who_manages_people_sees_and_ends_them(self, user: User) -> None:
        token, _text = issue(user)
        owner = self.client(person("owner", "system_owner"))
        assert token.hint in owner.get(reverse("accounts:user", args=[user.pk])).content.decode()
        assert owner.post(
            reverse("accounts:token-end", args=[token.pk]), {"reason": "Found in a script"}
        ).url == reverse("accounts:user", args=[user.pk])
        assert ApiToken.objects.get().ended_at is not None


def test_the_tokens_of_before_are_gone() -> None:
    """They were kept in plain text, without an end."""
    assert "authtoken_token" not in connection.introspection.table_names()
    assert "rest_framework.authtoken" not in settings.INSTALLED_APPS
