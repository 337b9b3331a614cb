"""What people do to staged rows: correct a cell, decide, accept what is suggested, add or take out a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Max
from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.imports.models import ImportBatch, RowKind, StagedDecision, StagedRow
from foundation.imports.schema import SUGGESTION, ImportSchema, schema_named
from foundation.imports.selectors import texts_of
from foundation.imports.services.common import decision, keep, locked_batch
from foundation.imports.services.review import count_rows, review_after, settle
from foundation.imports.states import BATCH, STAGE
from foundation.records.act import act

Changes = Mapping[str, str]


def correct_rows(*, actor: Actor, batch_id: int, changes: Mapping[str, Changes], expected: str = "") -> ImportBatch:
    """Put texts and decisions in place, for many rows at once: {row or group key: {field: text}}.

    A field of the file is a correction of its cell (the original stays as it was); a decision field is decided, and ""
    takes a decision back. NotValid: unknown row, field, or choice.
    """
    with act(actor=actor, verb="imports.rows.corrected") as this:
        require(actor, STAGE)
        batch = locked_batch(batch_id, expected)
        this.about(batch)
        BATCH.next(batch.state, "edit")
        schema = schema_named(batch.schema)
        rows = {row.key: row for row in batch.rows.filter(key__in=list(changes))}
        missing = sorted(set(changes) - set(rows))
        if missing:
            raise NotValid(_("There is no row %(row)s.") % {"row": missing[0]}, code="no-such-row", field=missing[0])
        noted = [note for key, fields in changes.items() for note in _change(batch, schema, rows[key], fields)]
        StagedRow.objects.bulk_update(rows.values(), ["values", "decisions"], batch_size=1000)
        keep(noted)
        review_after(actor, batch, schema, *rows.values())
    return batch


def _change(batch: ImportBatch, schema: ImportSchema, row: StagedRow, fields: Changes) -> list[StagedDecision]:
    noted = []
    scope = "group" if row.kind == RowKind.GROUP else "row"
    known = {field.code: field for field in schema.fields if field.on == scope}
    texts = texts_of(batch, row) if scope == "row" else {}
    for name, value in fields.items():
        field = known.get(name)
        text = str(value).strip()
        if field is None:
            raise NotValid(_("There is no field %(field)s to set.") % {"field": name}, field=name)
        if field.choices and text and text not in {choice for choice, _label in field.choices}:
            raise NotValid(_("“%(value)s” cannot be chosen here.") % {"value": text}, code="no-such-choice", field=name)
        before = str(row.decisions.get(name, "")) if field.decision else texts.get(name, "")
        confirms = str(batch.mapping.get(name)) in row.marks and name not in row.values
        if before == text and not confirms:  # typing what a marked cell says settles the mark
            continue
        if not field.decision:
            row.values = row.values | {name: text}
        elif text:
            row.decisions = row.decisions | {name: text}
        else:
            row.decisions = {key: kept for key, kept in row.decisions.items() if key != name}
        noted.append(decision(row, "decide" if field.decision else "correct", name, before, text))
    return noted


def accept_suggestions(
    *, actor: Actor, batch_id: int, keys: Sequence[str] | None = None, problem: str = "", expected: str = ""
) -> ImportBatch:
    """Accept how rows are read. All suggestions of the batch, or of the rows named; a warning only by its own key.

    ``problem``: the key of one problem (of the single row named), which may also be a warning.
    """
    with act(actor=actor, verb="imports.suggestions.accepted") as this:
        require(actor, STAGE)
        batch = locked_batch(batch_id, expected)
        this.about(batch)
        BATCH.next(batch.state, "edit")
        found = batch.rows.exclude(status="ok")
        rows = list(found if keys is None else found.filter(key__in=list(keys)))
        noted = [note for row in rows for note in _accept(row, problem)]
        if problem and not noted:
            raise NotValid(_("There is nothing to accept any more."), code="no-such-problem")
        settle(rows)
        StagedRow.objects.bulk_update(rows, ["accepted", "problems", "status"], batch_size=1000)
        keep(noted)
        this.note(accepted=len(noted))
        count_rows(batch)
        batch.edition += 1
        batch.save()
    return batch


def _accept(row: StagedRow, problem: str) -> list[StagedDecision]:
    wanted = [
        found
        for found in row.open_problems
        if (found["key"] == problem and found["severity"] != "error")
        or (not problem and found["severity"] == SUGGESTION)
    ]
    row.accepted = [*row.accepted, *(found["key"] for found in wanted)]
    return [decision(row, "accept", found["column"], found["code"], found["suggestion"]) for found in wanted]


def add_row(*, actor: Actor, batch_id: int, values: Changes, reason: str, expected: str = "") -> StagedRow:
    """Add a row that the file lacks, with a reason. Fields as in `correct_rows`."""
    with act(actor=actor, verb="imports.row.added", reason=reason) as this:
        require(actor, STAGE)
        batch = locked_batch(batch_id, expected)
        this.about(batch)
        BATCH.next(batch.state, "edit")
        if not reason.strip():
            raise NotValid(_("Give a reason."), code="reason-required", field="reason")
        last = batch.rows.aggregate(last=Max("sequence"))["last"] or 0
        row = StagedRow(batch=batch, key=f"a{last + 1}", kind=RowKind.ADDED, sequence=last + 1)
        noted = _change(batch, schema_named(batch.schema), row, values)
        row.save()
        keep([decision(row, "add", after=reason), *noted])
        review_after(actor, batch, schema_named(batch.schema), row)
    return row


def remove_row(*, actor: Actor, batch_id: int, key: str, expected: str = "") -> ImportBatch:
    """Take an added row out again. A row of the file stays: it is corrected, or decided to be left out."""
    with act(actor=actor, verb="imports.row.removed") as this:
        require(actor, STAGE)
        batch = locked_batch(batch_id, expected)
        this.about(batch)
        BATCH.next(batch.state, "edit")
        row = batch.rows.filter(key=key, kind=RowKind.ADDED).first()
        if row is None:
            raise NotValid(_("Only a row that was added here can be taken out."), code="no-such-row")
        keep([decision(row, "remove")])
        row.delete()
        review_after(actor, batch, schema_named(batch.schema))
    return batch
