"""Everything that was written in a period, with its seals: what an archive of a period holds and verify.py recomputes.

Shape (read by verify.py):

    archive.json         {"schema": "arteria-archive/1", "kind": "period", "first_seal", "last_seal", "rows", "withheld"}
    proof/seals.jsonl    the seals as they are exported, with the statements about keys before them
    proof/formats.json   {hash of a format, as the seals name it: {"key": …, "columns": […]}}
    rows/<table>.copy    PostgreSQL's COPY text of the rows, in the order of the seals: so many for each seal as it says
    rows/<table>.leaves  of tables that hold secrets: the SHA-256 leaves of the rows in their place, one in hex on each line
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper

from foundation.core.canonical import canonical_json
from foundation.records import leaves, proofs
from foundation.records.models import KeyStatement, LeafFormat, Seal
from foundation.records.renames import table_now
from foundation.records.selectors.trails import NEVER_SHOWN

SCHEMA = "arteria-archive/1"
INDEX, SEALS, FORMATS = "archive.json", "proof/seals.jsonl", "proof/formats.json"


@dataclass(slots=True)
class Period:
    """The files of an archive of a period, how many rows they hold, and when these were written."""

    files: dict[str, bytes] = field(default_factory=dict)
    rows: int = 0
    written_from: datetime | None = None
    written_until: datetime | None = None


def seals_with_rows(seals: models.QuerySet[Seal], rows: int) -> list[Seal]:
    """The first seals of these, so many as hold about this number of rows together; at least one if there is any."""
    found: list[Seal] = []
    counted = 0
    for seal in seals.iterator(chunk_size=500):
        if found and counted + seal.rows > rows:
            break
        found.append(seal)
        counted += seal.rows
    return found


def period_of(seals: Sequence[Seal]) -> Period:
    """Read every row that these consecutive seals cover."""
    period = Period(rows=sum(seal.rows for seal in seals))
    formats = {form.pk: form for form in LeafFormat.objects.all()}
    tables = sorted({table for seal in seals for table in seal.tables})
    withheld = [table for table in tables if holds_secrets(table)]
    with transaction.atomic(), connection.cursor() as cursor:
        leaves.pin_settings(cursor)
        for table in tables:
            of_table = [(seal, formats[seal.tables[table]["format"]]) for seal in seals if table in seal.tables]
            name, content = _rows_of(cursor, table, of_table, withhold=table in withheld)
            period.files[name] = content
        period.written_from, period.written_until = _written(cursor, seals)
    used = {
        seal.tables[table]["columns"]: formats[seal.tables[table]["format"]] for seal in seals for table in seal.tables
    }
    period.files |= {
        FORMATS: canonical_json({name: {"key": form.key, "columns": form.columns} for name, form in used.items()}),
        SEALS: b"".join(canonical_json(line) + b"\n" for line in _seal_lines(seals)),
        INDEX: canonical_json(
            {
                "schema": SCHEMA,
                "kind": "period",
                "first_seal": seals[0].number,
                "last_seal": seals[-1].number,
                "rows": period.rows,
                "written_from": period.written_from,
                "written_until": period.written_until,
                "withheld": withheld,
            }
        ),
    }
    return period


def holds_secrets(table: str) -> bool:
    """Do its rows hold hashes of secrets (passwords, PINs, tokens)? They prove themselves by their leaves, and stay here."""
    for model in apps.get_models():
        if model._meta.db_table == table_now(table):
            return any(one.column in NEVER_SHOWN for one in model._meta.concrete_fields)
    return True  # nobody knows this table any more


def _rows_of(
    cursor: CursorWrapper, table: str, seals: Sequence[tuple[Seal, LeafFormat]], *, withhold: bool
) -> tuple[str, bytes]:
    lines: list[bytes] = []

    def consume(_tx: int, _key: int, line: bytes) -> None:
        lines.append(leaves.leaf_hash(line).hex().encode() if withhold else line)

    for seal, form in seals:
        where = f"WHERE tx >= {seal.horizon_from} AND tx < {seal.horizon_to}"
        leaves.stream_leaves(cursor, table, form.columns, form.key, where, consume)
    return f"rows/{table}.{'leaves' if withhold else 'copy'}", b"".join(line + b"\n" for line in lines)


def _seal_lines(seals: Sequence[Seal]) -> list[dict[str, Any]]:
    statements = [{"key_statement": proofs.statement_json(one)} for one in KeyStatement.objects.order_by("pk")]
    return [*statements, *({"seal": proofs.seal_json(seal)} for seal in seals)]


def _written(cursor: CursorWrapper, seals: Sequence[Seal]) -> tuple[datetime | None, datetime | None]:
    cursor.execute(
        "SELECT min(received_at), max(received_at) FROM records_ledgerentry WHERE tx >= %s AND tx < %s",
        [seals[0].horizon_from, seals[-1].horizon_to],
    )
    found: tuple[datetime | None, datetime | None] = cursor.fetchone()
    return found
