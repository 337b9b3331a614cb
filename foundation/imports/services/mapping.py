"""Which column means what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.imports.models import ImportBatch, SavedMapping
from foundation.imports.schema import ImportSchema, schema_named
from foundation.imports.services.background import is_for_the_worker
from foundation.imports.services.common import locked_batch
from foundation.imports.services.review import review_after
from foundation.imports.states import BATCH, STAGE
from foundation.records.act import act


def suggested_mapping(schema: ImportSchema, columns: Sequence[str]) -> dict[str, int]:
    """Target field → column: from a saved mapping whose headers are all there, else by the fields' own names."""
    places = {text.strip().lower(): index for index, text in reversed(list(enumerate(columns))) if text.strip()}
    for saved in SavedMapping.objects.filter(schema=schema.code).order_by("-pk"):
        wanted = {field: places.get(text.lower()) for field, text in saved.columns.items()}
        if wanted and None not in wanted.values():
            return {field: index for field, index in wanted.items() if index is not None}
    found: dict[str, int] = {}
    for field in schema.fields:
        if field.decision:
            continue
        names = (field.code, *field.aliases)
        index = next((places[name] for name in names if name in places and places[name] not in found.values()), None)
        if index is not None:
            found[field.code] = index
    return found


def map_columns(
    *, actor: Actor, batch_id: int, mapping: Mapping[str, int], save_as: str = "", expected: str = ""
) -> ImportBatch:
    """Say which column each field is in, and review every row (the worker does it where they are many: the batch is then
    `reviewing`). ``save_as`` keeps the mapping under a name.

    NotValid: a required field without a column, a column that does not exist or is used twice, an unknown field.
    """
    with act(actor=actor, verb="imports.columns.mapped") as this:
        require(actor, STAGE)
        batch = locked_batch(batch_id, expected)
        this.about(batch)
        row = BATCH.next(batch.state, "map_later" if is_for_the_worker(batch) else "map")
        schema = schema_named(batch.schema)
        _check(schema, mapping, len(batch.columns))
        batch.state, batch.mapping = row.target, dict(mapping)
        this.note(mapping=batch.mapping)
        if save_as.strip():
            columns = {field: batch.columns[index] for field, index in mapping.items()}
            save_mapping(actor=actor, schema=batch.schema, name=save_as, columns=columns)
        review_after(actor, batch, schema)
    return batch


def save_mapping(*, actor: Actor, schema: str, name: str, columns: Mapping[str, str]) -> SavedMapping:
    """Keep a mapping (field → header text) under a name, for the next file of this shape."""
    with act(actor=actor, verb="imports.mapping.saved") as this:
        require(actor, STAGE)
        schema_named(schema)
        found: SavedMapping = SavedMapping.objects.select_for_update().filter(
            schema=schema, name=name.strip()
        ).first() or SavedMapping(schema=schema, name=name.strip())
        found.columns = dict(columns)
        found.save()
        this.about(found)
    return found


def _check(schema: ImportSchema, mapping: Mapping[str, int], width: int) -> None:
    fields = {field.code: field for field in schema.fields if not field.decision}
    for code, index in mapping.items():
        if code not in fields or not 0 <= index < width:
            raise NotValid(_("There is no such field or column: %(code)s.") % {"code": code}, field=code)
    if len(set(mapping.values())) != len(mapping):
        twice = next(code for code, index in mapping.items() if list(mapping.values()).count(index) > 1)
        raise NotValid(_("One column cannot be two fields."), code="column-twice", field=twice)
    for code, field in fields.items():
        if field.required and code not in mapping:
            raise NotValid(
                _("Say which column is “%(field)s”.") % {"field": field.label}, code="field-not-mapped", field=code
            )
