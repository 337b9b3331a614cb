"""verify_records: an administrator of the database changes something, and the verifier names table, row and kind."""

import json
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from foundation.accounts.models import Site
from foundation.core.actor import Actor
from foundation.records import sealing
from foundation.records.act import act
from foundation.records.models import LedgerEntry, Seal
from foundation.records.protection_sql import functions
from foundation.records.verification import verify

WORKER = Actor.system("worker")
pytestmark = [pytest.mark.pg15, pytest.mark.usefixtures("committed_db", "sealing_key")]
Owner = Callable[..., None]


@pytest.fixture
def site() -> Site:
    """Three sites in three acts, sealed; the second is the one to be tampered with."""
    made = []
    for code in ("A", "B", "C"):
        with act(actor=WORKER, verb="accounts.site.created", reason="plan") as this:
            made.append(Site(code=code, name={"en": code}))
            made[-1].save()
            this.about(made[-1])
    sealing.make_seals()
    return made[1]


def found() -> set[tuple[str, str, int | None]]:
    return {(finding.kind, finding.table, finding.row) for finding in verify().findings}


def test_untouched_records_are_intact(site: Site) -> None:
    report = verify()
    assert (report.findings, report.sealed_rows) == ([], 6)


class TestSealedRows:
    def test_a_changed_history_row_is_named(self, site: Site, as_owner: Owner) -> None:
        row = site.history.get().pk
        as_owner(f"UPDATE accounts_historicalsite SET history_change_reason = 'nicer' WHERE history_id = {row}")
        assert ("changed", "accounts_historicalsite", row) in found()

    def test_a_changed_ledger_entry_is_named(self, site: Site, as_owner: Owner) -> None:
        entry = LedgerEntry.objects.get(subject_id=site.pk)
        as_owner(f"UPDATE records_ledgerentry SET actor_name = 'Somebody else' WHERE id = {entry.pk}")
        assert found() == {("changed", "records_ledgerentry", entry.pk)}

    def test_a_deleted_row_is_named(self, site: Site, as_owner: Owner) -> None:
        entry = LedgerEntry.objects.get(subject_id=site.pk)
        as_owner(f"DELETE FROM records_ledgerentry WHERE id = {entry.pk}")
        assert ("deleted", "records_ledgerentry", entry.pk) in found()

    def test_a_truncated_table_names_every_row(self, site: Site, as_owner: Owner) -> None:
        rows = list(Site.history.values_list("history_id", flat=True))
        as_owner("TRUNCATE accounts_historicalsite")
        assert {("deleted", "accounts_historicalsite", row) for row in rows} <= found()

    def test_a_row_slipped_in_under_an_old_transaction_is_named(self, site: Site, as_owner: Owner) -> None:
        tx = LedgerEntry.objects.get(subject_id=site.pk).tx
        as_owner(
            "INSERT INTO records_ledgerentry (id, tx, verb, outcome, actor_name, station, session, subject_label, "
            "subject_number, related, reason, captured_at, received_at, parts, data, tables, digest) "
            f"VALUES (9001, {tx}, 'quality.check.passed', 'done', 'me', '', '', '', '', '[]', '', now(), now(), "
            "'[]', '{}', '{}', '')"
        )
        assert ("inserted", "records_ledgerentry", 9001) in found()

    def test_a_row_slipped_into_a_table_that_the_seal_does_not_name_is_found(self, site: Site, as_owner: Owner) -> None:
        tx = LedgerEntry.objects.get(subject_id=site.pk).tx
        as_owner(
            "INSERT INTO accounts_authenticationevent (id, tx, identity, kind, succeeded, station, session, at, address, dialog) "
            f"VALUES (9001, {tx}, 'x', 'login', true, '', '', now(), '', '')"
        )
        assert ("inserted", "accounts_authenticationevent", 9001) in found()

    def test_two_rows_that_change_places_are_both_named(self, site: Site, as_owner: Owner) -> None:
        first, second = LedgerEntry.objects.order_by("id").values_list("id", flat=True)[:2]
        as_owner(
            f"UPDATE records_ledgerentry SET id = 9999 WHERE id = {first}",
            f"UPDATE records_ledgerentry SET id = {first} WHERE id = {second}",
            f"UPDATE records_ledgerentry SET id = {second} WHERE id = 9999",
        )
        assert {("changed", "records_ledgerentry", first), ("changed", "records_ledgerentry", second)} <= found()

    def test_a_row_moved_to_another_transaction_is_named(self, site: Site, as_owner: Owner) -> None:
        first, second = LedgerEntry.objects.order_by("id")[:2]
        as_owner(f"UPDATE records_ledgerentry SET tx = {first.tx} WHERE id = {second.pk}")
        assert ("changed", "records_ledgerentry", second.pk) in found()


