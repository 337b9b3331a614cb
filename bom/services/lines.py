"""Editing a draft, line by line. Every edit counts the draft's edition up; ``expected`` is the etag that was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bom.exceptions import CycleFound
from bom.models import BomLine, BomRevision, BomTool, Item, ItemKind
from bom.selectors import load_structure, newest_revision
from bom.services.revisions import EDIT, LineData, ToolData, build_line, build_tool, line_values, lock_draft, touch
from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.records.act import act


def add_line(*, actor: Actor, revision_id: int, line: LineData, expected: str = "", reason: str = "") -> BomLine:
    """Add a component. NotValid: position taken, unknown item, a tool, wrong unit or quantity; CycleFound; EditedMeanwhile."""
    with act(actor=actor, verb="bom.line.added", reason=reason) as this:
        require(actor, EDIT)
        revision = lock_draft(revision_id, expected)
        this.about(revision)
        row = build_line(revision, line, _component(revision, line.component_id))
        _save(row, revision)
        this.note(position=row.position)
    return row


def change_line(
    *, actor: Actor, line_id: int, changes: Mapping[str, Any], expected: str = "", reason: str = ""
) -> BomLine:
    """Change fields of a line (those of `LineData`). Refusals as `add_line`."""
    with act(actor=actor, verb="bom.line.changed", reason=reason) as this:
        require(actor, EDIT)
        old = BomLine.objects.get(pk=line_id)
        revision = lock_draft(old.revision_id, expected)
        this.about(revision)
        unknown = set(changes) - set(LineData.__dataclass_fields__)
        if unknown:
            raise NotValid(_("A line has no such field."), field=sorted(unknown)[0])
        values = line_values(old) | dict(changes)
        if changes.get("component_id", old.component_id) != old.component_id and "unit" not in changes:
            values["unit"] = ""
        component = _component(revision, values["component_id"])
        row = build_line(revision, LineData(**values), component)
        row.pk, row._state.adding = old.pk, False
        _save(row, revision)
        this.note(position=row.position)
    return row


def remove_line(*, actor: Actor, line_id: int, expected: str = "", reason: str = "") -> None:
    """Take a line out of a draft. NotValid while another line refers to it."""
    with act(actor=actor, verb="bom.line.removed", reason=reason) as this:
        require(actor, EDIT)
        line: BomLine = BomLine.objects.get(pk=line_id)
        revision = lock_draft(line.revision_id, expected)
        this.about(revision)
        referring = [
            other.position
            for other in revision.lines.exclude(pk=line.pk)
            if line.position in (other.cut_from, other.used_with, *other.alternate_of)
        ]
        if referring:
            raise NotValid(
                _("Other lines refer to %(position)s: %(lines)s.")
                % {"position": line.position, "lines": ", ".join(sorted(referring))},
                code="line-referred-to",
            )
        this.note(position=line.position)
        line.delete()
        touch(revision)


def add_tool(*, actor: Actor, revision_id: int, tool: ToolData, expected: str = "", reason: str = "") -> BomTool:
    """Add a tool that the work needs."""
    with act(actor=actor, verb="bom.tool.added", reason=reason) as this:
        require(actor, EDIT)
        revision = lock_draft(revision_id, expected)
        this.about(revision)
        row = build_tool(revision, tool)
        _save(row, revision)
        this.note(position=row.position)
    return row


def change_tool(
    *, actor: Actor, tool_id: int, changes: Mapping[str, Any], expected: str = "", reason: str = ""
) -> BomTool:
    """Change fields of a tool line (those of `ToolData`)."""
    with act(actor=actor, verb="bom.tool.changed", reason=reason) as this:
        require(actor, EDIT)
        old: BomTool = BomTool.objects.get(pk=tool_id)
        revision = lock_draft(old.revision_id, expected)
        this.about(revision)
        values = {name: getattr(old, name) for name in ToolData.__dataclass_fields__} | dict(changes)
        row = build_tool(revision, ToolData(**values))
        row.pk, row._state.adding = old.pk, False
        _save(row, revision)
    return row


def remove_tool(*, actor: Actor, tool_id: int, expected: str = "", reason: str = "") -> None:
    """Take a tool out of a draft."""
    with act(actor=actor, verb="bom.tool.removed", reason=reason) as this:
        require(actor, EDIT)
        tool: BomTool = BomTool.objects.get(pk=tool_id)
        revision = lock_draft(tool.revision_id, expected)
        this.about(revision)
        tool.delete()
        touch(revision)


def _component(revision: BomRevision, item_id: int) -> Item:
    """The item, if it can be a component of this revision."""
    item: Item | None = Item.objects.filter(pk=item_id).first()
    if item is None:
        raise NotValid(_("There is no such item."), code="unknown-item", field="component_id")
    if item.kind == ItemKind.TOOL:
        raise NotValid(
            _("A tool is not consumed: list it under tools."), code="tool-as-component", field="component_id"
        )
    below = newest_revision(item)
    if item.pk == revision.item_id or (below is not None and revision.item_id in load_structure(below).items):
        raise CycleFound(
            _("%(item)s contains %(top)s: it cannot be a part of it.")
            % {"item": item.number, "top": revision.item.number},
            field="component_id",
        )
    return item


def _save(row: BomLine | BomTool, revision: BomRevision) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise NotValid(
            _("%(number)s has a position %(position)s already.")
            % {"number": revision.number, "position": row.position},
            code="position-taken",
            field="position",
        ) from error
    touch(revision)
