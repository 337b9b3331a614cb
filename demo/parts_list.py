"""Load the published parts list as an engineer does: stage, map, decide, accept, commit; then sign it as the baseline.

Everything goes through the services of imports and bom; the decisions are in data/ventilator_decisions.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from bom.models import Baseline, BomLine, BomRevision, Item
from bom.services import (
    LineData,
    add_line,
    change_item,
    change_line,
    create_item,
    propose_baseline,
    start_revision,
)
from foundation.core.actor import Actor
from foundation.imports.models import ImportBatch, StagedRow
from foundation.imports.services import (
    accept_suggestions,
    add_row,
    commit_batch,
    correct_rows,
    map_columns,
    stage_file,
)

DATA = Path(__file__).parent / "data"
PARTS_LIST, DECISIONS = "ventilator_parts_list.csv", "ventilator_decisions.json"
RESIN = "RESIN-BIO"


def decisions() -> dict[str, Any]:
    """What the engineer decided."""
    loaded: dict[str, Any] = json.loads((DATA / DECISIONS).read_text(encoding="utf-8"))
    return loaded


def stage_parts_list(engineer: Actor) -> ImportBatch:
    """Upload the list and map its columns: every row is read, and says what is open."""
    batch = stage_file(
        actor=engineer,
        schema="bom.parts_list",
        content=(DATA / PARTS_LIST).read_bytes(),
        name=PARTS_LIST,
        origin="RespiraWorks/Ventilator, published parts list (Apache-2.0)",
    )
    return map_columns(actor=engineer, batch_id=batch.pk, mapping=batch.mapping, save_as="RespiraWorks parts list")


def decide_parts_list(engineer: Actor, batch: ImportBatch) -> ImportBatch:
    """Apply the decisions, accept what is suggested, and settle the warnings one by one."""
    made = decisions()
    for added in made["added"]:
        add_row(actor=engineer, batch_id=batch.pk, values=added["values"], reason=added["reason"])
    keys = keys_by_line(batch)
    changes: dict[str, dict[str, str]] = {key: dict(values) for key, values in made["groups"].items()}
    for line, values in made["rows"].items():
        changes[keys[line]] = dict(values)
    correct_rows(actor=engineer, batch_id=batch.pk, changes=changes)
    correct_rows(actor=engineer, batch_id=batch.pk, changes=chinese_names(batch, made["names_zh"]))
    accept_suggestions(actor=engineer, batch_id=batch.pk)
    for accepted in made["accept"]:
        row = batch.rows.get(key=keys[accepted["row"]])
        for problem in row.open_problems:
            if problem["code"] == accepted["code"]:
                accept_suggestions(actor=engineer, batch_id=batch.pk, keys=[row.key], problem=problem["key"])
    batch.refresh_from_db()
    return batch


def keys_by_line(batch: ImportBatch) -> dict[str, str]:
    """``path|title|position`` → key of the staged row."""
    rows: Iterable[StagedRow] = batch.rows.exclude(kind="group").order_by("sequence")
    return {f"{row.reading['table']}|{row.reading['position']}": row.key for row in rows}


def chinese_names(batch: ImportBatch, names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The Chinese name goes to the first row of each item."""
    found: dict[str, dict[str, str]] = {}
    left = dict(names)
    for row in batch.rows.exclude(kind="group").order_by("sequence"):
        name = left.pop(row.reading.get("item", ""), "")
        if name:
            found[row.key] = {"item_name_zh": name}
    return found


def load_parts_list(engineer: Actor) -> tuple[ImportBatch, list[BomRevision]]:
    """The whole of it: the committed batch and its draft revisions."""
    batch = decide_parts_list(engineer, stage_parts_list(engineer))
    batch = commit_batch(actor=engineer, batch_id=batch.pk, expected=batch.etag)
    revisions = BomRevision.objects.filter(pk__in=batch.result["revisions"]).select_related("item").order_by("pk")
    return batch, list(revisions)


def propose_parts_list(engineer: Actor, revisions: Iterable[BomRevision]) -> Baseline:
    """Submit the drafts as one baseline; two others sign it (`bom.services.approve_baseline`)."""
    ids = [revision.pk for revision in revisions]
    return propose_baseline(actor=engineer, revision_ids=ids, title="RespiraWorks ventilator, first load")


def draft_venturi(engineer: Actor) -> BomRevision:
    """The next venturi draft: the published list has no resin, so the engineer adds it as line R1."""
    resin = Item.objects.filter(number=RESIN).first() or create_item(
        actor=engineer,
        number=RESIN,
        name={"en": "SLA resin, biocompatible", "zh-hans": "光固化树脂(生物相容)"},
        kind="raw",
        unit="g",
        tracking="lot",
        shelf_life_days=365,
    )
    venturi = Item.objects.get(number="VENTURI")
    _say_how_long_it_lives(engineer, venturi)
    draft = start_revision(actor=engineer, item_id=venturi.pk)
    note = {
        "en": "Not in the published list. About 18 g a body with supports, to be confirmed by weighing.",
        "zh-hans": "公开清单中没有。每件约 18 g(含支撑),需称重确认。",
    }
    line = LineData(position="R1", component_id=resin.pk, quantity=Decimal(18), approximate=True, note=note)
    add_line(actor=engineer, revision_id=draft.pk, line=line, reason="The printed body needs a resin")
    return _fresh(draft)


def _say_how_long_it_lives(engineer: Actor, item: Item) -> None:
    """Lifetime and markets, from which follows how long its records are kept (`foundation.retention`)."""
    reason = "Lifetime as in the technical file of the ventilator"
    change_item(actor=engineer, item_id=item.pk, device_lifetime_years=10, markets=["eu", "us"], reason=reason)


def draft_plate(engineer: Actor) -> BomRevision:
    """The adapter plate gets a parts list of its own: 60 cm² of acrylic, cut under its own order."""
    plate = Item.objects.get(number="ADAPTER-PLATE")
    change_item(actor=engineer, item_id=plate.pk, without_list=False, reason="Made under an order of its own")
    draft = start_revision(actor=engineer, item_id=plate.pk)
    acrylic = Item.objects.get(number="8560K357")
    note = {"en": "About 60 cm² a plate, as the published list says.", "zh-hans": "按公开清单每片约 60 cm²。"}
    line = LineData(position="A1", component_id=acrylic.pk, quantity=Decimal(60), approximate=True, note=note)
    add_line(actor=engineer, revision_id=draft.pk, line=line)
    return _fresh(draft)


def draft_blower(engineer: Actor) -> BomRevision:
    """The next blower draft: plate A7 is taken from stock instead of being cut here, so the acrylic A4 loses its 60 cm²."""
    blower = Item.objects.get(number="BLOWER")
    _say_how_long_it_lives(engineer, blower)
    draft = start_revision(actor=engineer, item_id=blower.pk)
    lines = {line.position: line for line in BomLine.objects.filter(revision=draft)}
    reason = "The adapter plate is made under an order of its own"
    change_line(actor=engineer, line_id=lines["A7"].pk, changes={"cut_from": ""}, reason=reason)
    change_line(actor=engineer, line_id=lines["A4"].pk, changes={"quantity": Decimal(140)}, reason=reason)
    return _fresh(draft)


def _fresh(draft: BomRevision) -> BomRevision:
    found: BomRevision = BomRevision.objects.get(pk=draft.pk)
    return found
