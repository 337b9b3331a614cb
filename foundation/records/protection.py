"""The database refuses: triggers, grants and leaf formats, put in place after every `migrate` from the models themselves.

Plain plpgsql without any session switch. They are generated from the registry instead of being written into each
migration, so that no table can be forgotten; `verify_records` and a test check that every one is there and enabled
(docs/decisions/protection-follows-the-models.md).
"""

from __future__ import annotations

import json
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
    HistoryRow,
    LeafFormat,
    RevisionContent,
    Seal,
    SealBlock,
    SigningKey,
)

UNSEALED = (Seal, SealBlock, SigningKey, LeafFormat)
REVISION_MOVES = (("draft", "in_review"), ("in_review", "draft"), ("in_review", "approved"), ("approved", "retired"))

FUNCTIONS = """
CREATE OR REPLACE FUNCTION arteria_stamp_tx() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.tx := pg_current_xact_id()::text::bigint; RETURN NEW; END $$;

CREATE OR REPLACE FUNCTION arteria_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% on % refused: its rows are written once', TG_OP, TG_TABLE_NAME USING ERRCODE = 'AR001'; END $$;

CREATE OR REPLACE FUNCTION arteria_guard_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE free text[] := string_to_array(TG_ARGV[0], ','); moves text[] := string_to_array(TG_ARGV[1], ',');
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'draft' THEN
      RAISE EXCEPTION 'DELETE on % refused: the revision is %', TG_TABLE_NAME, OLD.state USING ERRCODE = 'AR002';
    END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' THEN
      RAISE EXCEPTION 'INSERT on % refused: a revision starts as a draft', TG_TABLE_NAME USING ERRCODE = 'AR002';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> NEW.state AND NOT (OLD.state || '>' || NEW.state) = ANY (moves) THEN
    RAISE EXCEPTION 'UPDATE on % refused: no way from % to %', TG_TABLE_NAME, OLD.state, NEW.state USING ERRCODE = 'AR003';
  END IF;
  IF OLD.state <> 'draft' AND (to_jsonb(OLD) - free) IS DISTINCT FROM (to_jsonb(NEW) - free) THEN
    RAISE EXCEPTION 'UPDATE on % refused: the content of a revision is frozen once it left draft', TG_TABLE_NAME
      USING ERRCODE = 'AR002';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION arteria_guard_revision_content() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE parent bigint; parents bigint[] := '{}'; found text;
BEGIN
  IF TG_OP <> 'INSERT' THEN parents := parents || (to_jsonb(OLD) ->> TG_ARGV[1])::bigint; END IF;
  IF TG_OP <> 'DELETE' THEN parents := parents || (to_jsonb(NEW) ->> TG_ARGV[1])::bigint; END IF;
  FOREACH parent IN ARRAY parents LOOP
    EXECUTE format('SELECT state FROM %I WHERE id = $1 FOR KEY SHARE', TG_ARGV[0]) INTO found USING parent;
    IF found IS DISTINCT FROM 'draft' THEN
      RAISE EXCEPTION '% on % refused: its revision is not a draft', TG_OP, TG_TABLE_NAME USING ERRCODE = 'AR002';
    END IF;
  END LOOP;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
"""

DIGEST = r"""
CREATE OR REPLACE FUNCTION arteria_act_digest(formats jsonb) RETURNS bytea LANGUAGE plpgsql STABLE
  SET TimeZone = 'UTC' SET DateStyle = 'ISO, MDY' SET IntervalStyle = 'postgres' SET bytea_output = 'hex'
  SET extra_float_digits = 1
AS $$
DECLARE t_name text; t_format bigint; t_line text; t_key text; part bytea; whole bytea := ''::bytea;
BEGIN
  FOR t_name, t_format IN SELECT e.key, e.value::bigint FROM jsonb_each_text(formats) e ORDER BY e.key COLLATE "C" LOOP
    SELECT f.key, string_agg(
      CASE WHEN a.atttypid = 'boolean'::regtype
        THEN format('CASE r.%1$I WHEN true THEN ''t'' WHEN false THEN ''f'' ELSE ''\N'' END', c.name)
        ELSE format('coalesce(replace(replace(replace(replace(replace(replace(replace(r.%1$I::text, ''\'', ''\\''), '
          || 'chr(8), ''\b''), chr(9), ''\t''), chr(10), ''\n''), chr(11), ''\v''), chr(12), ''\f''), chr(13), ''\r''), ''\N'')',
          c.name) END,
      ' || chr(9) || ' ORDER BY c.position)
    INTO t_key, t_line
    FROM records_leafformat f
    CROSS JOIN LATERAL jsonb_array_elements_text(f.columns) WITH ORDINALITY AS c(name, position)
    JOIN pg_attribute a ON a.attrelid = f.table_name::regclass AND a.attname = c.name
    WHERE f.id = t_format AND f.table_name = t_name
    GROUP BY f.key;
    EXECUTE format('SELECT coalesce(sha256(string_agg(sha256(''\x00''::bytea || convert_to(%s, ''UTF8'')), ''''::bytea '
      || 'ORDER BY r.%I)), ''''::bytea) FROM %I r WHERE r.tx = $1', t_line, t_key, t_name)
    INTO part USING pg_current_xact_id()::text::bigint;
    whole := whole || sha256(convert_to(t_name, 'UTF8')) || part;
  END LOOP;
  RETURN sha256(whole);
END $$;
"""


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


def missing_triggers(cursor: CursorWrapper) -> list[tuple[str, str]]:
    """(table, trigger) of protections that are absent or not enabled in the database."""
    cursor.execute(
        "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE t.tgname LIKE 'arteria\\_%%' AND t.tgenabled IN ('O', 'A')"
    )
    present = set(cursor.fetchall())
    return [(table, name) for table, name, _statement in triggers() if (table, name) not in present]


def after_migrate(sender: Any, using: str = "default", **_kwargs: Any) -> None:
    """post_migrate of the last app: install everything, as the owner."""
    speaking = [config for config in apps.get_app_configs() if config.models_module is not None]
    if sender.label == speaking[-1].label:
        install(using)


def install(using: str = "default") -> None:
    """Put triggers, leaf formats and grants in place. Idempotent; runs as the owner of the tables."""
    with connections[using].cursor() as cursor:
        present = set(connections[using].introspection.table_names(cursor))
        if LeafFormat._meta.db_table not in present:
            return
        cursor.execute(FUNCTIONS)
        cursor.execute(DIGEST)
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
    cursor.execute(f"REVOKE INSERT ON records_leafformat FROM {who}")
    cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {who}")
