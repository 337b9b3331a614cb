"""The multi-level structure: explosion down. (Where-used, up, is in where_used.py.)"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from bom.exceptions import CycleFound
from bom.models import BomRevision, Item
from bom.selectors.content import position_key
from foundation.records.models import RevisionState

ONE = Decimal(1)
# Which revision stands for an item below: the newest approved one, else (before the baseline) the newest open one.
_DOWN = """
WITH RECURSIVE standing (id, item_id) AS NOT MATERIALIZED (
    SELECT r.id, r.item_id FROM bom_bomrevision r WHERE r.id = (
        SELECT c.id FROM bom_bomrevision c WHERE c.item_id = r.item_id AND c.state <> 'retired'
        ORDER BY (c.state = 'approved') DESC, c.sequence DESC LIMIT 1)
), reached (id, item_id) AS (
    SELECT id, item_id FROM bom_bomrevision WHERE id = %s
    UNION
    SELECT standing.id, standing.item_id FROM reached
    JOIN bom_bomline l ON l.revision_id = reached.id AND l.cut_from = ''
    JOIN standing ON standing.item_id = l.component_id
)
SELECT l.revision_id, child.id, l.component_id, l.position, l.quantity, l.unit, l.basis, l.scrap_factor, l.optional,
       l.approximate, l.is_cut_stock, l.cut_from, l.used_with, l.alternate_of <> '[]'::jsonb
FROM reached
JOIN bom_bomline l ON l.revision_id = reached.id
LEFT JOIN reached child ON child.item_id = l.component_id AND l.cut_from = ''
"""

_ITEMS = """
SELECT id, number, name::text, kind, unit, tracking, make_or_buy, without_list FROM bom_item WHERE id = ANY(%s)
"""


class LineFacts(NamedTuple):
    """One line as the structure needs it. ``child`` is the revision that the component is made by, None for a leaf."""

    revision_id: int
    child: int | None
    item_id: int
    position: str
    quantity: Decimal
    unit: str
    basis: str
    scrap_factor: Decimal
    optional: bool
    approximate: bool
    is_cut_stock: bool
    cut_from: str
    used_with: str
    is_alternate: bool


class ItemFacts(NamedTuple):
    """What a reader of the structure is shown of an item."""

    id: int
    number: str
    name: dict[str, str]
    kind: str
    unit: str
    tracking: str
    make_or_buy: str
    without_list: bool


class ExplodedLine(NamedTuple):
    """One node of the explosion. ``quantity`` is the rolled-up one for the quantity asked for, in ``unit``.

    ``taken`` is False for what the default build leaves out (optional lines, alternates and their companions, pieces that
    are cut from a stock line, and all below them); such nodes are only there when everything was asked for.
    """

    level: int
    path: tuple[str, ...]
    position: str
    item: ItemFacts
    quantity: Decimal
    quantity_each: Decimal
    unit: str
    role: str
    taken: bool
    approximate: bool
    revision_id: int
    child_revision_id: int | None


@dataclass(frozen=True, slots=True)
class Structure:
    """All revisions below one, each once: lines by revision (in order of position) and items by id."""

    root: int
    lines: Mapping[int, list[LineFacts]]
    items: Mapping[int, ItemFacts]


def current_revision(item: Item | int) -> BomRevision | None:
    """The newest approved revision of the item, None when there is none."""
    item_id = item if isinstance(item, int) else item.pk
    found: BomRevision | None = BomRevision.objects.filter(item_id=item_id).approved().newest_first().first()
    return found


def newest_revision(item: Item | int) -> BomRevision | None:
    """The current revision, else the newest open one: what stands for the item in a structure."""
    item_id = item if isinstance(item, int) else item.pk
    open_one = BomRevision.objects.filter(item_id=item_id).exclude(state=RevisionState.RETIRED).newest_first().first()
    return current_revision(item_id) or open_one


def load_structure(revision: BomRevision | int) -> Structure:
    """Everything below a revision in two queries, however deep. A revision below is the newest approved one of its item
    (before a baseline: the newest open one)."""
    root = revision if isinstance(revision, int) else revision.pk
    with connection.cursor() as cursor:
        cursor.execute(_DOWN, [root])
        rows = [LineFacts._make(row) for row in cursor.fetchall()]
    lines: dict[int, list[LineFacts]] = defaultdict(list)
    for row in rows:
        lines[row.revision_id].append(row)
    for of_one in lines.values():
        of_one.sort(key=lambda line: position_key(line.position))
    return Structure(root, dict(lines), _item_facts({row.item_id for row in rows}))


def _item_facts(ids: Iterable[int]) -> dict[int, ItemFacts]:
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, [list(ids)])
        return {row[0]: ItemFacts(row[0], row[1], json.loads(row[2]), *row[3:]) for row in cursor.fetchall()}


def role_of(line: LineFacts) -> str:
    """What the line is: component, cut_stock, cut_piece, optional, alternate or companion (used with another only)."""
    if line.cut_from:
        return "cut_piece"
    if line.is_cut_stock:
        return "cut_stock"
    if line.is_alternate:
        return "alternate"
    if line.optional:
        return "optional"
    return "companion" if line.used_with else "component"


def taken_positions(lines: Iterable[LineFacts]) -> set[str]:
    """Positions that the default build takes.

    Left out: optional lines, alternates, pieces cut from a stock line (its quantity is what counts), and every line that
    is used only with one that is left out.
    """
    rows = list(lines)
    taken = {row.position for row in rows if not (row.optional or row.is_alternate or row.cut_from)}
    tied = [row for row in rows if row.used_with]
    dropped = {row.position for row in tied if row.used_with not in taken}
    while dropped & taken:
        taken -= dropped
        dropped = {row.position for row in tied if row.used_with not in taken}
    return taken


def quantity_each(line: LineFacts) -> Decimal:
    """How much of the line's component one piece takes: scrap adds its share. A line per batch or fixed counts once."""
    return line.quantity * (ONE + line.scrap_factor) if line.scrap_factor else line.quantity


