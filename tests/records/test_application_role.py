"""As the application's role: nothing that is written once can be changed, nothing published either, and no setting helps.

Both lists are walked from the models, so a new table is tried without anybody thinking of it.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions
import pytest
from django.core.checks import run_checks
from django.db import connection, connections

from config.local.testing import Stack
from foundation.records import checks, protection
from foundation.records.models import RevisionState
from tests.records.test_tampering import owner_instead

Cursor = psycopg2.extensions.cursor
pytestmark = [pytest.mark.pg15, pytest.mark.requirement("SEC-02")]
WRITTEN_ONCE = [model._meta.db_table for model in protection.written_once_models()]
FROZEN = [state for state in RevisionState.values if state != RevisionState.DRAFT]
SETTINGS = [  # what libraries with an "ignore" switch read, and what PostgreSQL itself offers
    "SET pghistory.ignore = 'true'",
    "SET pgtrigger.ignore = '{*}'",
    "SET arteria.ignore = 'on'",
    "SET arteria.owner = 'on'",
    "SELECT set_config('pgtrigger.ignore', '{*}', true)",
    "SET ROLE NONE",
    "SET row_security = off",
    "SET check_function_bodies = off",
    "SET search_path = pg_temp, public",
    "SET plpgsql.variable_conflict = 'use_column'",
    "SET default_transaction_read_only = off",
]
FORBIDDEN = [
    "SET session_replication_role = replica",
    "SET LOCAL session_replication_role = local",
    "SELECT set_config('session_replication_role', 'replica', false)",
    "SET SESSION AUTHORIZATION arteria_owner",
    "SET ROLE arteria_owner",
    "ALTER ROLE arteria_app SET session_replication_role = replica",
    "ALTER DATABASE postgres SET session_replication_role = replica",
    "ALTER SYSTEM SET session_replication_role = replica",
    "CREATE EXTENSION dblink",
    "CREATE TEMP TABLE records_ledgerentry (id int)",
    "CREATE FUNCTION public.arteria_stamp_tx2() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION arteria_refuse_change()",
    "DO LANGUAGE plpgsql $$ BEGIN EXECUTE 'SET session_replication_role = replica'; END $$",
    "COPY records_ledgerentry TO PROGRAM 'cat'",
    "SELECT pg_read_file('/etc/passwd')",
    "ALTER FUNCTION arteria_guard_revision() RENAME TO gone",
]


def refused(cursor: Cursor, statement: str) -> None:
    cursor.execute("SAVEPOINT attempt")
    with pytest.raises(psycopg2.DatabaseError):
        cursor.execute(statement)
    cursor.execute("ROLLBACK TO attempt")


@pytest.fixture
def application(django_db_setup: None) -> Iterator[Cursor]:
    """A session of its own, as the application has one."""
    with contextlib.closing(psycopg2.connect(os.environ["DATABASE_URL"])) as session, session.cursor() as cursor:
        yield cursor


@pytest.mark.parametrize("setting", ["", *SETTINGS])
def test_no_setting_lets_anything_that_is_written_once_be_changed(application: Cursor, setting: str) -> None:
    if setting:
        application.execute(setting)
    for table in WRITTEN_ONCE:
        refused(application, f'UPDATE public."{table}" SET tx = tx')
        refused(application, f'DELETE FROM public."{table}"')
        refused(application, f'TRUNCATE public."{table}" CASCADE')


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_what_would_switch_protection_off_is_refused(application: Cursor, statement: str) -> None:
    refused(application, statement)


def test_no_trigger_of_any_table_can_be_disabled_or_dropped(application: Cursor) -> None:
    for table, trigger, _statement in protection.triggers():
        refused(application, f'ALTER TABLE "{table}" DISABLE TRIGGER "{trigger}"')
        refused(application, f'ALTER TABLE "{table}" DISABLE TRIGGER ALL')
        refused(application, f'DROP TRIGGER "{trigger}" ON "{table}"')


@pytest.fixture
def published(test_stack: Stack, django_db_setup: None) -> Iterator[Cursor]:
    """A superuser who lays bare rows and then becomes the application, all in one transaction that is rolled back."""
    name = psycopg2.extensions.parse_dsn(os.environ["DATABASE_URL"])["dbname"]
    with contextlib.closing(test_stack.cluster.connect(name)) as session:
        session.autocommit = False
        with session.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield cursor
        session.rollback()


def lay(cursor: Cursor, table: str, values: dict[str, Any]) -> None:
    """A row with nothing but these values: what a row must have otherwise is not what is tried here."""
    cursor.execute(
        "SELECT format('ALTER TABLE %%I ALTER COLUMN %%I DROP NOT NULL', %s::text, attname) FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attnotnull AND attname <> 'id'",
        [table, table],
    )
    loosened = [row[0] for row in cursor.fetchall()]
    cursor.execute(
        "SELECT format('ALTER TABLE %%I DROP CONSTRAINT %%I', %s::text, conname) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype IN ('c', 'x')",
        [table, table],
    )
    for statement in [*loosened, *(row[0] for row in cursor.fetchall())]:
        cursor.execute(statement)
    columns = ", ".join(f'"{name}"' for name in values)
    places = ", ".join(["%s"] * len(values))
    cursor.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({places})', list(values.values()))


def become_application(cursor: Cursor) -> None:
    cursor.execute("SET LOCAL session_replication_role = origin")
    cursor.execute("SET LOCAL SESSION AUTHORIZATION arteria_app")


@pytest.mark.parametrize("model", protection.revision_models(), ids=lambda model: model._meta.label)
@pytest.mark.parametrize("state", FROZEN)
def test_no_column_of_a_published_revision_can_be_changed(published: Cursor, model: Any, state: str) -> None:
    table = model._meta.db_table
    lay(published, table, {"id": 1, "state": state, "content_hash": ""})
    become_application(published)
    free = {"id", *model.STATE_COLUMNS}
    for field in model._meta.concrete_fields:
        if field.column not in free:
            refused(published, f'UPDATE "{table}" SET "{field.column}" = {_other(field)} WHERE id = 1')
    refused(published, f'UPDATE "{table}" SET id = 2 WHERE id = 1')
    refused(published, f'DELETE FROM "{table}" WHERE id = 1')
    refused(published, f'TRUNCATE "{table}" CASCADE')


def _other(field: Any) -> str:
    """A value that is not NULL, for a column that is."""
    return {
        "bigint": "5", "integer": "5", "smallint": "5", "boolean": "true", "jsonb": "'{\"x\": 1}'", "date": "'2026-01-01'",
        "timestamp with time zone": "now()", "bytea": "'x'",
    }.get(field.db_type(connection).split("(")[0], "5" if "numeric" in field.db_type(connection) else "'x'")  # fmt: skip


@pytest.mark.parametrize("model", protection.revision_content_models(), ids=lambda model: model._meta.label)
@pytest.mark.parametrize("state", FROZEN)
def test_no_child_row_of_a_published_revision_can_be_changed(published: Cursor, model: Any, state: str) -> None:
    table, link = model._meta.db_table, model._meta.get_field(model.REVISION_FIELD)
    parent = link.related_model._meta.db_table
    lay(published, parent, {"id": 1, "state": state, "content_hash": ""})
    published.execute(f'INSERT INTO "{parent}" (id, state, content_hash) VALUES (2, %s, %s)', ["draft", ""])
    lay(published, table, {"id": 1, link.column: 1})
    published.execute(f'INSERT INTO "{table}" (id, "{link.column}") VALUES (2, 2)')
    become_application(published)
    for field in model._meta.concrete_fields:
        if field.column not in ("id", link.column):
            refused(published, f'UPDATE "{table}" SET "{field.column}" = {_other(field)} WHERE id = 1')
    refused(published, f'UPDATE "{table}" SET "{link.column}" = 2 WHERE id = 1')  # out of the published revision
    refused(published, f'UPDATE "{table}" SET "{link.column}" = 1 WHERE id = 2')  # into it
    refused(published, f'INSERT INTO "{table}" (id, "{link.column}") VALUES (3, 1)')
    refused(published, f'DELETE FROM "{table}" WHERE id = 1')
    refused(published, f'TRUNCATE "{table}" CASCADE')
    published.execute(f'DELETE FROM "{table}" WHERE id = 2')  # a draft's row is free: it is the state that refuses
    assert published.rowcount == 1


@pytest.mark.django_db
class TestDeploymentCheck:
    """`check --deploy` says when the application could get around all this."""

    @pytest.fixture(autouse=True)
    def key(self, sealing_key: str) -> None:
        """A key that is the owner's alone."""

    def found(self) -> set[str]:
        return {str(message.id) for message in checks.check_records() if not str(message.id).endswith("W012")}

    def test_the_application_as_it_is_set_up_is_well(self) -> None:
        assert self.found() == set()

    def test_it_is_part_of_check_deploy_only(self) -> None:
        registered = {message.id for message in run_checks(tags=["records"], include_deployment_checks=True)}
        assert "records.W012" in registered
        assert run_checks(tags=["records"]) == []

    def test_a_key_that_others_may_read(self, settings: Any) -> None:
        Path(settings.SIGNING_KEY_FILE).chmod(0o644)
        assert self.found() == {"records.E011"}
        Path(settings.SIGNING_KEY_FILE).unlink()
        assert self.found() == {"records.E010"}

    def test_where_seals_are_exported_to(self, settings: Any, tmp_path: Path) -> None:
        settings.SEAL_EXPORT_DIR = Path(settings.DATA_DIR) / "seals"
        assert self.found() == {"records.W013"}
        settings.SEAL_EXPORT_DIR = tmp_path
        assert "records.W012" not in {message.id for message in checks.check_records()}


