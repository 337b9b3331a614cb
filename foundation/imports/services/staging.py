"""Take a file in: keep the original, read it into rows of text, find its header."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.jobs import Progress
from foundation.core.models import Job
from foundation.core.numbering import next_number
from foundation.files import sniffing
from foundation.files.selectors import content_of
from foundation.files.services import keep_original
from foundation.imports.exceptions import FileNotReadable
from foundation.imports.models import ImportBatch, StagedRow
from foundation.imports.reading import MAX_SIZE, Table, is_large, read_table, refuse_size
from foundation.imports.schema import ImportSchema, schema_named
from foundation.imports.services.background import IMPORTER, queue_reading
from foundation.imports.services.common import locked_batch
from foundation.imports.services.mapping import suggested_mapping
from foundation.imports.states import BATCH, STAGE, BatchState
from foundation.records.act import act

HEADER_WITHIN = 20  # rows in which a header is looked for


def stage_file(
    *,
    actor: Actor,
    schema: str,
    content: bytes,
    name: str,
    origin: str,
    sheet: str = "",
    encoding: str = "",
    header_row: int | None = None,
) -> ImportBatch:
    """Keep the file and read it into staged rows; nothing else is written. ``origin``: where it is said to come from.

    A large file is only kept, and read by the worker: the batch is `reading` until then. FileNotReadable (see
    `reading.read_table`), FileRefused for a type that is neither text nor workbook, NotValid for an unknown schema.
    """
    with act(actor=actor, verb="imports.file.staged") as this:
        require(actor, STAGE)
        wanted = schema_named(schema)
        this.note(name=name, size=len(content))
        refuse_size(content)
        large = is_large(content)
        table = None if large else read_table(content, sheet=sheet, encoding=encoding)
        original = keep_original(
            actor=actor,
            content=content,
            name=name,
            origin_statement=origin or _("handed in by %(name)s") % {"name": actor.name},
            allowed_types=(sniffing.CSV, sniffing.TEXT, sniffing.XLSX),
            max_size=MAX_SIZE,
        )
        batch = ImportBatch(
            number=next_number("import", prefix="IMP"),
            schema=wanted.code,
            original=original,
            staged_by=actor.name,
            staged_at=this.at,
        )
        if table is None:
            batch.state = BatchState.READING
            batch.save()
            queue_reading(actor, batch, sheet=sheet, encoding=encoding, header_row=header_row)
        else:
            _take(batch, wanted, table, header_row)
        this.about(batch)
        this.relate(original)
    return batch


def read_staged(job: Job, progress: Progress) -> dict[str, Any]:
    """The worker's part of `stage_file` and `reread_batch`. A file that cannot be read ends there, with the reason."""
    options = {name: job.payload[name] for name in ("sheet", "encoding")}
    batch = ImportBatch.objects.select_related("original__file").get(pk=job.payload["batch"])
    if batch.state != BatchState.READING:
        return {}
    with translation.override(job.payload["language"]):
        progress.report(10, _("Reading the file"))
        try:
            table = read_table(content_of(batch.original), **options)
            progress.report(
                40, ngettext("%(count)d row", "%(count)d rows", len(table.rows)) % {"count": len(table.rows)}
            )
            with act(actor=IMPORTER, verb="imports.file.read") as this:
                batch = locked_batch(batch.pk)
                this.about(batch)
                batch.state = BATCH.next(batch.state, "read").target
                batch.rows.all().delete()
                _take(batch, schema_named(batch.schema), table, job.payload["header_row"])
        except FileNotReadable as refusal:
            _give_up(batch.pk, str(refusal.reason))
    return {"rows": batch.row_count}


def _give_up(batch_id: int, why: str) -> None:
    with act(actor=IMPORTER, verb="imports.file.unreadable", reason=why) as this:
        batch = locked_batch(batch_id)
        this.about(batch)
        batch.state = BATCH.next(batch.state, "give_up").target
        batch.problem = why[:500]
        batch.save()


def reread_batch(
    *, actor: Actor, batch_id: int, sheet: str = "", encoding: str = "", header_row: int | None = None
) -> ImportBatch:
    """Read the kept original again: another sheet, encoding or header row. What was decided on its rows is gone."""
    with act(actor=actor, verb="imports.file.read_again") as this:
        require(actor, STAGE)
        batch = locked_batch(batch_id)
        this.about(batch)
        content = content_of(batch.original)
        if is_large(content):
            batch.state = BATCH.next(batch.state, "read_later").target
            batch.edition += 1
            batch.save()
            queue_reading(actor, batch, sheet=sheet, encoding=encoding, header_row=header_row)
            return batch
        batch.state = BATCH.next(batch.state, "read").target
        table = read_table(content, sheet=sheet, encoding=encoding)
        batch.rows.all().delete()
        _take(batch, schema_named(batch.schema), table, header_row)
    return batch


def _take(batch: ImportBatch, schema: ImportSchema, table: Table, header_row: int | None) -> None:
    """Put the table's rows under the batch. Rows without any text are not rows."""
    header = header_row or find_header(schema, table)
    if not 1 <= header <= len(table.rows):
        raise FileNotReadable(
            _("There is no row %(row)d in this file.") % {"row": header}, code="no-such-row", field="header_row"
        )
    filled = [number for number, row in enumerate(table.rows, 1) if number > header and any(row)]
    if not filled:
        raise FileNotReadable(_("There are no rows below the header."), code="file-empty", field="file")
    batch.encoding, batch.delimiter = table.encoding, table.delimiter
    batch.sheet, batch.sheets, batch.header_row = table.sheet, table.sheets, header
    batch.columns = table.rows[header - 1]
    batch.mapping = suggested_mapping(schema, batch.columns)
    batch.row_count, batch.counts, batch.review_due = len(filled), {}, False
    batch.edition += 1
    batch.save()
    marks = _marks_by_row(table)
    StagedRow.objects.bulk_create(
        [
            StagedRow(
                batch=batch,
                key=f"r{number}",
                sequence=sequence,
                row_number=number,
                raw=table.rows[number - 1],
                marks=marks.get(number, {}),
            )
            for sequence, number in enumerate(filled, 1)
        ],
        batch_size=2000,
    )


def _marks_by_row(table: Table) -> dict[int, dict[str, Any]]:
    by_row: dict[int, dict[str, Any]] = {}
    for (row, column), mark in table.marks.items():
        by_row.setdefault(row, {})[str(column)] = mark
    return by_row


def find_header(schema: ImportSchema, table: Table) -> int:
    """The row, among the first, whose texts name most fields; else the first that is not empty."""
    known = {alias for field in schema.fields if not field.decision for alias in (field.code, *field.aliases)}
    candidates = [
        (len({text.strip().lower() for text in row} & known), -number)
        for number, row in enumerate(table.rows[:HEADER_WITHIN], 1)
        if any(row)
    ]
    return -max(candidates)[1] if candidates else 1