def explode(
    revision: BomRevision | int, quantity: Decimal | int = 1, *, everything: bool = False
) -> list[ExplodedLine]:
    """Every node below a revision, depth first in order of position, with quantities rolled up for ``quantity`` pieces.

    Only what the default build takes, so that quantities may be added up for issue and cost; with ``everything`` also what
    it leaves out, marked. CycleFound when an item contains itself.
    """
    structure = load_structure(revision)
    prepared = {key: _prepare(structure, lines, everything) for key, lines in structure.lines.items()}
    found: list[ExplodedLine] = []
    make = ExplodedLine._make

    def walk(key: int, parents: Decimal, path: tuple[str, ...], live: bool, above: frozenset[int]) -> None:
        if key in above:
            raise CycleFound(_("This structure contains itself at %(path)s.") % {"path": "/".join(path)})
        below, level = above | {key}, len(path) + 1
        for line, item, role, taken, each in prepared.get(key, ()):
            amount = each * parents if line.basis == "per_unit" else each
            here, counts = (*path, line.position), live and taken
            node = (
                level, here, line.position, item, amount, line.quantity, line.unit, role, counts, line.approximate, key,
                line.child,
            )  # fmt: skip
            found.append(make(node))
            if line.child is not None:
                walk(line.child, amount, here, counts, below)

    walk(structure.root, Decimal(quantity), (), True, frozenset())
    return found


def _prepare(
    structure: Structure, lines: Sequence[LineFacts], everything: bool
) -> list[tuple[LineFacts, ItemFacts, str, bool, Decimal]]:
    """The lines of one revision that are walked: with their item, what they are, and whether they are taken."""
    taken = taken_positions(lines)
    return [
        (line, structure.items[line.item_id], role_of(line), line.position in taken, quantity_each(line))
        for line in lines
        if everything or line.position in taken
    ]


def requirements(lines: Iterable[ExplodedLine]) -> dict[int, Decimal]:
    """Total quantity by item over an explosion: what must be issued or made."""
    totals: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.taken:
            totals[line.item.id] += line.quantity
    return dict(totals)


def components_below(revision: BomRevision | int) -> set[int]:
    """Ids of all items below a revision, taken by default or not."""
    return set(load_structure(revision).items)