class TestActs:
    def test_a_row_written_without_an_act_is_named_even_before_it_is_sealed(self, site: Site, as_owner: Owner) -> None:
        as_owner(
            "INSERT INTO accounts_authenticationevent (id, tx, identity, kind, succeeded, station, session, at, address, dialog) "
            "VALUES (9001, pg_current_xact_id()::text::bigint, 'x', 'login', true, '', '', now(), '', '')"
        )
        assert found() == {("inserted-without-an-act", "accounts_authenticationevent", 9001)}

    def test_a_row_changed_before_any_seal_differs_from_its_acts_digest(self, site: Site, as_owner: Owner) -> None:
        with act(actor=WORKER, verb="accounts.site.created") as this:
            young = Site(code="D", name={"en": "D"})
            young.save()
            this.about(young)
        as_owner(
            f"UPDATE accounts_historicalsite SET time_zone = 'Mars' WHERE id = {young.pk}",
            f"UPDATE accounts_site SET time_zone = 'Mars' WHERE id = {young.pk}",
        )
        entry = LedgerEntry.objects.latest("id")
        assert found() == {("act-digest-differs", "records_ledgerentry", entry.pk)}
        sealing.make_seals()  # a seal over the changed row does not make it true
        assert found() == {("act-digest-differs", "records_ledgerentry", entry.pk)}

    def test_a_row_deleted_before_any_seal_differs_from_its_acts_digest(self, site: Site, as_owner: Owner) -> None:
        with act(actor=WORKER, verb="accounts.site.created"):
            Site(code="D", name={"en": "D"}).save()
        as_owner("DELETE FROM accounts_historicalsite WHERE code = 'D'", "DELETE FROM accounts_site WHERE code = 'D'")
        assert ("act-digest-differs", "records_ledgerentry", LedgerEntry.objects.latest("id").pk) in found()


class TestLiveRows:
    def test_an_edited_live_row_differs_from_its_history(self, site: Site, as_owner: Owner) -> None:
        as_owner(f"UPDATE accounts_site SET time_zone = 'Mars' WHERE id = {site.pk}")
        assert found() == {("live-row-differs-from-history", "accounts_site", site.pk)}

    def test_a_live_row_that_is_gone_is_missing(self, site: Site, as_owner: Owner) -> None:
        as_owner(f"DELETE FROM accounts_site WHERE id = {site.pk}")
        assert found() == {("live-row-missing", "accounts_site", site.pk)}

    def test_a_live_row_from_nowhere_has_no_history(self, site: Site, as_owner: Owner) -> None:
        as_owner("INSERT INTO accounts_site (id, code, name, time_zone) VALUES (9001, 'X', '{}', 'UTC')")
        assert found() == {("live-row-without-history", "accounts_site", 9001)}


class TestSeals:
    def test_a_changed_seal_does_not_give_its_hash(self, site: Site, as_owner: Owner) -> None:
        as_owner("UPDATE records_seal SET rows = 5")
        assert {("seal-broken", "records_seal", 1), ("seal-signature-wrong", "records_seal", 1)} <= found()

    def test_a_seal_signed_with_a_strangers_key_is_named(self, site: Site, as_owner: Owner) -> None:
        as_owner("UPDATE records_seal SET signature = decode(repeat('00', 64), 'hex')")
        assert ("seal-signature-wrong", "records_seal", 1) in found()

    def test_a_seal_taken_out_of_the_chain_is_missing(self, site: Site, as_owner: Owner) -> None:
        for code in ("D", "E"):
            with act(actor=WORKER, verb="accounts.site.created"):
                Site(code=code, name={"en": code}).save()
            sealing.make_seals()
        as_owner("DELETE FROM records_sealblock WHERE seal_id = (SELECT id FROM records_seal WHERE number = 2)")
        as_owner("DELETE FROM records_seal WHERE number = 2")
        kinds = found()
        assert ("seal-missing", "records_seal", 2) in kinds
        assert ("seal-broken", "records_seal", 3) in kinds

    def test_a_block_that_does_not_give_its_root_is_named_when_it_is_needed(self, site: Site, as_owner: Owner) -> None:
        as_owner(
            "UPDATE records_sealblock SET leaves = decode(repeat('00', 96), 'hex') WHERE table_name = 'records_ledgerentry'",
            "UPDATE records_ledgerentry SET reason = 'x'",
        )
        assert {kind for kind, _table, _row in found()} >= {"seal-block-broken"}


