"""The second factor: a code of an authenticator app, at log-in and at signing where policy says so; each code once."""

from datetime import timedelta

import pyotp
import pytest
import time_machine
from django.test import Client, override_settings

from foundation.accounts import services
from foundation.accounts.exceptions import FactorNeeded, SecretMustChange, SecretWrong
from foundation.accounts.models import FactorUse, SecondFactor, User
from foundation.core import clock
from foundation.core.errors import NotValid, PermissionDenied
from foundation.core.refs import RecordRef
from foundation.records.models import LedgerEntry, Signature
from foundation.records.services import Credentials, ToSign, sign
from tests.factories.people import SECRET, actor_for, person

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("21CFR11.200(a)(1)")]


def code_of(secret: str) -> str:
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()))


@pytest.fixture
def user() -> User:
    return person("quality", "quality_engineer", name="Qian Wei")


def enrol(user: User) -> str:
    """The key of the app; its first code is used up half a minute ago."""
    begun = services.begin_totp(actor=actor_for(user))
    with time_machine.travel(clock.now() - timedelta(seconds=60), tick=False):
        services.add_totp(
            actor=actor_for(user), secret=begun.secret, code=code_of(begun.secret), present=SECRET, name="Phone"
        )
    return begun.secret


class TestEnrolment:
    def test_the_key_is_kept_encrypted_and_only_after_its_first_code(self, user: User) -> None:
        begun = services.begin_totp(actor=actor_for(user))
        assert begun.secret not in repr(begun)
        with pytest.raises(NotValid):
            services.add_totp(actor=actor_for(user), secret=begun.secret, code="000000", present=SECRET)
        assert not SecondFactor.objects.exists()
        key = enrol(user)
        factor = SecondFactor.objects.get()
        assert key not in factor.secret
        assert key not in str(list(LedgerEntry.objects.values())) + str(list(SecondFactor.history.values()))

    def test_its_history_says_who_and_why(self, user: User) -> None:
        enrol(user)
        owner = person("owner", "system_owner")
        stranger = person("operator", "operator")
        factor = SecondFactor.objects.get()
        with pytest.raises(PermissionDenied):
            services.remove_factor(actor=actor_for(stranger), factor_id=factor.pk, reason="x")
        services.remove_factor(actor=actor_for(owner), factor_id=factor.pk, reason="telephone lost")
        made, removed = SecondFactor.history.order_by("history_id")
        assert (made.history_user, made.removed_at) == (user, None)
        assert (removed.history_user, removed.history_change_reason) == (owner, "telephone lost")
        assert removed.removed_at is not None

    def test_the_page_shows_the_key_once_and_takes_its_code(self, user: User) -> None:
        desk = Client()
        desk.post("/accounts/login/", {"identity": "quality", "secret": SECRET})
        text = desk.get("/accounts/profile/factor/").content.decode()
        assert "<svg" in text
        key = text.split('<p class="ar-code">')[1].split("<")[0]
        assert (
            desk.post("/accounts/profile/factor/", {"code": "000000", "name": "Phone", "present": SECRET}).status_code
            == 422
        )
        given = {"code": code_of(key), "name": "Phone"}
        assert desk.post("/accounts/profile/factor/", {**given, "present": "not-the-secret"}).status_code == 403
        assert not SecondFactor.objects.exists()
        answer = desk.post("/accounts/profile/factor/", {**given, "present": SECRET})
        assert answer["Location"] == "/accounts/profile/"
        assert SecondFactor.objects.get().name == "Phone"


