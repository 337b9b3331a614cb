"""What is written once stays as it is: the application's role cannot change it, whatever it sends."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from foundation.accounts.models import AuthenticationEvent, Site
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.records import protection
from foundation.records.act import act
from foundation.records.models import LedgerEntry

WORKER = Actor.system("worker")
pytestmark = [pytest.mark.django_db, pytest.mark.pg15, pytest.mark.requirement("SEC-02")]
WRITTEN_ONCE = [model._meta.db_table for model in protection.written_once_models()]


@pytest.fixture
def rows() -> None:
    with act(actor=WORKER, verb="t.t.t"):
        site = Site(code="SH2", name={"en": "x"})
        site.save()
        AuthenticationEvent.objects.create(identity="x", kind="login", succeeded=True, at=clock.now())


def refused(statement: str, match: str = "permission denied|written once") -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", WRITTEN_ONCE)
def test_update_delete_and_truncate_are_refused_by_the_database(table: str, rows: None) -> None:
    refused(f'UPDATE "{table}" SET tx = 1')
    refused(f'DELETE FROM "{table}"')
    refused(f'TRUNCATE "{table}" CASCADE')


@pytest.mark.parametrize("table", WRITTEN_ONCE)
def test_protections_cannot_be_taken_off_by_the_application(table: str) -> None:
    refused(f'ALTER TABLE "{table}" DISABLE TRIGGER ALL', "must be owner")
    refused(f'DROP TRIGGER arteria_refuse_change ON "{table}"', "must be owner")
    refused(f'ALTER TABLE "{table}" ADD COLUMN sneaky int', "must be owner")
    refused(f'CREATE RULE nothing AS ON INSERT TO "{table}" DO INSTEAD NOTHING', "must be owner")


def test_the_session_cannot_switch_triggers_off() -> None:
    refused("SET session_replication_role = replica", "permission denied")
    refused("SET LOCAL session_replication_role = local", "permission denied")


def test_functions_and_roles_are_out_of_reach() -> None:
    refused("ALTER FUNCTION arteria_refuse_change() RENAME TO gone", "must be owner")
    refused(
        "CREATE OR REPLACE FUNCTION arteria_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "permission denied|must be owner",
    )
    refused("SET ROLE arteria_owner", "permission denied")
    refused("UPDATE django_migrations SET name = 'x'", "permission denied")
    refused(
        "INSERT INTO records_leafformat (tx, table_name, key, columns, created_at) VALUES (0, 'x', 'x', '[]', now())",
        "permission denied",
    )


def test_a_shadowing_table_in_another_schema_cannot_be_made() -> None:
    refused("CREATE TABLE public.evil (id int)", "permission denied")
    refused("CREATE SCHEMA evil", "permission denied")


def test_the_transaction_number_is_the_databases_and_not_the_writers(rows: None) -> None:
    with act(actor=WORKER, verb="t.t.t"):
        event = AuthenticationEvent(identity="x", kind="login", succeeded=True, at=clock.now(), tx=7)
        event.save()
    event.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        assert event.tx == cursor.fetchone()[0]


@pytest.mark.parametrize("write", ["update", "delete", "bulk_update"])
def test_the_queryset_says_so_in_words(write: str, rows: None) -> None:
    for model in (AuthenticationEvent, LedgerEntry):
        with pytest.raises(TypeError, match="append-only"):
            getattr(model.objects.all(), write)()


def test_a_row_that_was_read_is_not_saved_or_deleted(rows: None) -> None:
    event = AuthenticationEvent.objects.get()
    with act(actor=WORKER, verb="t.t.t"):
        with pytest.raises(TypeError, match="append-only"):
            event.save()
        with pytest.raises(TypeError, match="append-only"):
            event.delete()


def test_every_protection_is_in_the_database_and_enabled() -> None:
    with connection.cursor() as cursor:
        assert protection.missing_triggers(cursor) == []
    assert {"records_ledgerentry", "records_signature", "records_seal", "accounts_historicaluser"} <= set(WRITTEN_ONCE)


def test_every_sealed_table_has_a_leaf_format_of_all_its_columns() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (table_name) table_name, columns FROM records_leafformat ORDER BY table_name, id DESC"
        )
        formats = dict(cursor.fetchall())
    for model in protection.sealed_models():
        columns = formats[model._meta.db_table]
        assert sorted(field.column for field in model._meta.concrete_fields) == (
            columns if isinstance(columns, list) else json.loads(columns)
        )