class TestProtection:
    def test_a_disabled_trigger_is_named(self, site: Site, as_owner: Owner) -> None:
        as_owner("ALTER TABLE records_signature DISABLE TRIGGER arteria_refuse_change")
        try:
            assert found() == {("protection-missing", "records_signature", None)}
        finally:
            as_owner("ALTER TABLE records_signature ENABLE TRIGGER arteria_refuse_change")

    def test_a_dropped_trigger_is_named_and_migrate_puts_it_back(self, site: Site, as_owner: Owner) -> None:
        as_owner("DROP TRIGGER arteria_stamp_tx ON records_signature")
        try:
            assert found() == {("protection-missing", "records_signature", None)}
        finally:
            as_owner(
                "CREATE TRIGGER arteria_stamp_tx BEFORE INSERT ON records_signature "
                "FOR EACH ROW EXECUTE FUNCTION arteria_stamp_tx()"
            )

    @pytest.mark.parametrize(
        "instead",
        [
            "BEFORE TRUNCATE ON records_signature FOR EACH STATEMENT EXECUTE FUNCTION arteria_refuse_change()",
            "BEFORE UPDATE OR DELETE OR TRUNCATE ON records_signature FOR EACH STATEMENT WHEN (1 = 2) "
            "EXECUTE FUNCTION arteria_refuse_change()",
            "BEFORE UPDATE OR DELETE OR TRUNCATE ON records_signature FOR EACH STATEMENT EXECUTE FUNCTION arteria_stamp_tx()",
        ],
    )
    def test_a_trigger_that_does_less_than_its_name_says_is_named(
        self, site: Site, as_owner: Owner, instead: str
    ) -> None:
        as_owner(f"CREATE OR REPLACE TRIGGER arteria_refuse_change {instead}")
        try:
            assert found() == {("protection-missing", "records_signature", None)}
        finally:
            as_owner(
                "CREATE OR REPLACE TRIGGER arteria_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON records_signature "
                "FOR EACH STATEMENT EXECUTE FUNCTION arteria_refuse_change()"
            )

    def test_a_trigger_function_that_was_made_harmless_is_named(self, site: Site, as_owner: Owner) -> None:
        as_owner(
            "CREATE OR REPLACE FUNCTION arteria_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        )
        try:
            assert found() == {("protection-missing", "arteria_refuse_change", None)}
        finally:
            as_owner(functions(0))


class TestCommand:
    def test_it_says_intact_with_the_number_of_rows(self, site: Site) -> None:
        out = StringIO()
        call_command("verify_records", stdout=out)
        assert out.getvalue().startswith("Intact: 6 sealed rows")

    def test_it_prints_findings_and_fails(self, site: Site, as_owner: Owner) -> None:
        as_owner(f"UPDATE accounts_site SET time_zone = 'Mars' WHERE id = {site.pk}")
        out = StringIO()
        with pytest.raises(CommandError, match="1 findings"):
            call_command("verify_records", stdout=out)
        assert out.getvalue() == f"accounts_site row {site.pk}: live-row-differs-from-history\n"

    def test_it_answers_in_json(self, site: Site) -> None:
        out = StringIO()
        call_command("verify_records", "--json", stdout=out)
        assert json.loads(out.getvalue()) == {"findings": [], "sealed_rows": 6, "notes": []}

    def test_from_a_seal_on_it_reads_only_what_came_later(self, site: Site, as_owner: Owner) -> None:
        with act(actor=WORKER, verb="accounts.site.created"):
            Site(code="D", name={"en": "D"}).save()
        sealing.make_seals()
        assert Seal.objects.count() == 2
        assert verify(first_seal=2).sealed_rows == 2
