"""Parts lists: open, validate, compare one of 500 lines; explode 6 levels; where-used to the top; review an import.

Shapes as in numbers.md: one assembly with 500 different parts; 6 levels, 781 assemblies, 400 bought leaves, 5,155 lines; a
leaf under 46 assemblies. Every answer is checked before it is timed.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.db import connection
from django.test import Client

from bom.models import BomLine, BomRevision, Item
from bom.selectors import check_revision, compare, errors_of, explode, requirements, rolled_up_cost, where_used
from bom.services import change_line, start_revision
from config.roles import CATALOGUE
from foundation.accounts import services as accounts
from foundation.accounts.models import User
from foundation.core import jobs
from foundation.core.actor import Actor
from foundation.imports.services import map_columns, stage_file
from foundation.records.act import act
from foundation.records.models import bulk_create_tracked
from tests.benchmarks import Row, timed

ACTOR = Actor.system("bench")
FAN, DEPTH, LEAVES, LEAF_LINES = 5, 4, 400, 7
SPIES = 14  # deepest assemblies that use the leaf looked for: with all above them 46
IMPORT_ROWS = 5_000


def run() -> list[Row]:
    run_id = uuid.uuid4().hex[:6]
    flat = _flat(run_id)
    top, spy = _tree(run_id)
    return [*_of_500_lines(flat), _explosion(top), _cost(top), _where_used(spy), _import(run_id)]


def _items(prefix: str, numbers: Sequence[str], make: bool = False) -> list[Item]:
    kind, source = ("assembly", "make") if make else ("component", "buy")
    rows = [Item(number=f"{prefix}-{n}", name={"en": n}, kind=kind, make_or_buy=source) for n in numbers]
    with act(actor=ACTOR, verb="bench.items.made"):
        return bulk_create_tracked(Item, rows)


def _revisions(items: Sequence[Item]) -> list[BomRevision]:
    rows = [BomRevision(item=item, revision="A", sequence=1, number=f"{item.number}/A") for item in items]
    with act(actor=ACTOR, verb="bench.revisions.made"):
        return bulk_create_tracked(BomRevision, rows)


def _lines(rows: Sequence[BomLine]) -> None:
    with act(actor=ACTOR, verb="bench.lines.made"):
        bulk_create_tracked(BomLine, rows)


def _line(revision: BomRevision, number: int, component: Item, quantity: int) -> BomLine:
    return BomLine(
        revision=revision, position=f"A{number}", component=component, quantity=Decimal(quantity), unit=component.unit
    )


def _flat(run_id: str) -> BomRevision:
    """One assembly with 500 different parts."""
    parts = _items(f"F{run_id}", [f"P{n}" for n in range(500)])
    (revision,) = _revisions(_items(f"F{run_id}", ["TOP"], make=True))
    _lines([_line(revision, n, part, n % 9 + 1) for n, part in enumerate(parts, 1)])
    return revision


def _tree(run_id: str) -> tuple[BomRevision, Item]:
    """781 assemblies, each of the upper levels with 5 below it, the deepest with 7 of 400 leaves; and the leaf looked for."""
    leaves = _items(f"T{run_id}", [f"L{n}" for n in range(LEAVES)])
    levels = [
        _revisions(_items(f"T{run_id}", [f"{level}.{n}" for n in range(FAN**level)], make=True))
        for level in range(DEPTH + 1)
    ]
    rows = []
    for level in range(DEPTH):
        for n, revision in enumerate(levels[level]):
            below = levels[level + 1][n * FAN : (n + 1) * FAN]
            rows += [_line(revision, k, child.item, 2) for k, child in enumerate(below, 1)]
    spy, others = leaves[0], leaves[1:]
    spied = _spied()
    for n, revision in enumerate(levels[DEPTH]):
        used = [others[(n * LEAF_LINES + k) % len(others)] for k in range(LEAF_LINES)]
        if n in spied:
            used[0] = spy
        rows += [_line(revision, k, leaf, 3) for k, leaf in enumerate(used, 1)]
    _lines(rows)
    return levels[0][0], spy


def _spied() -> set[int]:
    """14 deepest assemblies under 14 parents, 12 grandparents, 5 above them and the top: 46 assemblies in all."""
    parents = [grandparent * FAN for grandparent in (0, 1, 5, 6, 7, 10, 11, 15, 16, 20, 21, 22)]
    parents += [parents[0] + 1, parents[1] + 1]
    return {parent * FAN for parent in parents}


def _of_500_lines(revision: BomRevision) -> list[Row]:
    client = _client()
    address = f"/api/v1/boms/{revision.pk}/"

    def open_it() -> None:
        answer = client.get(address, headers={"host": "127.0.0.1"})
        if answer.status_code != 200 or len(answer.json()["lines"]) != 500:
            raise AssertionError(f"{answer.status_code}: not 500 lines")

    raw_sql = "SELECT l.*, i.* FROM bom_bomline l JOIN bom_item i ON i.id = l.component_id WHERE l.revision_id = %s"
    raw = timed(lambda: _fetch(raw_sql, [revision.pk], 500))
    opened = timed(open_it)
    if errors_of(check_revision(revision)):
        raise AssertionError("the 500 lines have problems")
    checked = timed(lambda: check_revision(revision))
    other = _edited_copy(revision)
    if [(c.kind, c.position) for c in compare(revision, other).changes] != [("changed", "A7")]:
        raise AssertionError("the comparison does not find the one change")
    compared = timed(lambda: compare(revision, other))
    return [
        Row("open a 500-line BOM (API)", opened, 60, raw=raw),
        Row("validate a 500-line BOM for release", checked, 150),
        Row("compare two 500-line BOMs", compared, 150),
    ]


def _edited_copy(revision: BomRevision) -> BomRevision:
    """A second item with the same 500 lines, one of them changed: two revisions to compare."""
    copy = start_revision(actor=ACTOR, item_id=_items(revision.item.number, ["B"], make=True)[0].pk)
    rows = [
        _line(copy, int(line.position[1:]), line.component, int(line.quantity))
        for line in revision.lines.select_related("component")
    ]
    _lines(rows)
    line_id = copy.lines.get(position="A7").pk
    change_line(actor=ACTOR, line_id=line_id, changes={"quantity": Decimal(99)})
    found: BomRevision = BomRevision.objects.select_related("item").get(pk=copy.pk)
    return found


def _explosion(top: BomRevision) -> Row:
    lines = explode(top)
    assemblies = {line.child_revision_id for line in lines if line.child_revision_id}
    expected = sum(FAN**level for level in range(1, DEPTH + 1)) + FAN**DEPTH * LEAF_LINES
    if (len(lines), len(assemblies) + 1, max(line.level for line in lines)) != (expected, 781, 5) or expected != 5155:
        raise AssertionError(f"{len(lines)} lines, {len(assemblies) + 1} assemblies")
    total = sum((2 * FAN) ** level for level in range(1, DEPTH + 1)) + (2 * FAN) ** DEPTH * LEAF_LINES * 3
    if sum(requirements(lines).values()) != total:
        raise AssertionError("the rolled-up quantities are wrong")
    raw_sql = """
        WITH RECURSIVE tree (revision_id, component_id, quantity) AS (
            SELECT revision_id, component_id, quantity::numeric FROM bom_bomline WHERE revision_id = %s
            UNION ALL
            SELECT l.revision_id, l.component_id, tree.quantity * l.quantity FROM tree
            JOIN bom_bomrevision r ON r.item_id = tree.component_id JOIN bom_bomline l ON l.revision_id = r.id
        ) SELECT * FROM tree"""
    raw = timed(lambda: _fetch(raw_sql, [top.pk], expected))
    return Row("explode 6 levels, 5,155 lines, rolled-up quantities", timed(lambda: explode(top)), 60, raw=raw)


def _cost(top: BomRevision) -> Row:
    return Row("rolled-up cost of the same structure", timed(lambda: rolled_up_cost(top)))


def _where_used(spy: Item) -> Row:
    found = {row.item_id for row in where_used(spy)}
    if len(found) != 46:
        raise AssertionError(f"{len(found)} assemblies instead of 46")
    raw_sql = """
        WITH RECURSIVE up (item_id) AS (
            SELECT r.item_id FROM bom_bomline l JOIN bom_bomrevision r ON r.id = l.revision_id WHERE l.component_id = %s
            UNION
            SELECT r.item_id FROM up JOIN bom_bomline l ON l.component_id = up.item_id
            JOIN bom_bomrevision r ON r.id = l.revision_id
        ) SELECT * FROM up"""
    raw = timed(lambda: _fetch(raw_sql, [spy.pk], 46))
    return Row("where-used of a leaf to the top (46 assemblies)", timed(lambda: where_used(spy)), 5, raw=raw)


def _import(run_id: str) -> Row:
    header = "path,title,item,quantity,manufacturer,part_number,price,notes\n"
    lines = [
        f"top/{n // 50},Table {n // 50},A{n % 50},~{n % 9 + 1}m,Acme,{run_id}-{n},1.25 / m,Part {n}"
        for n in range(IMPORT_ROWS)
    ]
    content = (header + "\n".join(lines)).encode()
    start = time.perf_counter()
    batch = stage_file(actor=ACTOR, schema="bom.parts_list", content=content, name="bench.csv", origin="bench")
    jobs.run_waiting()  # a large file is read and reviewed by the worker
    batch.refresh_from_db()
    map_columns(actor=ACTOR, batch_id=batch.pk, mapping=batch.mapping)
    jobs.run_waiting()
    batch.refresh_from_db()
    taken = time.perf_counter() - start
    if batch.row_count != IMPORT_ROWS or batch.counts["suggestion"] < IMPORT_ROWS:
        raise AssertionError(f"{batch.counts}")
    return Row("stage and review a parts list: rows a second", IMPORT_ROWS / taken, unit="/s")


def _client() -> Client:
    accounts.sync_roles(actor=ACTOR, catalogue=CATALOGUE)
    user = User.objects.filter(username="bench-bom").first() or accounts.create_user(
        actor=ACTOR, username="bench-bom", name="Bench"
    )
    accounts.assign_role(actor=ACTOR, user_id=user.pk, role="process_engineer")
    client = Client()
    client.force_login(user)
    return client


def _fetch(sql: str, params: Sequence[object], rows: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        if len(cursor.fetchall()) != rows:
            raise AssertionError("the raw query gives another number of rows")
