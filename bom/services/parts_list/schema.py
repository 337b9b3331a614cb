"""The parts list as an import schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from bom.models import BomRevision, Item
from bom.selectors import compare_contents
from bom.services.parts_list import fields as f
from bom.services.parts_list.plan import (
    Plan,
    make_plan,
    planned_content,
    quantity_each,
    refuse_open_revisions,
    standing_content,
)
from bom.services.parts_list.roles import count_roles
from bom.services.parts_list.tables import Table, file_problems, whole_file
from bom.services.parts_list.writing import write_costs, write_items, write_revision, write_sources
from foundation.core.actor import Actor
from foundation.core.canonical import decimal_text
from foundation.imports.schema import CommitResult, GroupReview, ImportSchema, Review, Reviewed, RowInput, TargetField

SCHEMA = "bom.parts_list"
Groups = Mapping[str, Mapping[str, Any]]
ROLE_LABELS = dict(f.ROLES)
CHANGE_WORDS = {"added": _("Added"), "removed": _("Removed"), "changed": _("Changed"), "moved": _("Moved")}


class PartsListSchema:
    """Rows of parts tables → items and draft revisions of one multi-level structure."""

    code = SCHEMA
    label: Any = _("Parts list")
    permission = "bom.edit_bom"
    fields: tuple[TargetField, ...] = f.FIELDS
    preview_template = "bom/imports/preview.html"

    def review(self, rows: Sequence[RowInput], groups: Groups) -> Reviewed:
        plan = make_plan(rows, groups)
        refuse_open_revisions(plan)
        whole = GroupReview(
            reading={"own_manufacturer": plan.own, "currency": plan.currency},
            problems=file_problems(plan.own, plan.own_decided, plan.lines, groups.get(f.FILE_GROUP, {})),
            label=str(_("The whole file")),
            first_row=whole_file(rows),
        )
        tables = {key: _group(table, plan) for key, table in plan.tables.items()}
        lines = {line.row.key: Review(line.as_json(), line.problems) for line in plan.lines}
        return Reviewed(lines, {f.FILE_GROUP: whole, **tables})

    def preview(self, rows: Sequence[RowInput], groups: Groups) -> Mapping[str, Any]:
        plan = make_plan(rows, groups)
        known = set(Item.objects.filter(number__in=list(plan.items)).values_list("number", flat=True))
        tables = [_preview(table, plan) for table in plan.tables.values()]
        roles = count_roles(plan.lines)
        return {
            "roles": roles,
            "role_counts": [(role, label, roles[role]) for role, label in f.ROLES if role in roles],
            "tree": _tree(plan, {table["key"]: table for table in tables}),
            "new_items": sorted(set(plan.items) - known),
            "known_items": sorted(known),
            "tables": tables,
            "roots": [table.key for table in plan.tables.values() if not table.named_by],
            "left_out": [
                {"row": line.row.row_number, "where": line.where, "reason": line.decided("reason")}
                for line in plan.lines
                if not line.counts
            ],
        }

    def commit(self, actor: Actor, rows: Sequence[RowInput], groups: Groups, origin: str) -> CommitResult:
        plan = make_plan(rows, groups)
        items, new = write_items(plan)
        sources = write_sources(plan, items)
        costs = write_costs(plan, items, origin)
        drafts = [write_revision(actor, plan, table, items, origin) for table in plan.tables.values()]
        written: list[BomRevision] = [draft for draft in drafts if draft is not None]
        roles = count_roles(plan.lines)
        summary = {
            "items_new": new,
            "items_known": len(items) - new,
            "sources": sources,
            "costs": costs,
            "revisions": len(written),
            "revisions_unchanged": len(drafts) - len(written),
            **{f"rows_{role}": count for role, count in sorted(roles.items())},
        }
        return CommitResult(summary, written, {"revisions": [draft.pk for draft in written]})


def _group(table: Table, plan: Plan) -> GroupReview:
    planned = plan.items[table.item]
    reading = {
        "item": table.item,
        "name": planned.name,
        "kind": planned.kind,
        "tracking": planned.tracking,
        "pieces": table.pieces,
        "lines": len(table.lines),
        "named_by": [line.where for line in table.named_by],
    }
    return GroupReview(reading, table.problems, table.title, table.first_row)


def _preview(table: Table, plan: Plan) -> dict[str, Any]:
    content, standing = planned_content(table, plan), standing_content(table.item)
    comparison = compare_contents(standing, content) if standing is not None else None
    return {
        "key": table.key,
        "title": table.title,
        "item": table.item,
        "name": plan.items[table.item].name,
        "pieces": table.pieces,
        "state": "new" if comparison is None else "unchanged" if comparison.same else "changed",
        "changes": [
            {
                "kind": change.kind,
                "word": CHANGE_WORDS[change.kind],
                "position": change.position,
                "fields": {name: list(pair) for name, pair in change.fields.items()},
            }
            for change in (comparison.changes if comparison else [])
        ],
        "lines": [
            {
                "position": line.position,
                "item": line.item,
                "name": plan.items[line.item].name,
                "quantity": decimal_text(quantity_each(line, table)),
                "unit": line.unit,
                "role": line.role,
                "role_label": ROLE_LABELS[line.role],
                "child": line.child,
                "approximate": line.approximate,
            }
            for line in table.lines
            if line.counts
        ],
    }


def _tree(plan: Plan, tables: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The tables that nothing names, with those below them in place of the lines that name them."""

    def branch(key: str, above: tuple[str, ...]) -> dict[str, Any]:
        table = tables[key]
        lines = [
            {**line, "table": branch(line["child"], (*above, key))}
            if line["child"] and line["child"] not in (*above, key)
            else line
            for line in table["lines"]
        ]
        return {**table, "lines": lines, "open": len(above) < 2}

    return [branch(table.key, ()) for table in plan.tables.values() if not table.named_by]


def schemas() -> ImportSchema:
    """Provider of ``imports.schemas``."""
    return PartsListSchema()
