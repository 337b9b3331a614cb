"""`manage.py check --deploy`: the records are as safe as the role that the application runs as, and its key."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper

from foundation.core import clock
from foundation.records import protection, sealing
from foundation.records.models import Seal

RUN_AS = "Run web, worker and beat as the role that `ARTERIA_APP_ROLE` names; only `migrate` runs as the owner."
POWERS = {
    "rolsuper": "a superuser",
    "rolbypassrls": "allowed to bypass row security",
    "rolcreaterole": "allowed to make roles",
    "rolreplication": "allowed to replicate",
    "rolcreatedb": "allowed to make databases",
}
MIGHTY = ("pg_write_all_data", "pg_write_server_files", "pg_execute_server_program", "pg_maintain")


def check_records(app_configs: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Everything about role, database and key. A database that cannot be reached is one message."""
    try:
        with connection.cursor() as cursor:
            found = [*_role(cursor), *_rights(cursor), *_protections(cursor), *_seals(cursor)]
    except DatabaseError as error:
        found = [Error(f"The database could not be asked: {error}".strip(), id="records.E001")]
    return [*found, *_key(), *_export()]


def _role(cursor: CursorWrapper) -> Iterator[CheckMessage]:
    cursor.execute(f"SELECT {', '.join(POWERS)} FROM pg_roles WHERE rolname = current_user")  # noqa: S608
    for power, has in zip(POWERS, cursor.fetchone(), strict=True):
        if has:
            yield Error(f"The application's database role is {POWERS[power]}.", hint=RUN_AS, id="records.E002")
    cursor.execute(
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'public' AND c.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
    )
    if cursor.fetchone()[0]:
        yield Error("The application runs as the owner of the tables.", hint=RUN_AS, id="records.E003")
    cursor.execute(
        "SELECT r.rolname FROM pg_roles r WHERE r.rolname <> current_user AND pg_has_role(current_user, r.oid, 'MEMBER') "
        "AND (r.rolsuper OR r.rolname = ANY (%s) OR EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid "
        "AND c.relname = 'records_ledgerentry')) ORDER BY 1",
        [list(MIGHTY)],
    )
    for (role,) in cursor.fetchall():
        yield Error(f"The application may become {role}.", hint=f"REVOKE {role} FROM its role.", id="records.E004")


def _rights(cursor: CursorWrapper) -> Iterator[CheckMessage]:
    tables = [model._meta.db_table for model in protection.written_once_models()]
    cursor.execute(
        "SELECT t.name, string_agg(p.right, ', ') FROM unnest(%s) t(name), "
        "unnest('{UPDATE,DELETE,TRUNCATE,TRIGGER,REFERENCES}'::text[]) p(\"right\") "
        "WHERE to_regclass(t.name) IS NOT NULL AND has_table_privilege(t.name, p.right) GROUP BY 1 ORDER BY 1",
        [tables],
    )
    for table, rights in cursor.fetchall():
        yield Error(f"The application has {rights} on {table}.", hint="Run migrate as the owner.", id="records.E005")
    cursor.execute(
        "SELECT has_parameter_privilege('session_replication_role', 'SET'), "
        "has_schema_privilege('public', 'CREATE'), has_database_privilege(current_database(), 'TEMP,CREATE')"
    )
    switches = (
        "switch triggers off for a session",
        "make objects in the schema public",
        "make schemas or temporary tables",
    )
    for may, what in zip(cursor.fetchone(), switches, strict=True):
        if may:
            yield Error(f"The application may {what}.", hint="See config/deploy/create-roles.sh.", id="records.E006")


def _protections(cursor: CursorWrapper) -> Iterator[CheckMessage]:
    hint = "Find out who did this, then run migrate as the owner, then verify_records."
    for table, trigger in protection.missing_triggers(cursor):
        yield Error(f"{trigger} on {table} is missing, switched off or changed.", hint=hint, id="records.E007")
    for function in protection.changed_functions(cursor):
        yield Error(f"The function {function} is not the one that migrate made.", hint=hint, id="records.E007")


def _seals(cursor: CursorWrapper) -> Iterator[CheckMessage]:
    try:
        sealing.read_horizon(cursor, Seal.objects.order_by("-number").first())
    except sealing.NumbersRestarted as error:
        yield Error(str(error), hint="docs/operations/backup.md", id="records.E008")
        return
    oldest = sealing.oldest_unsealed(cursor)
    if oldest is not None and clock.now() - oldest > sealing.OVERDUE:
        yield Warning(
            f"An act of {oldest:%Y-%m-%d %H:%M} UTC is not sealed yet.", hint="Is beat running?", id="records.W009"
        )


def _key() -> Iterator[CheckMessage]:
    path = Path(settings.SIGNING_KEY_FILE)
    if not path.exists():
        yield Error(f"There is no signing key at {path}.", hint="manage.py create_signing_key", id="records.E010")
        return
    for place, what in ((path, "read"), (path.parent, "replace")):
        open_to = stat.S_IRWXO | stat.S_IRWXG if place is path else stat.S_IWOTH | stat.S_IWGRP
        if place.stat().st_mode & open_to:
            yield Error(
                f"Others than its owner may {what} the signing key {path}.",
                hint=f"chmod go= {place}",
                id="records.E011",
            )


def _export() -> Iterator[CheckMessage]:
    folder = settings.SEAL_EXPORT_DIR
    if folder is None:
        yield Warning("Seals are not exported: a rollback of the database would not be noticed.", id="records.W012")
    elif Path(settings.DATA_DIR) in Path(folder).parents:
        yield Warning(
            "Seals are exported into the data folder, which the administrators of this machine can rewrite.",
            hint="Let ARTERIA_SEAL_EXPORT_DIR name a folder on write-once storage.",
            id="records.W013",
        )
