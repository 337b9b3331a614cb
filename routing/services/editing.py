"""What every edit of a draft has in common: the lock, the guard, and the merge of two people's edits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.core.errors import NotValid
from foundation.records.act import Act
from foundation.records.models import TrackedModel
from routing.exceptions import NotADraft, RowChanged
from routing.models import RoutingRevision
from routing.policies import EDIT

HISTORY_LOOKED_BACK = 50  # edits of one row between reading and saving; older than that is a conflict without a merge


def draft_for_edit(this: Act, actor: Actor, revision_id: int) -> RoutingRevision:
    """The revision, locked, checked to be a draft that this actor may edit. The act is about it."""
    # not FOR UPDATE: the protection triggers of its rows take FOR KEY SHARE on it
    revision: RoutingRevision = (
        RoutingRevision.objects.select_for_update(of=("self",), no_key=True)
        .select_related("item", "bom_revision__item")
        .get(pk=revision_id)
    )
    this.about(revision)
    require(actor, EDIT)
    if not revision.is_draft:
        raise NotADraft(
            _("%(number)s is “%(state)s”: only a draft can be edited.")
            % {"number": revision.number, "state": revision.get_state_display()},
            details={"state": revision.state},
        )
    return revision


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit came to: the fields that changed, and those another person had changed meanwhile (kept)."""

    changed: tuple[str, ...]
    merged: tuple[str, ...] = ()


def etag_of(row: models.Model, fields: Iterable[str]) -> str:
    """The version of a row: the hash of its editable fields."""
    return content_hash({name: plain(getattr(row, name)) for name in fields})[:32]


def apply_changes(row: TrackedModel, changes: Mapping[str, Any], fields: tuple[str, ...], expected: str = "") -> Edited:
    """Set changed fields on a locked row, without saving it.

    ``expected`` is the etag the editor started from. When the row changed since, both edits are merged if they touch
    different fields; RowChanged with both values where they touch the same. ``base~seen``: read as ``base``, and shown what
    ``seen`` has otherwise; what was entered overrules that version, and no later one. NotValid for a field that is not editable.
    """
    unknown = set(changes) - set(fields)
    if unknown:
        raise NotValid(_("“%(field)s” cannot be edited.") % {"field": sorted(unknown)[0]}, field=sorted(unknown)[0])
    mine = {name: value for name, value in changes.items() if plain(value) != plain(getattr(row, name))}
    merged: tuple[str, ...] = ()
    base, _tilde, seen = expected.partition("~")
    if base and base != etag_of(row, fields):
        mine, merged = _merge(row, mine, fields, base, seen)
    for name, value in mine.items():
        setattr(row, name, value)
    return Edited(tuple(sorted(mine)), merged)


def _merge(
    row: TrackedModel, mine: dict[str, Any], fields: tuple[str, ...], expected: str, seen: str
) -> tuple[dict[str, Any], tuple[str, ...]]:
    history = list(row.history.all().order_by("-history_id")[:HISTORY_LOOKED_BACK])
    base = next((past for past in history if etag_of(past, fields) == expected), None)
    theirs = {name for name in fields if base is None or plain(getattr(base, name)) != plain(getattr(row, name))}
    if base is not None:
        # fields in which this editor only repeats what was there at first are theirs to keep
        mine = {name: value for name, value in mine.items() if plain(value) != plain(getattr(base, name))}
    both = sorted(theirs & set(mine))
    if both and seen != etag_of(row, fields):
        latest = history[0] if history else None
        raise RowChanged(
            _("%(name)s changed the same fields while you were editing. Compare, then save again.")
            % {"name": latest.history_actor if latest else _("Someone else")},
            field=both[0],
            details={
                "fields": {name: {"theirs": plain(getattr(row, name)), "mine": plain(mine[name])} for name in both},
                "etag": etag_of(row, fields),
                "changed_by": latest.history_actor if latest else "",
                "changed_at": latest.history_date.isoformat() if latest else "",
            },
        )
    return mine, tuple(sorted(theirs))


def save_row(row: TrackedModel) -> None:
    """Field shapes and constraints first (as NotValid that names the field), then the row with its history."""
    try:
        row.clean_fields()
        row.validate_constraints()
    except ValidationError as error:
        raise _not_valid(error) from error
    row.save()


def _not_valid(error: ValidationError) -> NotValid:
    by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    field = next(iter(by_field))
    return NotValid(
        by_field[field][0],
        field="" if field == "__all__" else field,
        details={"fields": {name: list(texts) for name, texts in by_field.items()}},
    )


def plain(value: Any) -> Any:
    """A value as it is compared and hashed."""
    if isinstance(value, Decimal):
        # 2.50 read from the form and 2.500000 read from the database are the same limit
        return format(value.normalize(), "f") if value.is_finite() else str(value)
    if isinstance(value, models.Model):
        return value.pk
    return value
