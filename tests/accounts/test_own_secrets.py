"""Secrets: one's own, not guessed, not used before, not too old; a change ends every other session."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client, override_settings

from foundation.accounts import ageing, services
from foundation.accounts.exceptions import SecretAged, SecretMustChange
from foundation.accounts.models import CaptureSession, User
from foundation.core import clock
from foundation.core.errors import NotValid
from foundation.core.refs import RecordRef
from foundation.records.models import LedgerEntry, Signature
from foundation.records.services import Credentials, ToSign, sign
from tests.factories.people import PIN, SECRET, SETUP, actor_for, both, person, station

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]
CARD = ToSign(RecordRef("routing.processcard", 7, "PC-000007"), {"throat": "5.5"})


def give(user: User, credentials: Credentials) -> Signature:
    [signature] = sign(actor=actor_for(user), credentials=credentials, meaning="approved", subjects=[CARD])
    return signature


def desk(user: User, secret: str = SECRET) -> Client:
    client = Client()
    assert client.post("/accounts/login/", {"identity": user.username, "secret": secret}).status_code == 302
    return client


@pytest.fixture
def user() -> User:
    return person("operator", "operator", name="Li Na")


@pytest.mark.requirement("21CFR11.300(b)")
class TestChoosing:
    @pytest.mark.parametrize("pin", ["111111", "123456", "987654", "345678", "12345", "１２３４５６７", "48291３"])
    def test_a_pin_that_is_guessed_first_is_refused(self, user: User, pin: str) -> None:
        before = User.objects.get(pk=user.pk).pin
        with pytest.raises(NotValid) as refusal:
            services.change_own_secret(actor=actor_for(user), present=SECRET, pin=pin)
        assert refusal.value.field == "pin"
        assert User.objects.get(pk=user.pk).pin == before

    def test_the_last_five_are_not_used_again(self, user: User) -> None:
        pins = ["579135", "802461", "714936", "260584", "935172"]
        for pin in pins:
            services.change_own_secret(actor=actor_for(user), present=SECRET, pin=pin)
        for former in pins:
            with pytest.raises(NotValid) as refusal:
                services.change_own_secret(actor=actor_for(user), present=SECRET, pin=former)
            assert refusal.value.code == "secret-used-before"
        services.change_own_secret(actor=actor_for(user), present=SECRET, pin=PIN)  # six changes ago

    def test_nor_is_the_last_password(self, user: User) -> None:
        with pytest.raises(NotValid) as refusal:
            services.change_own_secret(actor=actor_for(user), present=SECRET, password=SECRET)
        assert refusal.value.code == "secret-used-before"

    @pytest.mark.parametrize("password", ["operator12", "OPERATOR-1"])
    def test_a_password_is_not_made_of_ones_name(self, user: User, password: str) -> None:
        with pytest.raises(NotValid):
            services.change_own_secret(actor=actor_for(user), present=SECRET, password=password)


@pytest.mark.requirement("21CFR11.300(b)")
class TestAgeing:
    def test_a_secret_too_old_neither_signs_nor_badges_in_and_a_new_one_does(self, user: User) -> None:
        bench = station()
        with time_machine.travel(clock.now() + timedelta(days=366)):
            with pytest.raises(SecretAged):
                give(user, both(user))
            with pytest.raises(SecretAged):
                services.badge_in(station=bench, identity="operator", secret=PIN)
            assert not Signature.objects.exists()
            services.renew_secret(identity="operator", present=PIN, pin="579135", station=bench)
            assert services.badge_in(station=bench, identity="operator", secret="579135").user == user
            assert give(user, both(user, "579135")).components == "both"
            with pytest.raises(SecretAged):  # the password is as old as it was
                give(user, both(user))

    def test_it_is_told_before(self, user: User) -> None:
        with time_machine.travel(clock.now() + timedelta(days=350)):
            assert not ageing.is_near(user, "pin")
        with time_machine.travel(clock.now() + timedelta(days=352)):
            assert ageing.is_near(user, "pin")
            assert not ageing.is_over(user, "pin")

    def test_policy_may_say_that_secrets_do_not_age(self, user: User) -> None:
        with override_settings(PASSWORD_AGE_DAYS=0), time_machine.travel(clock.now() + timedelta(days=9999)):
            assert not ageing.is_over(user, "password")

    def test_a_clock_set_back_makes_none_young_for_ever(self, user: User) -> None:
        end = ageing.ends_at(user, "pin")
        with time_machine.travel(clock.now() - timedelta(days=400)):
            assert ageing.ends_at(user, "pin") == end


@pytest.mark.requirement("21CFR11.200(a)(2)")
class TestReset:
    def test_an_administrators_secret_opens_the_profile_and_nothing_else(self, user: User) -> None:
        owner = person("owner", "system_owner")
        services.set_secret(actor=actor_for(owner), user_id=user.pk, password="another-horse-8", pin="579135")
        with pytest.raises(SecretMustChange):
            services.badge_in(station=station(), identity="operator", secret="579135")
        with pytest.raises(SecretMustChange):
            give(user, both(user, "579135"))
        with pytest.raises(SecretMustChange):
            services.acknowledge_policy(actor=actor_for(user), secret="579135")
        client = Client()
        client.post("/accounts/login/", {"identity": "operator", "secret": "another-horse-8"})
        assert client.get("/")["Location"] == "/accounts/profile/"
        assert client.get("/shop/")["Location"] == "/accounts/profile/"
        assert client.get("/accounts/profile/").status_code == 200
        own = {"present": "another-horse-8", "password": "my-own-horse-9", "pin": "802461"}
        assert client.post("/accounts/profile/secret/", own).status_code == 302
        assert client.get("/").status_code == 200
        assert give(user, both(user, "802461")).components == "both"

    def test_nothing_is_open_before_the_duty_is_done_neither_the_api_nor_administration(self, user: User) -> None:
        boss, owner = person("boss", "system_owner"), person("owner", "system_owner")
        services.set_secret(actor=actor_for(owner), user_id=boss.pk, password="another-horse-8")
        self.is_shut(desk(boss, "another-horse-8"), "/accounts/profile/", "Choose your own secret first")
        self.is_shut_for_age(owner)
        with override_settings(SECOND_FACTOR="all"):
            self.is_shut(desk(user), "/accounts/profile/factor/", "Policy asks you for a second factor")

    def is_shut_for_age(self, owner: User) -> None:
        with time_machine.travel(clock.now() + timedelta(days=366)):
            self.is_shut(desk(owner), "/accounts/profile/", "Choose your own secret first")

    def is_shut(self, client: Client, page: str, reason: str) -> None:
        for path in ("/", "/accounts/users/", "/accounts/users/new/", "/accounts/stations/", "/accounts/review/"):
            assert client.get(path).headers["Location"] == page, path
        entries = LedgerEntry.objects.count()
        for send in (client.get, client.post):
            answer = send("/api/v1/orders/")
            assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
            told = answer.json()
            assert told.pop("title").startswith(reason)
            assert told == {
                "type": "urn:arteria:problem:duty-open", "status": 403, "code": "duty-open", "field": "",
                "details": {"page": page},
            }  # fmt: skip
        assert LedgerEntry.objects.count() == entries
        assert client.get("/accounts/profile/").status_code == 200 or page.endswith("factor/")
        assert client.get(page).status_code == 200
        assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"

    def test_at_the_tablet_an_own_pin_is_chosen_on_the_spot(self, user: User) -> None:
        owner = person("owner", "system_owner")
        services.set_secret(actor=actor_for(owner), user_id=user.pk, pin="579135")
        bench, token = services.register_station(actor=SETUP, code="SLA-1", name={"en": "SLA"}, site=station().site)
        client = Client()
        client.cookies["arteria_station"] = token
        refused = client.post("/accounts/badge/", {"identity": "operator", "secret": "579135"})
        assert refused.status_code == 403
        assert "/accounts/badge/secret/?identity=operator" in refused.content.decode()
        given = {"identity": "operator", "secret": "579135", "pin": "802461"}
        assert client.post("/accounts/badge/secret/", given)["Location"] == "/accounts/badge/"
        assert client.post("/accounts/badge/", {"identity": "operator", "secret": "802461"}).status_code == 302
        assert CaptureSession.objects.get().station == bench


@pytest.mark.requirement("SEC-01", "21CFR11.10(d)")
class TestSessionsEnd:
    def logged_in(self, secret: str = SECRET) -> Client:
        client = Client()
        client.post("/accounts/login/", {"identity": "operator", "secret": secret})
        assert client.get("/").status_code == 200
        return client

    def test_a_change_ends_all_others_and_keeps_the_one_it_was_made_in(self, user: User) -> None:
        desk = self.logged_in()
        bench = services.badge_in(station=station(), identity="operator", secret=PIN)
        given = {"present": SECRET, "pin": "579135"}
        assert desk.post("/accounts/profile/secret/", given).status_code == 302
        assert desk.get("/").status_code == 200
        bench.refresh_from_db()
        assert bench.closed_at is not None

    def test_a_second_desk_ends_the_first_which_says_so(self, user: User) -> None:
        first = self.logged_in()
        self.logged_in()
        answer = first.get("/audit-trail/")
        assert answer["Location"] == "/accounts/login/?next=%2Faudit-trail%2F"
        assert "you logged in elsewhere" in first.get(answer["Location"]).content.decode()

    def test_a_reset_a_retirement_and_the_owners_button_end_them(self, user: User) -> None:
        for end in (
            lambda: services.set_secret(actor=SETUP, user_id=user.pk, pin="579135"),
            lambda: services.end_desk_sessions(actor=SETUP, user_id=user.pk, reason="left open"),
            lambda: services.retire_user(actor=SETUP, user_id=user.pk, reason="left"),
        ):
            desk = self.logged_in()
            end()
            assert desk.get("/").status_code == 302
        assert not CaptureSession.objects.filter(closed_at=None).exists()

    def test_it_idles_out_and_grows_old(self, user: User) -> None:
        with time_machine.travel("2026-03-01 08:00:00+00:00", tick=False) as moment:
            desk = self.logged_in()
            moment.shift(timedelta(minutes=29))
            assert desk.get("/").status_code == 200
            moment.shift(timedelta(minutes=31))
            answer = desk.get("/")
            assert "You were away for a while" in desk.get(answer["Location"]).content.decode()
            desk = self.logged_in()
            for _ in range(24):
                moment.shift(timedelta(minutes=29))
                assert desk.get("/").status_code == 200
            moment.shift(timedelta(minutes=29))
            answer = desk.get("/")
            assert "logged in for long enough" in desk.get(answer["Location"]).content.decode()

    def test_a_clock_that_runs_back_ends_it(self, user: User) -> None:
        with time_machine.travel("2026-03-01 08:00:00+00:00", tick=False) as moment:
            desk = self.logged_in()
            moment.shift(timedelta(minutes=-10))
            assert desk.get("/").status_code == 302

    def test_what_a_page_asks_for_by_itself_keeps_nobody_logged_in(self, user: User) -> None:
        with time_machine.travel("2026-03-01 08:00:00+00:00", tick=False) as moment:
            desk = self.logged_in()
            for _ in range(3):
                moment.shift(timedelta(minutes=11))
                answer = desk.get("/", HTTP_HX_REQUEST="true")
            assert answer.status_code == 204
            assert answer["HX-Redirect"] == "/accounts/login/?next=%2F"

    def test_logging_out_is_kept(self, user: User) -> None:
        desk = self.logged_in()
        desk.post("/accounts/logout/")
        assert desk.get("/")["Location"].startswith("/accounts/login/")