@pytest.mark.usefixtures("committed_db", "sealing_key")
class TestDeploymentCheckOfRoles:
    """The roles that it must not run as."""

    def found(self) -> set[str]:
        return {str(message.id) for message in checks.check_records()}

    def test_the_owner(self) -> None:
        with owner_instead():
            assert {"records.E003", "records.E005", "records.E006"} <= self.found()

    def test_a_superuser(self, test_stack: Stack) -> None:
        name = psycopg2.extensions.parse_dsn(os.environ["DATABASE_URL"])["dbname"]
        with owner_instead(test_stack.cluster.url("postgres", name)):
            assert {"records.E002", "records.E004", "records.E005"} <= self.found()

    def test_a_role_that_may_become_the_owner(self, test_stack: Stack) -> None:
        with contextlib.closing(test_stack.cluster.connect()) as session, session.cursor() as cursor:
            cursor.execute("GRANT arteria_owner TO arteria_app")
            try:
                assert "records.E004" in self.found()
            finally:
                cursor.execute("REVOKE arteria_owner FROM arteria_app")

    def test_a_trigger_that_is_off(self, owner_connection: Any) -> None:
        with owner_connection.cursor() as cursor:
            cursor.execute("ALTER TABLE records_signature DISABLE TRIGGER arteria_refuse_change")
            try:
                assert self.found() >= {"records.E007"}
            finally:
                cursor.execute("ALTER TABLE records_signature ENABLE TRIGGER arteria_refuse_change")
        connections.close_all()
