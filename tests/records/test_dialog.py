"""A signature dialog signs what it showed, and once; the period of signing is not fooled by clocks."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import override_settings

from foundation.accounts import services as accounts
from foundation.accounts import signature_policy
from foundation.accounts.exceptions import PolicyNotAcknowledged, SecretWrong
from foundation.accounts.models import AuthenticationEvent, PolicyAcknowledgement, User
from foundation.core.canonical import content_hash
from foundation.core.errors import Conflict, PermissionDenied
from foundation.core.refs import RecordRef
from foundation.records.models import LedgerEntry, Signature
from foundation.records.services import Credentials, ToSign, shown_hash, sign
from tests.factories.people import PIN, SECRET, actor_for, both, later, person, station

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]
CARD = RecordRef("routing.processcard", 7, "PC-000007")
SHOWN = {"throat": "5.5"}


@pytest.fixture
def user() -> User:
    return person("quality", "quality_engineer", name="Qian Wei")


def give(user: User, credentials: Credentials, *subjects: ToSign, session: str = "s-1") -> list[Signature]:
    return sign(
        actor=actor_for(user, session=session),
        credentials=credentials,
        meaning="approved",
        subjects=subjects or [ToSign(CARD, SHOWN)],
    )


def answered(user: User, *, shown: str = "", dialog: str = "") -> Credentials:
    return Credentials(secret=SECRET, identity=user.username, shown=shown, dialog=dialog)


@pytest.mark.requirement("21CFR11.70")
class TestShown:
    def test_what_was_shown_is_what_is_signed(self, user: User) -> None:
        [signature] = give(user, answered(user, shown=content_hash(SHOWN)))
        assert signature.content_hash == content_hash(SHOWN)

    def test_content_that_changed_since_is_not_signed(self, user: User) -> None:
        with pytest.raises(Conflict) as refusal:
            give(user, answered(user, shown=content_hash({"throat": "5.4"})))
        assert refusal.value.code == "changed-since-shown"
        assert not Signature.objects.exists()
        entry = LedgerEntry.objects.latest("id")
        assert (entry.outcome, entry.data["code"]) == ("refused", "changed-since-shown")

    def test_a_list_is_known_by_all_its_hashes_in_order(self, user: User) -> None:
        one, two = ToSign(CARD, {"n": 1}), ToSign(RecordRef("routing.processcard", 8, "PC-8"), {"n": 2})
        assert shown_hash([one, two]) != shown_hash([two, one])
        assert len(give(user, answered(user, shown=shown_hash([one, two])), one, two)) == 2
        with pytest.raises(Conflict):
            give(user, answered(user, shown=shown_hash([one, two])), one)

    def test_where_the_signers_own_words_are_signed_the_rest_must_be_as_shown(self, user: User) -> None:
        subject = ToSign(CARD, {"throat": "5.5", "decision": "keep"}, shown=SHOWN)
        [signature] = give(user, answered(user, shown=content_hash(SHOWN)), subject)
        assert signature.content_hash == content_hash({"throat": "5.5", "decision": "keep"})
        with pytest.raises(Conflict):
            give(user, answered(user, shown=signature.content_hash), subject)


@pytest.mark.requirement("21CFR11.200(a)(1)")
class TestOnce:
    def test_a_dialog_that_is_posted_again_signs_nothing_more(self, user: User) -> None:
        give(user, answered(user, dialog="d-1"))
        with pytest.raises(Conflict) as refusal:
            give(user, answered(user, dialog="d-1"))
        assert refusal.value.code == "signed-already"
        assert Signature.objects.count() == 1
        give(user, answered(user, dialog="d-2"))
        assert Signature.objects.count() == 2

    def test_a_wrong_secret_does_not_use_it_up(self, user: User) -> None:
        with pytest.raises(SecretWrong):
            give(user, Credentials(secret="wrong-wrong-1", identity="quality", dialog="d-1"))
        assert len(give(user, answered(user, dialog="d-1"))) == 1


@pytest.mark.requirement("21CFR11.200(a)(1)")
class TestPeriod:
    def test_a_clock_that_runs_back_ends_it(self, user: User) -> None:
        """Else one signing at ten would carry on until ten past ten of a clock that starts at nine again."""
        with time_machine.travel("2026-03-01 10:00:00+00:00", tick=False) as moment:
            give(user, both(user))
            give(user, later())
            moment.shift(timedelta(hours=-1))
            with pytest.raises(PermissionDenied):
                give(user, later())

    def test_badging_in_again_after_the_tablet_locked_itself_ends_it(self, user: User) -> None:
        bench = station()
        session = accounts.badge_in(station=bench, identity="quality", secret=PIN)
        give(user, both(user), session=session.key)
        give(user, later(), session=session.key)
        again = accounts.badge_in(station=bench, identity="quality", secret=PIN)
        assert again.key == session.key
        with pytest.raises(PermissionDenied):
            give(user, later(), session=session.key)

    def test_locking_ends_it(self, user: User) -> None:
        session = accounts.badge_in(station=station(), identity="quality", secret=PIN)
        give(user, both(user), session=session.key)
        accounts.lock_station(actor=accounts.actor_of_session(session))
        with pytest.raises(PermissionDenied):
            give(user, later(), session=session.key)

    def test_a_new_secret_ends_it(self, user: User) -> None:
        give(user, both(user))
        accounts.change_own_secret(actor=actor_for(user, session="s-1"), present=SECRET, pin="579135")
        with pytest.raises(PermissionDenied):
            give(user, later("579135"))

    def test_a_lock_outlasts_a_clock_that_runs_back(self, user: User) -> None:
        with time_machine.travel("2026-03-01 10:00:00+00:00", tick=False) as moment:
            for _ in range(5):
                with pytest.raises(SecretWrong):
                    give(user, both(user, "wrong-wrong-1"))
            moment.shift(timedelta(hours=-3))
            user.refresh_from_db()
            assert user.is_locked


@pytest.mark.requirement("21CFR11.10(j)")
class TestPolicy:
    def test_it_is_agreed_to_by_the_secret_and_kept_as_it_was_shown(self) -> None:
        newcomer = person("newcomer", can_sign=False, name="Ma Lin")
        with pytest.raises(SecretWrong):
            accounts.acknowledge_policy(actor=actor_for(newcomer), secret="000000")
        assert not PolicyAcknowledgement.objects.exists()
        accounts.acknowledge_policy(actor=actor_for(newcomer, language="zh-hans", station="SLA-1"), secret=PIN)
        kept = PolicyAcknowledgement.objects.get()
        assert (kept.printed_name, kept.version, kept.language, kept.station) == ("Ma Lin", "1", "zh-hans", "SLA-1")
        assert kept.text == signature_policy.text("zh-hans")
        assert kept.text_hash == content_hash(kept.text)
        assert AuthenticationEvent.objects.filter(kind="policy", succeeded=True).count() == 1

    def test_a_new_version_asks_again(self, user: User, tmp_path: Path) -> None:
        file = tmp_path / "policy.json"
        file.write_text(json.dumps({"version": "2026-2", "text": {"en": "I answer for what I sign."}}))
        with override_settings(SIGNATURE_POLICY_FILE=str(file)):
            with pytest.raises(PolicyNotAcknowledged):
                give(user, both(user))
            with pytest.raises(Conflict):
                accounts.acknowledge_policy(actor=actor_for(user), secret=SECRET, shown="1")
            accounts.acknowledge_policy(actor=actor_for(user), secret=SECRET, shown="2026-2")
            assert len(give(user, both(user))) == 1
        versions = PolicyAcknowledgement.objects.filter(user=user).order_by("pk").values_list("version", flat=True)
        assert list(versions) == ["1", "2026-2"]
