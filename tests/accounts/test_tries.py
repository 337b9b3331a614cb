"""200 wrong log-ins at the same moment: five are looked at, none slips past the lock, and security hears at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client, override_settings

from foundation.accounts import services
from foundation.accounts.exceptions import AccountLocked, SecretWrong, TooManyTries
from foundation.accounts.models import AddressTries, AuthenticationEvent, User
from foundation.alerts.models import Alert
from foundation.alerts.selectors import inbox_of
from foundation.core.errors import Refusal
from foundation.records.models import LedgerEntry
from tests.factories.people import SECRET, SETUP, actor_for, person


def tries(count: int, identity: str, address: str = "") -> list[str]:
    def one(_number: int) -> str:
        try:
            services.log_in(identity=identity, secret="wrong-wrong-1", address=address)
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "in"

    with ThreadPoolExecutor(12) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.requirement("SEC-01", "21CFR11.300(d)")
def test_two_hundred_parallel_wrong_log_ins(committed_db: None) -> None:
    user = person("operator", "operator")
    answers = tries(200, "operator")
    assert {code: answers.count(code) for code in set(answers)} == {"secret-wrong": 5, "account-locked": 195}
    assert AuthenticationEvent.objects.filter(user=user, succeeded=False).count() == 5
    with pytest.raises(AccountLocked):
        services.log_in(identity="operator", secret=SECRET)
    assert Alert.objects.filter(rule="accounts.account_locked").count() == 1
    assert LedgerEntry.objects.filter(verb="accounts.user.logged_in", outcome="refused").count() == 201


@pytest.mark.requirement("21CFR11.300(d)")
def test_many_names_from_one_address_at_once(committed_db: None) -> None:
    with override_settings(LOGIN_TRIES_PER_ADDRESS=20):
        answers = tries(60, "nobody", address="10.0.0.9")
        assert {code: answers.count(code) for code in set(answers)} == {"secret-wrong": 20, "too-many-tries": 40}
        assert AddressTries.objects.get().tries == 60
        person("operator", "operator")
        with pytest.raises(TooManyTries):
            services.log_in(identity="operator", secret=SECRET, address="10.0.0.9")
        assert services.log_in(identity="operator", secret=SECRET, address="10.0.0.10").username == "operator"
    assert Alert.objects.filter(rule="accounts.address_throttled").count() == 1


@pytest.mark.django_db
class TestOneByOne:
    @pytest.mark.requirement("21CFR11.300(d)")
    def test_the_fifth_wrong_try_is_in_the_owners_inbox_at_once(self) -> None:
        owner, user = person("owner", "system_owner"), person("operator", "operator", name="Li Na")
        for _ in range(5):
            with pytest.raises(SecretWrong):
                services.log_in(identity="operator", secret="wrong-wrong-1")
        [alert] = inbox_of(actor_for(owner))
        assert (alert.rule, alert.severity, alert.subject_id) == ("accounts.account_locked", "critical", user.pk)
        assert alert.title["en"] == "Account locked after wrong tries: Li Na"

    def test_a_right_secret_gives_the_addresss_try_back(self) -> None:
        person("operator", "operator")
        for _ in range(3):
            services.log_in(identity="operator", secret=SECRET, address="10.0.0.9")
        assert AddressTries.objects.get().tries == 0

    def test_a_flood_of_a_throttled_address_does_not_fill_the_ledger(self) -> None:
        with override_settings(LOGIN_TRIES_PER_ADDRESS=2):
            for _ in range(52):
                with pytest.raises(Refusal):
                    services.log_in(identity="nobody", secret="x", address="10.0.0.9")
        assert LedgerEntry.objects.filter(verb="accounts.user.logged_in").count() == 3

    @pytest.mark.requirement("21CFR11.300(c)", "21CFR11.300(d)")
    def test_a_lost_badge_that_is_tried_tells_security(self) -> None:
        user = person("operator", "operator", name="Li Na")
        services.issue_badge(actor=SETUP, user_id=user.pk, code="B-1")
        services.revoke_badge(actor=SETUP, code="B-1", reason="lost")
        with pytest.raises(SecretWrong):
            services.log_in(identity="B-1", secret=SECRET)
        assert sorted(Alert.objects.values_list("rule", flat=True)) == [
            "accounts.badge_lost",
            "accounts.withdrawn_badge_used",
        ]
        assert User.objects.get(pk=user.pk).failed_tries == 0

    def test_a_forwarded_address_counts_only_behind_our_own_proxies(self) -> None:
        given = {"identity": "nobody", "secret": "x"}
        forged = "1.1.1.1\r\nSet-Cookie: x, 9.9.9.9"
        Client().post("/accounts/login/", given, HTTP_X_FORWARDED_FOR=forged)
        assert AddressTries.objects.get().address == "127.0.0.1"
        with override_settings(PROXIES=1):
            Client().post("/accounts/login/", given, HTTP_X_FORWARDED_FOR=forged)
        assert sorted(AddressTries.objects.values_list("address", flat=True)) == ["127.0.0.1", "9.9.9.9"]


@pytest.fixture
def user(db: None) -> User:
    return person("operator", "operator")


@pytest.mark.requirement("21CFR11.300(d)")
class TestWhatIsKept:
    """A password typed into the wrong field is nowhere; who tries the same unknown name again is recognised."""

    def kept(self, identity: str) -> str:
        with pytest.raises(SecretWrong):
            services.log_in(identity=identity, secret="wrong-wrong-1")
        event = AuthenticationEvent.objects.latest("id")
        [refused, counted] = LedgerEntry.objects.order_by("-id")[:2][::-1]
        assert refused.data["identity"] == counted.data["identity"] == event.identity
        return event.identity

    def test_an_unknown_name_is_a_length_and_a_keyed_hash(self, user: User) -> None:
        first, again, other = self.kept("My-Secret-77"), self.kept("my-secret-77 "), self.kept("my-secret-78")
        assert first == again != other
        assert first.startswith("unknown:12:")
        assert "ecret" not in first
        with override_settings(SECRET_KEY="another-key"):
            assert self.kept("My-Secret-77") not in (first, other)

    def test_a_known_one_and_a_badge_that_was_withdrawn_as_they_were_typed(self, user: User) -> None:
        services.issue_badge(actor=SETUP, user_id=user.pk, code="B-1")
        services.revoke_badge(actor=SETUP, code="B-1")
        assert self.kept("Operator") == "Operator"
        assert self.kept("B-1") == "B-1"

    def test_the_door_where_secrets_are_renewed_counts_addresses_too(self, user: User) -> None:
        before = User.objects.get(pk=user.pk).pin
        with override_settings(LOGIN_TRIES_PER_ADDRESS=2):
            for _ in range(2):
                with pytest.raises(SecretWrong):
                    services.renew_secret(identity="nobody", present="x", pin="579135", address="10.0.0.9")
            with pytest.raises(TooManyTries):
                services.renew_secret(identity="operator", present=SECRET, pin="579135", address="10.0.0.9")
            assert User.objects.get(pk=user.pk).pin == before
            services.renew_secret(identity="operator", present=SECRET, pin="579135", address="10.0.0.10")
        assert AddressTries.objects.get(address="10.0.0.10").tries == 0
