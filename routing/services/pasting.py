"""Operations pasted from a spreadsheet."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.records.act import act
from routing.models import Operation
from routing.services.operations import add_operation

MOST = 200  # rows of one paste


def paste_operations(*, actor: Actor, revision_id: int, text: str) -> list[Operation]:
    """Add one operation per line at the end of the list, all or none.

    Cells are divided by tabs (as a spreadsheet copies them) or by |: English name, Chinese name, work center, setup and
    run time in minutes; a leading number is taken as the row's own and left out. NotValid names the line.
    """
    with act(actor=actor, verb="routing.operations.pasted") as this:
        lines = [line for line in text.splitlines() if line.strip()]
        if not lines or len(lines) > MOST:
            raise NotValid(_("Paste between 1 and %(most)s lines.") % {"most": MOST}, field="rows")
        added = []
        for place, line in enumerate(lines, start=1):
            cells = [cell.strip() for cell in line.replace("\t", "|").split("|")]
            if len(cells) > 1 and cells[0].isdigit():
                cells = cells[1:]
            english, chinese, center, setup, run = (cells + [""] * 5)[:5]
            if not english:
                raise NotValid(_("Line %(line)s has no name.") % {"line": place}, field="rows")
            added.append(
                add_operation(
                    actor=actor,
                    revision_id=revision_id,
                    name={"en": english, **({"zh-hans": chinese} if chinese else {})},
                    work_center=center,
                    setup_minutes=_minutes(setup, place),
                    run_minutes=_minutes(run, place),
                )
            )
        this.note(rows=len(added))
        this.about(added[0].revision)
    return added


def _minutes(text: str, line: int) -> Decimal:
    try:
        value = Decimal(text.replace(",", ".") or "0")
    except InvalidOperation:
        value = Decimal("-1")
    if not value.is_finite() or value < 0:
        raise NotValid(_("Line %(line)s: “%(text)s” is not a time.") % {"line": line, "text": text}, field="rows")
    return value