@pytest.mark.requirement("21CFR11.200(a)(2)")
class TestOnesOwn:
    """A desk that was left open neither adds a factor nor takes one away."""

    def test_it_is_added_by_the_present_secret_only(self, user: User) -> None:
        begun = services.begin_totp(actor=actor_for(user))
        for present in ("", "not-the-secret"):
            with pytest.raises(SecretWrong):
                services.add_totp(
                    actor=actor_for(user), secret=begun.secret, code=code_of(begun.secret), present=present
                )
        assert not SecondFactor.objects.exists()
        assert User.objects.get(pk=user.pk).failed_tries == 2

    def test_and_taken_away_by_it(self, user: User) -> None:
        enrol(user)
        factor = SecondFactor.objects.get()
        with pytest.raises(SecretWrong):
            services.remove_factor(actor=actor_for(user), factor_id=factor.pk, reason="lost")
        desk = Client()
        desk.post("/accounts/login/", {"identity": "quality", "secret": SECRET})
        address = f"/accounts/profile/factor/{factor.pk}/remove/"
        assert desk.post(address, {"reason": "lost"}).status_code == 403
        assert SecondFactor.objects.get().removed_at is None
        assert desk.post(address, {"reason": "lost", "present": SECRET}).status_code == 302
        assert SecondFactor.objects.get().removed_at is not None

    def test_a_secret_that_an_administrator_set_adds_none(self, user: User) -> None:
        owner = person("owner", "system_owner")
        services.set_secret(actor=actor_for(owner), user_id=user.pk, password="another-horse-8")
        begun = services.begin_totp(actor=actor_for(user))
        given = {"secret": begun.secret, "code": code_of(begun.secret), "present": "another-horse-8"}
        with pytest.raises(SecretMustChange):
            services.add_totp(actor=actor_for(user), **given)
        assert not SecondFactor.objects.exists()


class TestLogIn:
    @override_settings(SECOND_FACTOR="all")
    def test_the_code_is_asked_and_counts_once(self, user: User) -> None:
        key = enrol(user)
        with pytest.raises(FactorNeeded):
            services.log_in(identity="quality", secret=SECRET)
        assert User.objects.get(pk=user.pk).failed_tries == 0  # the secret was right; the code was not given
        code = code_of(key)
        assert services.log_in(identity="quality", secret=SECRET, code=code) == user
        with pytest.raises(FactorNeeded):
            services.log_in(identity="quality", secret=SECRET, code=code)
        assert FactorUse.objects.count() == 2

    @override_settings(SECOND_FACTOR="all")
    def test_wrong_codes_lock_like_wrong_secrets(self, user: User) -> None:
        enrol(user)
        for _ in range(5):
            with pytest.raises(FactorNeeded):
                services.log_in(identity="quality", secret=SECRET, code="000000")
        assert User.objects.get(pk=user.pk).is_locked

    @override_settings(SECOND_FACTOR="all")
    def test_a_clock_set_back_brings_no_code_to_life_again(self, user: User) -> None:
        key = enrol(user)
        seen = pyotp.TOTP(key).at(int(clock.now().timestamp()) - 600)
        services.log_in(identity="quality", secret=SECRET, code=code_of(key))
        with time_machine.travel(clock.now() - timedelta(minutes=10)), pytest.raises(FactorNeeded):
            services.log_in(identity="quality", secret=SECRET, code=seen)

    @override_settings(SECOND_FACTOR="qa_releaser, system_owner")
    def test_only_the_roles_that_policy_names(self, user: User) -> None:
        assert services.log_in(identity="quality", secret=SECRET) == user

    @override_settings(SECOND_FACTOR="quality_engineer")
    def test_who_has_none_yet_adds_one_before_anything_else(self, user: User) -> None:
        desk = Client()
        desk.post("/accounts/login/", {"identity": "quality", "secret": SECRET})
        assert desk.get("/")["Location"] == "/accounts/profile/factor/"
        assert desk.get("/accounts/profile/factor/").status_code == 200


class TestSigning:
    def give(self, user: User, code: str = "") -> list[Signature]:
        return sign(
            actor=actor_for(user),
            credentials=Credentials(secret=SECRET, identity="quality", code=code),
            meaning="approved",
            subjects=[ToSign(RecordRef("routing.processcard", 7, "PC-7"), {"a": 1})],
        )

    @override_settings(SECOND_FACTOR_TO_SIGN="all")
    def test_each_signature_asks_for_a_code(self, user: User) -> None:
        with pytest.raises(FactorNeeded):
            self.give(user)
        key = enrol(user)
        with pytest.raises(FactorNeeded):
            self.give(user, "000000")
        assert not Signature.objects.exists()
        assert len(self.give(user, code_of(key))) == 1
        with pytest.raises(FactorNeeded):
            self.give(user, code_of(key))
        assert Signature.objects.count() == 1

    def test_without_policy_none_is_asked(self, user: User) -> None:
        enrol(user)
        assert len(self.give(user)) == 1
