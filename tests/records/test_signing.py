"""Electronic signatures: both components first, the secret later; bound to exactly what was shown."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from foundation.accounts import services as accounts
from foundation.accounts.exceptions import AccountLocked, PolicyNotAcknowledged, SecretMustChange, SecretWrong
from foundation.accounts.models import AuthenticationEvent, User
from foundation.core import clock
from foundation.core.canonical import content_hash
from foundation.core.errors import PermissionDenied
from foundation.core.refs import RecordRef
from foundation.records.models import LedgerEntry, Signature
from foundation.records.selectors import signature_validity, signatures_of
from foundation.records.services import Credentials, ToSign, sign
from foundation.records.verification import signatures as verified
from foundation.records.verification.reading import stream
from tests.factories.people import PIN, SETUP, actor_for, both, later, person

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]
CARD = RecordRef("routing.processcard", 7, "PC-000007")
CONTENT = {"schema": "process-card/1", "throat": Decimal("5.50")}


@pytest.fixture
def user() -> User:
    return person("quality", "quality_engineer", name="Qian Wei")


def give(user: User, credentials: Credentials, session: str = "s-1") -> Signature:
    (signature,) = sign(
        actor=actor_for(user, session=session, station="BENCH-1", language="zh-hans"),
        credentials=credentials,
        meaning="approved",
        subjects=[ToSign(CARD, CONTENT, version="A")],
    )
    return signature


def test_it_carries_name_moment_meaning_and_the_hash_of_what_was_shown(user: User) -> None:
    before = clock.now()
    signature = give(user, both(user))
    assert (signature.printed_name, signature.meaning, signature.role) == ("Qian Wei", "approved", "quality_engineer")
    assert before <= signature.signed_at <= clock.now()
    assert (signature.time_zone, signature.language, signature.station) == ("UTC", "zh-hans", "BENCH-1")
    assert signature.content_hash == content_hash({"throat": "5.5", "schema": "process-card/1"})
    assert (signature.record_label, signature.record_id, signature.record_number, signature.record_version) == (
        "routing.processcard",
        7,
        "PC-000007",
        "A",
    )
    entry = LedgerEntry.objects.latest("id")
    assert (entry.verb, entry.subject_number) == ("records.signature.given", "PC-000007")
    assert entry.data["signer"] == "Qian Wei"


class TestComponents:
    def test_both_the_first_time_then_the_secret_alone(self, user: User) -> None:
        assert give(user, both(user)).components == "both"
        assert give(user, later()).components == "secret"
        assert give(user, later(PIN)).components == "secret"

    def test_the_secret_alone_is_not_enough_for_the_first(self, user: User) -> None:
        with pytest.raises(PermissionDenied) as refusal:
            give(user, later())
        assert (refusal.value.code, refusal.value.field) == ("both-components", "identity")
        assert not Signature.objects.exists()
        assert LedgerEntry.objects.latest("id").outcome == "refused"

    def test_a_new_session_starts_again(self, user: User) -> None:
        give(user, both(user), session="s-1")
        with pytest.raises(PermissionDenied):
            give(user, later(), session="s-2")

    def test_ten_idle_minutes_end_the_continuous_period(self, user: User) -> None:
        with time_machine.travel("2026-03-01 08:00:00+00:00", tick=False) as moment:
            give(user, both(user))
            moment.shift(timedelta(minutes=9))
            give(user, later())
            moment.shift(timedelta(minutes=9))
            give(user, later())
            moment.shift(timedelta(minutes=10, seconds=1))
            with pytest.raises(PermissionDenied):
                give(user, later())

    def test_logging_in_is_no_signing(self, user: User) -> None:
        accounts.log_in(identity="quality", secret=PIN)
        with pytest.raises(PermissionDenied):
            give(user, later())

    def test_a_colleagues_signing_in_my_session_does_not_open_mine(self, user: User) -> None:
        witness = person("operator2")
        give(user, both(witness))
        with pytest.raises(PermissionDenied):
            give(user, later())

    def test_a_badge_and_pin_are_both_components(self, user: User) -> None:
        accounts.issue_badge(actor=SETUP, user_id=user.pk, code="B-77")
        signature = give(user, Credentials(secret=PIN, identity="B-77"))
        assert (signature.signer_id, signature.components) == (user.pk, "both")

    def test_a_revoked_badge_proves_nobody(self, user: User) -> None:
        accounts.issue_badge(actor=SETUP, user_id=user.pk, code="B-77")
        accounts.revoke_badge(actor=SETUP, code="B-77", reason="lost")
        with pytest.raises(SecretWrong):
            give(user, Credentials(secret=PIN, identity="B-77"))

    def test_credentials_are_never_printed(self) -> None:
        assert "482913" not in repr(Credentials(secret="482913", identity="x"))


class TestWitness:
    def test_signs_on_the_performers_tablet_without_logging_them_out(self, user: User) -> None:
        witness = person("operator2", name="Wang Fang")
        signature = give(user, both(witness))
        assert (signature.signer_id, signature.printed_name) == (witness.pk, "Wang Fang")
        assert LedgerEntry.objects.latest("id").actor_id == user.pk


class TestWho:
    def test_nobody_signs_before_acknowledging_the_policy(self) -> None:
        newcomer = person("newcomer", can_sign=False)
        with pytest.raises(PolicyNotAcknowledged):
            give(newcomer, both(newcomer))
        assert not Signature.objects.exists()

    def test_a_secret_set_by_an_administrator_must_be_changed_first(self, user: User) -> None:
        owner = person("owner", "system_owner")
        accounts.set_secret(actor=actor_for(owner), user_id=user.pk, password="another-horse-8")
        with pytest.raises(SecretMustChange):
            give(user, Credentials(secret="another-horse-8", identity="quality"))
        accounts.change_own_secret(actor=actor_for(user), present="another-horse-8", password="my-own-horse-9")
        assert give(user, Credentials(secret="my-own-horse-9", identity="quality")).components == "both"

    def test_a_retired_person_signs_no_more(self, user: User) -> None:
        accounts.retire_user(actor=SETUP, user_id=user.pk, reason="left")
        with pytest.raises(SecretWrong):
            give(user, both(user))

    def test_a_retired_person_cannot_go_on_in_an_open_session(self, user: User) -> None:
        give(user, both(user))
        accounts.retire_user(actor=SETUP, user_id=user.pk, reason="left")
        with pytest.raises(PermissionDenied):
            give(user, later())

    def test_a_person_with_many_roles_signs_too(self) -> None:
        many = person("many", "process_engineer", "quality_engineer", "line_leader", "qa_releaser", "system_owner")
        assert "system_owner" in give(many, both(many)).role

    @pytest.mark.requirement("SEC-01")
    def test_five_wrong_tries_lock_the_account_for_signing_too(self, user: User) -> None:
        for _ in range(5):
            with pytest.raises(SecretWrong):
                give(user, both(user, "wrong-wrong-1"))
        with pytest.raises(AccountLocked):
            give(user, both(user))
        assert AuthenticationEvent.objects.filter(kind="signature", succeeded=False, user=user).count() == 5
        assert not Signature.objects.exists()


class TestBinding:
    def test_valid_changed_or_of_another_record(self, user: User) -> None:
        signature = give(user, both(user))
        other = RecordRef("routing.processcard", 8, "PC-000008")
        assert signature_validity(signature, CARD, CONTENT) == "valid"
        assert signature_validity(signature, CARD, {**CONTENT, "throat": Decimal("5.51")}) == "record-changed-since"
        assert signature_validity(signature, other, CONTENT) == "not-this-records"

    def test_a_list_is_signed_in_one_act_with_one_row_per_record(self, user: User) -> None:
        subjects = [ToSign(RecordRef("shopfloor.workcard", n, f"WC-{n}"), {"n": n}) for n in range(3)]
        rows = sign(actor=actor_for(user), credentials=both(user), meaning="reviewed", subjects=subjects)
        assert len(rows) == 3
        assert LedgerEntry.objects.filter(verb="records.signature.given").count() == 1
        assert len(LedgerEntry.objects.latest("id").related) == 3
        assert AuthenticationEvent.objects.filter(kind="signature").count() == 1

    def test_what_an_act_states_is_read_once_however_many_records_it_signed(
        self, user: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each row bore the whole statement before: the memory of a verification grew with the square of a long list."""
        rows: list[tuple] = []

        def told(*query: Any) -> Iterator[tuple]:
            for row in stream(*query):
                rows.append(row)
                yield row

        monkeypatch.setattr(verified, "stream", told)
        subjects = [ToSign(RecordRef("shopfloor.workcard", n, f"WC-{n}"), {"n": n}) for n in range(40)]
        sign(actor=actor_for(user), credentials=both(user), meaning="reviewed", subjects=subjects)
        assert list(verified.check_signatures(-(2**62))) == []
        entries = LedgerEntry.objects.filter(outcome="done").count()  # the test is one transaction: each meets each
        assert len(rows) == 40 * entries
        assert [row[10] is not None for row in rows].count(True) == entries
        assert [row[11] is not None for row in rows].count(True) == entries

    def test_signatures_of_a_record_come_in_order(self, user: User) -> None:
        first, second = give(user, both(user)), give(user, later())
        assert [row.pk for row in signatures_of(CARD)] == [first.pk, second.pk]

    @pytest.mark.parametrize("column", ["content_hash", "printed_name", "record_id"])
    def test_a_signature_cannot_be_moved_or_rewritten(self, user: User, column: str) -> None:
        give(user, both(user))
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE records_signature SET {column} = {column}")
