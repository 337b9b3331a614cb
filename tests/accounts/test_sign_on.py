"""Log in at the company's OpenID provider or directory; the signature's secret stays ours."""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client, override_settings
from joserfc.jwk import RSAKey

from foundation.accounts import services
from foundation.accounts.exceptions import AccountLocked, SecretWrong
from foundation.accounts.models import LoginBy, User
from foundation.core.errors import NotValid, PermissionDenied
from foundation.core.refs import RecordRef
from foundation.records.models import LedgerEntry
from foundation.records.services import Credentials, ToSign, sign
from tests.accounts.openid import Provider, running
from tests.factories.people import PIN, SECRET, SETUP, actor_for, person

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("SEC-01", "21CFR11.10(d)")]


@pytest.fixture(scope="module")
def company() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(company: Provider) -> Iterator[Provider]:
    company.wrong, company.sign_with = {}, None
    with override_settings(
        OIDC_ISSUER=company.issuer, OIDC_CLIENT_ID="arteria", OIDC_ENABLED=True, OIDC_NAME="Plant ID"
    ):
        yield company


def linked(provider: Provider) -> User:
    user = person("quality", "quality_engineer", name="Qian Wei")
    return services.link_login(
        actor=SETUP, user_id=user.pk, login_by=LoginBy.OIDC, external_subject=f"{provider.issuer}|{provider.subject}"
    )


def go(client: Client, provider: Provider, **changed: str) -> Any:
    """Press the button, log in there, come back."""
    there = client.get("/accounts/login/company/?next=/audit-trail/")
    asked = dict(parse_qsl(urlsplit(there["Location"]).query))
    assert (asked["client_id"], asked["code_challenge_method"], asked["response_type"]) == ("arteria", "S256", "code")
    back = urlsplit(provider.authorize({**asked, **changed}))
    return client.get(f"{back.path}?{back.query}")


class TestOpenId:
    def test_who_is_linked_is_logged_in_where_they_wanted_to_go(self, provider: Provider) -> None:
        user, client = linked(provider), Client()
        assert "Log in with Plant ID" in client.get("/accounts/login/").content.decode()
        assert go(client, provider)["Location"] == "/audit-trail/"
        assert client.get("/accounts/profile/").status_code == 200
        entry = LedgerEntry.objects.filter(verb="accounts.user.logged_in").latest("id")
        assert (entry.subject_id, entry.data["by"]) == (user.pk, "oidc")

    def test_a_locked_account_is_locked_at_this_door_too(self, provider: Provider) -> None:
        user = linked(provider)
        for _ in range(5):
            with pytest.raises(SecretWrong):
                services.acknowledge_policy(actor=actor_for(user), secret="not-the-secret")
        epoch = User.objects.get(pk=user.pk).session_epoch
        with pytest.raises(AccountLocked):
            services.log_in_by_provider(subject=user.external_subject)
        assert User.objects.get(pk=user.pk).session_epoch == epoch
        assert go(Client(), provider).status_code == 403

    def test_nobody_is_made_on_the_way(self, provider: Provider) -> None:
        answer = go(Client(), provider)
        assert answer.status_code == 403
        assert f"{provider.issuer}|{provider.subject}" in answer.content.decode()
        assert not User.objects.exists()
        assert LedgerEntry.objects.latest("id").data["code"] == "not-linked"

    @pytest.mark.parametrize(
        "wrong", [{"aud": "another"}, {"iss": "http://evil"}, {"nonce": "replayed"}, {"exp": 1000}, {"sub": ""}]
    )
    def test_a_token_that_is_not_for_us_logs_nobody_in(self, provider: Provider, wrong: dict[str, object]) -> None:
        linked(provider)
        provider.wrong = wrong
        client = Client()
        assert go(client, provider).status_code == 403
        assert client.get("/")["Location"].startswith("/accounts/login/")

    def test_a_token_signed_by_another_key_logs_nobody_in(self, provider: Provider) -> None:
        linked(provider)
        provider.sign_with = RSAKey.generate_key(2048, {"kid": "k1"})
        assert go(Client(), provider).status_code == 403

    def test_an_answer_that_nobody_asked_for_logs_nobody_in(self, provider: Provider) -> None:
        linked(provider)
        assert Client().get("/accounts/login/company/back/?code=x&state=forged").status_code == 403
        assert go(Client(), provider, state="forged").status_code == 403

    def test_a_provider_that_is_down_is_said_so(self, provider: Provider) -> None:
        with override_settings(OIDC_ISSUER="http://127.0.0.1:9"):
            answer = Client().get("/accounts/login/company/")
        assert answer.status_code == 403
        assert "does not answer" in answer.content.decode()

    def test_where_it_is_not_set_up_there_is_no_such_page(self) -> None:
        assert Client().get("/accounts/login/company/").status_code == 404
        assert "Log in with" not in Client().get("/accounts/login/").content.decode()


class TestSigning:
    def test_the_pin_kept_here_signs_and_there_is_no_password_any_more(self, provider: Provider) -> None:
        user = linked(provider)
        with pytest.raises(PermissionDenied) as refusal:
            services.log_in(identity="quality", secret=SECRET)
        assert refusal.value.code == "use-provider"
        with pytest.raises(NotValid):
            services.change_own_secret(actor=actor_for(user), present=PIN, password="another-horse-8")
        subject = ToSign(RecordRef("routing.processcard", 7, "PC-7"), {"a": 1})
        for secret in (SECRET, ""):
            with pytest.raises(SecretWrong):
                sign(
                    actor=actor_for(user), credentials=Credentials(secret=secret, identity="quality"),
                    meaning="approved", subjects=[subject],
                )  # fmt: skip
        given = Credentials(secret=PIN, identity="quality")
        assert len(sign(actor=actor_for(user), credentials=given, meaning="approved", subjects=[subject])) == 1

    def test_a_subject_is_one_persons(self, provider: Provider) -> None:
        linked(provider)
        other = person("operator", "operator")
        with pytest.raises(NotValid):
            services.link_login(
                actor=SETUP, user_id=other.pk, login_by="oidc", external_subject=f"{provider.issuer}|{provider.subject}"
            )
        with pytest.raises(PermissionDenied):
            services.link_login(actor=actor_for(other), user_id=other.pk, login_by="local")


class TestDirectory:
    """The service's side: what the directory answers counts, with the same lock. (django-auth-ldap itself:
    docs/operations/sign-on.md.)"""

    @pytest.fixture(autouse=True)
    def _directory(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        module = ModuleType("foundation.accounts.ldap")
        module.PlantDirectory = type(  # type: ignore[attr-defined]
            "PlantDirectory", (), {"accepts": lambda self, name, password: (name, password) == ("li", "Directory-1")}
        )
        monkeypatch.setitem(sys.modules, "foundation.accounts.ldap", module)
        with override_settings(LDAP_ENABLED=True):
            yield

    def test_the_directorys_password_logs_in_and_ours_does_not(self) -> None:
        user = person("li", "operator")
        services.link_login(actor=SETUP, user_id=user.pk, login_by="ldap")
        assert services.log_in(identity="li", secret="Directory-1") == user
        for secret in (SECRET, PIN, ""):
            with pytest.raises(SecretWrong):
                services.log_in(identity="li", secret=secret)

    def test_five_wrong_ones_lock_here_too(self) -> None:
        user = person("li", "operator")
        services.link_login(actor=SETUP, user_id=user.pk, login_by="ldap")
        for _ in range(5):
            with pytest.raises(SecretWrong):
                services.log_in(identity="li", secret="Directory-2")
        with pytest.raises(AccountLocked):
            services.log_in(identity="li", secret="Directory-1")
