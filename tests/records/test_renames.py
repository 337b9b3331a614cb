"""Migrations and sealed rows: a column may come, a name may change with an entry in the map, nothing may go."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.db.migrations import operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from foundation.accounts.models import Site
from foundation.core.actor import Actor
from foundation.records import leaves, protection, renames, sealing
from foundation.records.act import act
from foundation.records.models import LedgerEntry
from foundation.records.verification import Report, Scope, recompute
from tests.records.test_tampering import owner_instead

WORKER = Actor.system("worker")
pytestmark = pytest.mark.pg15
SAME_TEXT = [{"varchar", "text"}, {"integer", "bigint", "smallint"}]
"""Types whose COPY text is the same for the same value: a change between these touches no leaf."""


def problems_of(migrations: Any) -> Iterator[str]:
    """What migrations do to sealed tables that the map does not say."""
    state = ProjectState()
    for key, migration in migrations:
        for operation in migration.operations:
            before = state.clone()
            operation.state_forwards(key[0], state)
            yield from _problems(key, operation, before, state)


def _problems(key: tuple[str, str], operation: Any, before: ProjectState, after: ProjectState) -> Iterator[str]:
    label = (key[0], getattr(operation, "model_name", getattr(operation, "name", "")).lower())
    model = before.models.get(label)
    if model is None or not _is_sealed(model):
        return
    table = model.options.get("db_table") or f"{label[0]}_{label[1]}"
    columns = renames.COLUMNS.get(renames.table_now(table), {})
    name = ".".join(key)
    if isinstance(operation, operations.DeleteModel) and table not in renames.DROPPED:
        yield f"{name} drops {table}"
    elif isinstance(operation, operations.RemoveField) and _column(model, operation.name) not in columns:
        yield f"{name} drops {table}.{operation.name}"
    elif isinstance(operation, operations.RenameField) and _column(model, operation.old_name) not in columns:
        yield f"{name} renames {table}.{operation.old_name}"
    elif isinstance(operation, operations.RenameModel | operations.AlterModelTable) and table not in renames.TABLES:
        yield f"{name} renames {table}"
    elif isinstance(operation, operations.AlterField):
        old, new = _type(before, label, operation.name), _type(after, label, operation.name)
        if old != new and not any({old, new} <= same for same in SAME_TEXT) and operation.name not in columns:
            yield f"{name} makes {table}.{operation.name} {new} instead of {old}"


def _is_sealed(model: Any) -> bool:
    unsealed = {("records", kind._meta.model_name) for kind in protection.UNSEALED}
    return "tx" in model.fields and (model.app_label, model.name_lower) not in unsealed


def _column(model: Any, field: str) -> str:
    return f"{field}_id" if isinstance(model.fields[field], models.ForeignKey) else field


def _type(state: ProjectState, label: tuple[str, str], field: str) -> str:
    found = state.apps.get_model(*label)._meta.get_field(field)
    return (found.db_type(connection) or "").split("(")[0] + _scale(found)


def _scale(field: Any) -> str:
    return f"/{field.decimal_places}" if isinstance(field, models.DecimalField) else ""


def committed_migrations() -> list[tuple[tuple[str, str], Any]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    plan: list[tuple[str, str]] = []
    for leaf in loader.graph.leaf_nodes():
        plan += [key for key in loader.graph.forwards_plan(leaf) if key not in plan]
    return [(key, loader.graph.nodes[key]) for key in plan]


def test_every_change_of_a_sealed_column_or_table_is_in_the_map() -> None:
    assert list(problems_of(committed_migrations())) == []


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (operations.RenameField("stationsign", "code", "sign"), "renames tests_stationsign.code"),
        (operations.RemoveField("stationsign", "code"), "drops tests_stationsign.code"),
        (operations.RenameModel("StationSign", "Sign"), "renames tests_stationsign"),
        (operations.DeleteModel("StationSign"), "drops tests_stationsign"),
        (
            operations.AlterField("stationsign", "size", models.DecimalField(max_digits=9, decimal_places=3)),
            "makes tests_stationsign.size numeric/3 instead of numeric/2",
        ),
    ],
)
def test_a_change_without_its_entry_is_said(operation: Any, said: str) -> None:
    made = operations.CreateModel(
        "StationSign",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("tx", models.BigIntegerField()),
            ("code", models.CharField(max_length=9)),
            ("size", models.DecimalField(max_digits=9, decimal_places=2)),
        ],
    )
    plan = [(("tests", "0001"), _migration(made)), (("tests", "0002"), _migration(operation))]
    assert [problem.split(" ", 1)[1] for problem in problems_of(plan)] == [said]


def test_wider_text_and_new_columns_need_no_entry() -> None:
    made = operations.CreateModel(
        "StationSign",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("tx", models.BigIntegerField()),
            ("code", models.CharField(max_length=9)),
        ],
    )
    wider = operations.AlterField("stationsign", "code", models.TextField())
    added = operations.AddField("stationsign", "more", models.TextField(default=""))
    plan = [(("tests", "0001"), _migration(made)), (("tests", "0002"), _migration(wider, added))]
    assert list(problems_of(plan)) == []


def _migration(*found: Any) -> Any:
    return type("Migration", (), {"operations": list(found)})


class TestSealedRowsAfterMigrations:
    """What was sealed before an added, renamed or retyped column is read as it was."""

    @pytest.fixture(autouse=True)
    def sealed(self, committed_db: None, sealing_key: str) -> Iterator[None]:
        for code in ("A", "B"):
            with act(actor=WORKER, verb="t.site.made", reason="plan"):
                Site(code=code, name={"en": code}).save()
        sealing.make_seals()
        with owner_instead():
            yield

    def found(self) -> set[tuple[str, str]]:
        report = Report()
        recompute(report, Scope())
        kinds = {(finding.kind, finding.table) for finding in report.findings}
        return kinds - {("changed", "records_leafformat")}  # the models of this test know nothing of its migration

    def migrate(self, statement: str, columns: list[str] | None = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            if columns:
                cursor.execute(
                    "INSERT INTO records_leafformat (tx, table_name, key, columns, created_at) "
                    "VALUES (0, 'records_ledgerentry', 'id', to_jsonb(%s), now())",
                    [sorted(columns)],
                )

    @pytest.fixture
    def undone(self) -> Iterator[None]:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        leaves.current_format_id.cache_clear()

    def columns(self) -> list[str]:
        return [field.column for field in LedgerEntry._meta.concrete_fields]

    def test_an_added_column(self, undone: None) -> None:
        self.migrate(
            "ALTER TABLE records_ledgerentry ADD COLUMN more text NOT NULL DEFAULT 'x'", [*self.columns(), "more"]
        )
        assert self.found() == set()

    def test_a_renamed_column_with_its_entry_and_without(self, undone: None, monkeypatch: pytest.MonkeyPatch) -> None:
        renamed = ["why" if column == "reason" else column for column in self.columns()]
        self.migrate("ALTER TABLE records_ledgerentry RENAME COLUMN reason TO why", renamed)
        assert ("format-cannot-be-read", "records_ledgerentry") in self.found()
        monkeypatch.setitem(renames.COLUMNS, "records_ledgerentry", {"reason": '"why"'})
        assert self.found() == set()

    def test_a_retyped_column_with_its_entry_and_without(self, undone: None, monkeypatch: pytest.MonkeyPatch) -> None:
        self.migrate(
            "ALTER TABLE records_ledgerentry ALTER COLUMN captured_at TYPE timestamp USING captured_at AT TIME ZONE 'UTC'"
        )
        assert ("changed", "records_ledgerentry") in self.found()
        monkeypatch.setitem(
            renames.COLUMNS, "records_ledgerentry", {"captured_at": """("captured_at" AT TIME ZONE 'UTC')"""}
        )
        assert self.found() == set()


def test_every_sealed_table_is_known_to_the_migrations() -> None:
    """So that no change of one is overlooked above."""
    state = ProjectState()
    for _key, migration in committed_migrations():
        state = migration.mutate_state(state, preserve=False)
    known = {label for label, model in state.models.items() if _is_sealed(model)}
    assert {(m._meta.app_label, m._meta.model_name) for m in protection.sealed_models()} <= known
