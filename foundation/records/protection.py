"""The database refuses: triggers, grants and leaf formats, put in place after every `migrate` from the models themselves.

Plain plpgsql without any session switch. They are generated from the registry instead of being written into each
migration, so that no table can be forgotten; `verify_records` and a test check that every one is there and enabled
(docs/decisions/protection-follows-the-models.md).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, models
from django.db.backends.utils import CursorWrapper

from foundation.core import clock
from foundation.records.leaves import current_format_id, quote
from foundation.records.models import (
    AppendOnlyModel,
    ControlledRevision,
    Epoch,
    HistoryRow,
    LeafFormat,
    LedgerEntry,
    RevisionContent,
    Seal,
    SealBlock,
    SealStamp,
    SigningKey,
)
from foundation.records.protection_sql import functions

UNSEALED = (Seal, SealBlock, SealStamp, SigningKey, LeafFormat)
REVISION_MOVES = (("draft", "in_review"), ("in_review", "draft"), ("in_review", "approved"), ("approved", "retired"))


def key_of(model: type[models.Model]) -> str:
    """The column of the primary key."""
    column = model._meta.pk.column if model._meta.pk else None
    if column is None:
        raise TypeError(f"{model.__name__} has no key")
    return column


def columns_of(model: type[models.Model]) -> list[str]:
    """The columns of the table, in the order of the model."""
    return [field.column for field in model._meta.concrete_fields if field.column]


def sealed_models() -> list[type[models.Model]]:
    """Every table whose rows are sealed: the append-only ones and all histories. In the order of their table names."""
    found = [m for m in apps.get_models() if issubclass(m, AppendOnlyModel | HistoryRow) and m not in UNSEALED]
    return sorted(found, key=lambda model: model._meta.db_table)


def written_once_models() -> list[type[models.Model]]:
    return [*sealed_models(), *UNSEALED]


def revision_models() -> list[type[ControlledRevision]]:
    return [m for m in apps.get_models() if issubclass(m, ControlledRevision)]


def revision_content_models() -> list[type[RevisionContent]]:
    return [m for m in apps.get_models() if issubclass(m, RevisionContent)]


def triggers() -> Iterator[tuple[str, str, str]]:
    """(table, trigger, statement) of every protection that must be in the database."""
    for model in written_once_models():
        table = model._meta.db_table
        yield (
            table,
            "arteria_stamp_tx",
            f"CREATE OR REPLACE TRIGGER arteria_stamp_tx BEFORE INSERT ON {quote(table)} "
            "FOR EACH ROW EXECUTE FUNCTION arteria_stamp_tx()",
        )
        yield (
            table,
            "arteria_refuse_change",
            f"CREATE OR REPLACE TRIGGER arteria_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {quote(table)} "
            "FOR EACH STATEMENT EXECUTE FUNCTION arteria_refuse_change()",
        )
    ledger = LedgerEntry._meta.db_table
    yield (
        ledger,
        "arteria_refuse_old_tx",
        f"CREATE OR REPLACE TRIGGER arteria_refuse_old_tx BEFORE INSERT ON {quote(ledger)} "
        "FOR EACH ROW EXECUTE FUNCTION arteria_refuse_old_tx()",
    )
    moves = ",".join(f"{source}>{target}" for source, target in REVISION_MOVES)
    for revision in revision_models():
        table, free = revision._meta.db_table, ",".join(revision.STATE_COLUMNS)
        yield (
            table,
            "arteria_guard_revision",
            f"CREATE OR REPLACE TRIGGER arteria_guard_revision BEFORE INSERT OR UPDATE OR DELETE ON {quote(table)} "
            f"FOR EACH ROW EXECUTE FUNCTION arteria_guard_revision('{free}', '{moves}')",
        )
    for content in revision_content_models():
        table = content._meta.db_table
        link: Any = content._meta.get_field(content.REVISION_FIELD)
        yield (
            table,
            "arteria_guard_revision_content",
            f"CREATE OR REPLACE TRIGGER arteria_guard_revision_content BEFORE INSERT OR UPDATE OR DELETE ON {quote(table)} "
            "FOR EACH ROW EXECUTE FUNCTION arteria_guard_revision_content("
            f"'{link.related_model._meta.db_table}', '{link.column}')",
        )


def epoch_offset(cursor: CursorWrapper) -> int:
    """What the current epoch adds to PostgreSQL's transaction numbers; 0 before the first restore into another cluster."""
    cursor.execute('SELECT "offset" FROM records_epoch ORDER BY number DESC LIMIT 1')
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def missing_triggers(cursor: CursorWrapper) -> list[tuple[str, str]]:
    """(table, trigger) of protections that are absent, switched off, or no longer fire when and as they should."""
    cursor.execute(
        "SELECT c.relname, t.tgname, p.proname, t.tgtype::int, encode(t.tgargs, 'escape') FROM pg_trigger t "
        "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE t.tgname LIKE 'arteria\\_%%' AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL"
    )
    present = {(table, name): (function, bits, args) for table, name, function, bits, args in cursor.fetchall()}
    return [
        (table, name)
        for table, name, statement in triggers()
        if present.get((table, name)) != (name, _trigger_bits(statement), _trigger_arguments(statement))
    ]


