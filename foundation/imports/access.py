"""Who reads what was staged, and the files it was read from."""

from __future__ import annotations

from django.db.models import QuerySet

from foundation.accounts.scope import Scope
from foundation.core.actor import Actor
from foundation.files.models import Attachment
from foundation.imports.models import ImportBatch, SavedMapping, StagedDecision, StagedRow

STAGE, FILES = "imports.stage_file", "files.view_attachment"


def scopes() -> dict[type, Scope]:
    """What is imported are definitions, which are global."""
    return dict.fromkeys((ImportBatch, StagedRow, StagedDecision, SavedMapping), Scope(STAGE))


def originals(actor: Actor) -> QuerySet[Attachment]:
    """Provider of ``files.visible_originals``: files that definitions were read from, for whoever may read files."""
    of_batches = ImportBatch.objects.visible_to(actor, FILES).values("original")
    rows: QuerySet[Attachment] = Attachment.objects.filter(pk__in=of_batches)
    return rows
