"""A revision's life before it is approved: started, written, submitted, returned, discarded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bom import states
from bom.exceptions import EditedMeanwhile, RevisionNotSound
from bom.models import Basis, BomLine, BomRevision, BomTool, Item
from bom.selectors import check_revision, draft_content, errors_of
from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.core.errors import Conflict, NotValid, TransitionNotAllowed
from foundation.records.act import act
from foundation.records.models import RevisionState, bulk_create_tracked

EDIT = "bom.edit_bom"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineData:
    """What a line says; see `bom.models.BomLine`. ``unit`` "" takes the component's own."""

    position: str
    component_id: int
    quantity: Decimal
    unit: str = ""
    basis: str = Basis.PER_UNIT
    scrap_factor: Decimal = Decimal(0)
    optional: bool = False
    critical: bool = False
    approximate: bool = False
    is_cut_stock: bool = False
    cut_from: str = ""
    alternate_of: Sequence[str] = ()
    alternate_condition: Mapping[str, str] = field(default_factory=dict)
    used_with: str = ""
    note: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolData:
    """What a tool line says."""

    position: str
    item_id: int
    quantity: Decimal = Decimal(1)
    optional: bool = False
    note: Mapping[str, str] = field(default_factory=dict)


def start_revision(
    *,
    actor: Actor,
    item_id: int,
    copy_of: int | None = None,
    copy: bool = True,
    reason: str = "",
    origin: str = "",
) -> BomRevision:
    """The next draft of an item's parts list: a copy of ``copy_of``, else of the newest approved one.

    Empty when there is nothing to copy, or with ``copy=False`` (an import brings all lines itself).

    Conflict when a revision of the item is still open. NotValid when the item is bought.
    """
    with act(actor=actor, verb="bom.revision.started", reason=reason) as this:
        require(actor, EDIT)
        item: Item = Item.objects.select_for_update().get(pk=item_id)
        this.about(item)
        _refuse_to_start(item)
        of_item = BomRevision.objects.filter(item=item).newest_first()
        last: BomRevision | None = of_item.first()
        source: BomRevision | None = of_item.get(pk=copy_of) if copy_of else of_item.approved().first()
        source = source if copy else None
        sequence = last.sequence + 1 if last else 1
        label = revision_label(sequence)
        revision = BomRevision(
            item=item,
            revision=label,
            sequence=sequence,
            number=f"{item.number}/{label}",
            copied_from=source,
            origin=origin,
        )
        revision.save()
        this.about(revision)
        if source is not None:
            _copy(source, revision)
    return revision


def revision_label(sequence: int) -> str:
    """1 → A, 26 → Z, 27 → AA."""
    label = ""
    while sequence:
        sequence, letter = divmod(sequence - 1, 26)
        label = chr(ord("A") + letter) + label
    return label


def _refuse_to_start(item: Item) -> None:
    open_one = BomRevision.objects.filter(item=item).open().first()
    if open_one is not None:
        raise Conflict(
            _("%(number)s is still open: finish or discard it first.") % {"number": open_one.number},
            code="revision-open",
            details={"revision": open_one.pk},
        )
    if item.make_or_buy == "buy":
        raise NotValid(
            _("%(item)s is bought: it has no parts list here.") % {"item": item.number},
            code="item-is-bought",
            field="item",
        )


def _copy(source: BomRevision, revision: BomRevision) -> None:
    for model, rows in ((BomLine, source.lines.order_by("pk")), (BomTool, source.tools.order_by("pk"))):
        copies = []
        for row in rows:
            row.pk, row.revision = None, revision
            row._state.adding = True
            copies.append(row)
        bulk_create_tracked(model, copies)


def write_content(
    *, actor: Actor, revision_id: int, lines: Sequence[LineData], tools: Sequence[ToolData] = ()
) -> BomRevision:
    """Write all lines and tools of an empty draft at once (an import). NotValid for a line that cannot be.

    Structure is checked when the revision is submitted, since a list is often loaded before those below it.
    """
    with act(actor=actor, verb="bom.revision.written") as this:
        require(actor, EDIT)
        revision = lock_draft(revision_id)
        this.about(revision)
        if revision.lines.exists() or revision.tools.exists():
            raise Conflict(_("The draft is not empty."), code="not-empty")
        ids = {line.component_id for line in lines} | {tool.item_id for tool in tools}
        items = Item.objects.in_bulk(ids)
        bulk_create_tracked(BomLine, [build_line(revision, line, items[line.component_id]) for line in lines])
        bulk_create_tracked(BomTool, [build_tool(revision, tool) for tool in tools])
        touch(revision)
    return revision