def _trigger_bits(statement: str) -> int:
    """When and for what a trigger fires, as pg_trigger.tgtype counts it."""
    bits = {"FOR EACH ROW": 1, "BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
    head, _on, _table = statement.partition(" ON ")
    return sum(bit for word, bit in bits.items() if word in head + statement[statement.index(" FOR EACH ") :])


def _trigger_arguments(statement: str) -> str:
    """As pg_trigger.tgargs keeps them: each ended by a zero byte."""
    given = statement[statement.rindex("(") + 1 : statement.rindex(")")]
    return "".join(f"{argument.strip(chr(39))}\\000" for argument in given.split("', '")) if given else ""


def changed_functions(cursor: CursorWrapper) -> list[str]:
    """Functions behind the protections whose body is not the one that `install` put there."""
    cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'arteria\\_%%'")
    present = dict(cursor.fetchall())
    wanted = dict(re.findall(r"FUNCTION (\w+)\(.*?AS \$\$(.*?)\$\$", functions(epoch_offset(cursor)), re.DOTALL))
    return sorted(name for name, body in wanted.items() if present.get(name) != body)


def after_migrate(sender: Any, using: str = "default", **_kwargs: Any) -> None:
    """post_migrate of the last app: install everything, as the owner."""
    speaking = [config for config in apps.get_app_configs() if config.models_module is not None]
    if sender.label == speaking[-1].label:
        install(using)


def install(using: str = "default") -> None:
    """Put triggers, leaf formats and grants in place. Idempotent; runs as the owner of the tables."""
    with connections[using].cursor() as cursor:
        present = set(connections[using].introspection.table_names(cursor))
        if not {LeafFormat._meta.db_table, Epoch._meta.db_table} <= present:
            return
        cursor.execute(functions(epoch_offset(cursor)))
        for table, _name, statement in triggers():
            if table in present:
                cursor.execute(statement)
        for model in sealed_models():
            if model._meta.db_table in present:
                _install_format(cursor, model)
        _grant(cursor, present)
    current_format_id.cache_clear()


def _install_format(cursor: CursorWrapper, model: type[models.Model]) -> None:
    table = model._meta.db_table
    key, columns = key_of(model), sorted(columns_of(model))
    cursor.execute("SELECT columns FROM records_leafformat WHERE table_name = %s ORDER BY id DESC LIMIT 1", [table])
    row = cursor.fetchone()
    if row is None or (json.loads(row[0]) if isinstance(row[0], str) else row[0]) != columns:
        cursor.execute(
            "INSERT INTO records_leafformat (tx, table_name, key, columns, created_at) VALUES (0, %s, %s, %s, %s)",
            [table, key, json.dumps(columns), clock.now()],
        )


def _grant(cursor: CursorWrapper, present: set[str]) -> None:
    role = settings.ARTERIA_APP_ROLE
    cursor.execute("SELECT current_user, EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [role])
    current, exists = cursor.fetchone()
    if not exists or current == role:
        return
    who = quote(role)
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {who}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {who}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {who}")
    cursor.execute(f"REVOKE TRUNCATE ON ALL TABLES IN SCHEMA public FROM {who}")
    for model in written_once_models():
        if model._meta.db_table in present:
            cursor.execute(f"REVOKE UPDATE, DELETE ON {quote(model._meta.db_table)} FROM {who}")
    cursor.execute(f"REVOKE INSERT ON records_leafformat, records_epoch FROM {who}")
    cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {who}")
