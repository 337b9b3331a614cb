"""A secret that an administrator set becomes the person's own by two people: nobody alone can sign for another (11.200(a)(3))."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
import time_machine
from django.test import Client

from foundation.accounts import services
from foundation.accounts.exceptions import FactorNeeded, ResetNotConfirmed, SecretMustChange, SecretWrong
from foundation.accounts.models import SecondFactor, SecretReset, User
from foundation.alerts.models import Alert
from foundation.core import clock
from foundation.core.errors import PermissionDenied, TransitionNotAllowed
from foundation.core.refs import RecordRef
from foundation.records.models import LedgerEntry, Signature
from foundation.records.services import Credentials, ToSign, sign
from tests.accounts.test_factors import enrol
from tests.factories.people import PIN, SECRET, actor_for, person, site, station

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("21CFR11.200(a)(3)")]
GIVEN, GIVEN_PIN, OWN, OWN_PIN = "another-horse-8", "579135", "my-own-horse-9", "802461"


@pytest.fixture
def owner() -> User:
    return person("owner", "system_owner")


@pytest.fixture
def second() -> User:
    """Another one who may confirm: with them in the plant, no reset is made by one alone."""
    return person("releaser", "qa_releaser")


@pytest.fixture
def user() -> User:
    return person("operator", "operator", name="Li Na")


def give(owner: User, user: User, password: str = GIVEN, pin: str = "") -> SecretReset:
    services.set_secret(actor=actor_for(owner), user_id=user.pk, password=password, pin=pin)
    return SecretReset.objects.get(user=user, ended_at=None)


def confirm(by: User, reset: SecretReset, secret: str = SECRET) -> str:
    return services.confirm_reset(actor=actor_for(by), reset_id=reset.pk, secret=secret)


def change(user: User, present: str = GIVEN, code: str = "", **new: str) -> User:
    return services.change_own_secret(actor=actor_for(user), present=present, code=code, **(new or {"password": OWN}))


def signs(user: User, secret: str) -> LedgerEntry:
    sign(
        actor=actor_for(user),
        credentials=Credentials(secret=secret, identity=user.username),
        meaning="approved",
        subjects=[ToSign(RecordRef("routing.processcard", 7, "PC-7"), {"a": 1})],
    )
    return LedgerEntry.objects.filter(verb="records.signature.given").latest("id")


class TestTwo:
    def test_the_administrator_alone_never_comes_to_sign(self, owner: User, second: User, user: User) -> None:
        services.issue_badge(actor=actor_for(owner), user_id=user.pk, code="B-1")
        reset = give(owner, user, pin=GIVEN_PIN)
        before = User.objects.get(pk=user.pk)
        for attempt in (
            lambda: change(user),
            lambda: change(user, GIVEN_PIN, pin=OWN_PIN),
            lambda: services.renew_secret(identity="B-1", present=GIVEN_PIN, pin=OWN_PIN, station=station()),
            lambda: change(user, code="22223333"),
        ):
            with pytest.raises(ResetNotConfirmed) as refusal:
                attempt()
            assert (refusal.value.code, refusal.value.field) == ("reset-not-confirmed", "code")
        with pytest.raises(PermissionDenied) as refused:
            confirm(owner, reset)
        assert refused.value.code == "own-reset"
        with pytest.raises(SecretMustChange):
            signs(user, GIVEN_PIN)
        begun = services.begin_totp(actor=actor_for(user))
        with pytest.raises(SecretMustChange):
            services.add_totp(
                actor=actor_for(user), secret=begun.secret, code=pyotp.TOTP(begun.secret).now(), present=GIVEN
            )
        after = User.objects.get(pk=user.pk)
        assert (after.password, after.pin, after.must_change_secret) == (before.password, before.pin, True)
        assert not Signature.objects.exists()
        assert not SecondFactor.objects.exists()
        assert not Alert.objects.filter(rule="accounts.secret_given_alone").exists()

    def test_with_the_code_of_a_second_person_the_owner_of_the_secret_renews_it(
        self, owner: User, second: User, user: User
    ) -> None:
        reset = give(owner, user)
        code = confirm(second, reset)
        assert len(code) == 9
        assert code.replace("-", "") not in str(list(SecretReset.history.values())) + str(
            list(LedgerEntry.objects.values())
        )
        with pytest.raises(SecretWrong) as refusal:
            change(user, code="2222-3333")
        assert refusal.value.field == "code"
        assert User.objects.get(pk=user.pk).failed_tries == 1
        change(user, code=code.lower())
        reset.refresh_from_db()
        assert (reset.renewed_by, reset.confirmed_by, reset.alone, reset.code_hash) == ("code", second, False, "")
        assert reset.ended_at is not None
        assert "secret_by_one" not in signs(user, OWN).data
        assert [row.renewed_by for row in reset.history.order_by("history_id")] == ["", "", "code"]

    def test_wrong_codes_lock(self, owner: User, second: User, user: User) -> None:
        confirm(second, give(owner, user))
        for _ in range(5):
            with pytest.raises(SecretWrong):
                change(user, code="22223333")
        assert User.objects.get(pk=user.pk).is_locked

    def test_a_code_holds_for_a_day_and_the_last_one_counts(self, owner: User, second: User, user: User) -> None:
        reset = give(owner, user)
        former, code = confirm(second, reset), confirm(second, reset)
        with time_machine.travel(clock.now() + timedelta(hours=25)), pytest.raises(ResetNotConfirmed):
            change(user, code=code)
        with pytest.raises(SecretWrong):
            change(user, code=former)
        assert change(user, code=code).must_change_secret is False
        with pytest.raises(TransitionNotAllowed):
            confirm(second, reset)

    def test_who_confirms_is_who_may_with_their_own_secret(self, owner: User, second: User, user: User) -> None:
        reset = give(owner, user)
        stranger = person("stranger", "line_leader")
        with pytest.raises(PermissionDenied):
            confirm(stranger, reset)
        with pytest.raises(SecretWrong):
            confirm(second, reset, "not-the-secret")
        far = person("far")
        services.assign_role(actor=actor_for(owner), user_id=far.pk, role="qa_releaser", site=site("SH2"))
        with pytest.raises(PermissionDenied) as refusal:
            confirm(far, reset)
        assert refusal.value.code == "other-sites"
        reset.refresh_from_db()
        assert (reset.confirmed_at, reset.code_hash) == (None, "")


class TestWhatThePersonHas:
    def test_another_secret_of_their_own_and_what_the_administrator_knows_is_gone(
        self, owner: User, second: User, user: User
    ) -> None:
        give(owner, user, password="", pin=GIVEN_PIN)
        renewed = change(user, SECRET, password=OWN)
        assert (renewed.pin, renewed.must_change_secret) == ("", False)
        assert SecretReset.objects.get().renewed_by == "own"
        with pytest.raises(SecretWrong):
            signs(user, GIVEN_PIN)
        assert "secret_by_one" not in signs(user, OWN).data

    def test_a_second_factor_stays_and_is_what_renews(self, owner: User, second: User, user: User) -> None:
        key = enrol(user)
        reset = give(owner, user)
        assert SecondFactor.objects.get(user=user).removed_at is None
        with pytest.raises(FactorNeeded):
            change(user)
        change(user, code=pyotp.TOTP(key).at(int(clock.now().timestamp())))
        reset.refresh_from_db()
        assert (reset.renewed_by, reset.confirmed_by) == ("factor", None)

    def test_two_resets_in_turn_are_one_knowledge(self, owner: User, second: User, user: User) -> None:
        give(owner, user)
        reset = give(owner, user, password="", pin=GIVEN_PIN)
        assert reset.given == {"password", "pin"}
        for present in (GIVEN, GIVEN_PIN):
            with pytest.raises(ResetNotConfirmed):
                change(user, present)


class TestAlone:
    """Where nobody else may confirm, it goes on, and it is seen."""

    def test_everybody_hears_and_each_signature_is_marked_until_it_is_confirmed(self, owner: User, user: User) -> None:
        reset = give(owner, user)
        assert reset.alone
        told = Alert.objects.filter(rule="accounts.secret_given_alone", severity="critical")
        assert sorted((alert.role, alert.person_id) for alert in told) == [
            ("", user.pk), ("qa_releaser", None), ("system_owner", None),
        ]  # fmt: skip
        change(user)
        assert signs(user, OWN).data["secret_by_one"] is True
        later = person("releaser", "qa_releaser")
        assert confirm(later, SecretReset.objects.get()) == ""
        assert "secret_by_one" not in signs(user, OWN).data
        with pytest.raises(TransitionNotAllowed):
            confirm(later, SecretReset.objects.get())

    def test_who_was_set_alone_confirms_nobody(self, owner: User, user: User) -> None:
        made = person("second", "system_owner")
        give(owner, made)
        change(made)
        assert User.objects.get(pk=made.pk).secret_by_one
        reset = give(owner, user)
        assert reset.alone  # the only other one may not
        with pytest.raises(PermissionDenied) as refusal:
            confirm(made, reset, OWN)
        assert refusal.value.code == "not-confirmed-oneself"

    def test_it_stands_on_the_persons_page_and_on_the_review(self, owner: User, user: User) -> None:
        give(owner, user)
        change(user)
        desk = Client()
        desk.force_login(owner, backend="foundation.accounts.backends.PlantBackend")
        assert "Set by one alone" in desk.get(f"/accounts/users/{user.pk}/").content.decode()
        assert "Set by one alone" in desk.get("/accounts/review/").content.decode()


def test_the_pages_lead_through_it(owner: User, second: User, user: User) -> None:
    desk, hers = Client(), Client()
    desk.post("/accounts/login/", {"identity": "owner", "secret": SECRET})
    desk.post(f"/accounts/users/{user.pk}/secret/", {"password": GIVEN, "pin": ""})
    assert "not yet confirmed" in desk.get(f"/accounts/users/{user.pk}/").content.decode()
    reset = SecretReset.objects.get()
    address = f"/accounts/secrets/{reset.pk}/confirm/"
    assert address not in desk.get("/accounts/secrets/").content.decode()
    assert desk.post(address, {"present": SECRET}).status_code == 403
    other = Client()
    other.post("/accounts/login/", {"identity": "releaser", "secret": PIN})
    assert address in other.get("/accounts/secrets/").content.decode()
    page = other.post(address, {"present": SECRET}).content.decode()
    code = page.split('<p class="ar-code">')[1].split("<")[0]
    hers.post("/accounts/login/", {"identity": "operator", "secret": GIVEN})
    own = {"present": GIVEN, "password": OWN}
    refused = hers.post("/accounts/profile/secret/", own)
    assert (refused.status_code, 'name="code"' in refused.content.decode()) == (403, True)
    assert hers.post("/accounts/profile/secret/", {**own, "code": code}).status_code == 302
    assert hers.get("/").status_code == 200
    assert 'name="code"' not in hers.get("/accounts/profile/").content.decode()