def build_line(revision: BomRevision, data: LineData, component: Item) -> BomLine:
    """An unsaved line. NotValid names the position and field."""
    if not data.position.strip():
        raise NotValid(_("A line has a position."), field="position")
    if not data.quantity.is_finite() or data.quantity <= 0:
        raise NotValid(_("The quantity is more than nothing."), code="not-positive", field="quantity")
    unit = data.unit or component.unit
    if unit != component.unit:
        raise NotValid(
            _("%(item)s is counted in %(own)s, not in %(unit)s.")
            % {"item": component.number, "own": component.unit, "unit": unit},
            code="other-unit",
            field="unit",
        )
    if not 0 <= data.scrap_factor < 1:
        raise NotValid(_("A scrap factor is a share: at least 0, less than 1."), field="scrap_factor")
    return BomLine(
        revision=revision,
        position=data.position.strip(),
        component=component,
        quantity=data.quantity,
        unit=unit,
        basis=data.basis,
        scrap_factor=data.scrap_factor,
        optional=data.optional,
        critical=data.critical,
        approximate=data.approximate,
        is_cut_stock=data.is_cut_stock,
        cut_from=data.cut_from,
        alternate_of=list(data.alternate_of),
        alternate_condition=dict(data.alternate_condition),
        used_with=data.used_with,
        note=dict(data.note),
    )


def build_tool(revision: BomRevision, data: ToolData) -> BomTool:
    if not data.position.strip() or data.quantity <= 0:
        raise NotValid(_("A tool has a position, and a quantity that is more than nothing."), field="position")
    return BomTool(
        revision=revision,
        position=data.position.strip(),
        item_id=data.item_id,
        quantity=data.quantity,
        optional=data.optional,
        note=dict(data.note),
    )


def lock_draft(revision_id: int, expected: str = "") -> BomRevision:
    """The revision, locked. TransitionNotAllowed unless it is a draft; EditedMeanwhile when ``expected`` is not its etag."""
    revision: BomRevision = BomRevision.objects.select_for_update().get(pk=revision_id)
    if revision.state != RevisionState.DRAFT:
        raise TransitionNotAllowed(
            _("%(number)s is no longer a draft: start a new revision.") % {"number": revision.number},
            code="not-a-draft",
            details={"state": revision.state},
        )
    if expected and expected != revision.etag:
        raise EditedMeanwhile(
            _("Somebody else edited %(number)s after you opened it.") % {"number": revision.number},
            details={"etag": revision.etag},
        )
    return revision


def touch(revision: BomRevision) -> None:
    """Count the edit: readers of the old edition are told."""
    revision.edition += 1
    revision.save()


def submit_revision(*, actor: Actor, revision_id: int, expected: str = "") -> BomRevision:
    """Freeze the draft for review, with its content and hash. RevisionNotSound lists what is wrong, by line."""
    with act(actor=actor, verb="bom.revision.submitted") as this:
        revision = _locked(revision_id)
        this.about(revision)
        row = states.REVISION.next(revision.state, "submit")
        require(actor, row.permission)
        lock_draft(revision_id, expected)
        errors = errors_of(check_revision(revision))
        if errors:
            raise RevisionNotSound(
                _("%(number)s has %(count)d problems.") % {"number": revision.number, "count": len(errors)},
                details={"problems": [problem.as_json() for problem in errors]},
            )
        revision.content = draft_content(revision)
        revision.content_hash = content_hash(revision.content)
        revision.state = row.target
        revision.save()
    return revision


def return_revision(*, actor: Actor, revision_id: int, reason: str) -> BomRevision:
    """Back to draft, with a reason, to be worked on."""
    with act(actor=actor, verb="bom.revision.returned", reason=reason) as this:
        revision = _locked(revision_id)
        this.about(revision)
        row = states.REVISION.next(revision.state, "return", reason=reason)
        require(actor, row.permission)
        revision.state, revision.content, revision.content_hash = row.target, None, ""
        revision.save()
    return revision


def discard_draft(*, actor: Actor, revision_id: int, reason: str) -> None:
    """Delete a draft that is not wanted; its history stays. NotValid without a reason."""
    with act(actor=actor, verb="bom.revision.discarded", reason=reason) as this:
        require(actor, EDIT)
        revision = lock_draft(revision_id)
        this.about(revision)
        if not reason.strip():
            raise NotValid(_("Give a reason."), code="reason-required", field="reason")
        this.note(content=draft_content(revision))
        for child in [*revision.lines.order_by("pk"), *revision.tools.order_by("pk")]:
            child.delete()
        revision.delete()


def _locked(revision_id: int) -> BomRevision:
    revision: BomRevision = BomRevision.objects.select_for_update().get(pk=revision_id)
    return revision


def line_values(line: BomLine) -> dict[str, Any]:
    """A line as the fields of `LineData`."""
    return {name: getattr(line, name) for name in LineData.__dataclass_fields__}
