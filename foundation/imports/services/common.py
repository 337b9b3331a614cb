"""What the services of a batch share."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from foundation.core.errors import Conflict
from foundation.imports.models import ImportBatch, StagedDecision, StagedRow
from foundation.records.context import require_act


def locked_batch(batch_id: int, expected: str = "") -> ImportBatch:
    """The batch, locked. Conflict when it is not the edition that was read."""
    batch: ImportBatch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if expected and expected != batch.etag:
        raise Conflict(
            _("Somebody else worked on %(number)s meanwhile.") % {"number": batch.number},
            code="edited-meanwhile",
            details={"etag": batch.etag},
        )
    return batch


def decision(row: StagedRow, kind: str, field: str = "", before: str = "", after: str = "") -> StagedDecision:
    """The unsaved note of what a person did to a row."""
    this = require_act("StagedDecision")
    return StagedDecision(
        batch_id=row.batch_id,
        row_key=row.key,
        row_number=row.row_number,
        kind=kind,
        field=field,
        before=before,
        after=after,
        actor_name=this.actor.name,
        at=this.at,
    )


def keep(decisions: Iterable[StagedDecision]) -> None:
    rows = list(decisions)
    if rows:
        StagedDecision.objects.bulk_create(rows, batch_size=2000)
