"""A list on paper: the provider of ``core.print_table``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language

from foundation.core import clock
from foundation.core.web.tables import Table
from foundation.printing.typesetting import render_pdf


def print_table(table: Table, lines: Sequence[Sequence[Any]]) -> bytes:
    """A4 landscape, heads on every page, page x of y, who took it away and when, in the reader's language."""
    now = clock.now()
    data = {
        "title": table.title,
        "about": table.about,
        "heads": list(table.heads),
        "lines": [["" if value is None else str(value) for value in line] for line in lines],
        "taken_by": table.taken_by,
        "taken_at": now,
        "document": {"language": get_language() or "en"},
    }
    return render_pdf("table", data, timestamp=now)
