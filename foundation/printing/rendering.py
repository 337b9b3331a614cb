"""From a print job to its PDF or picture; the same bytes each time."""

from __future__ import annotations

from typing import Any

from foundation.core.units import UNITS
from foundation.printing.catalogue import printable
from foundation.printing.models import PrintJob
from foundation.printing.typesetting import render_pdf, render_png


def pdf_of(job: PrintJob) -> bytes:
    """The print as PDF/A."""
    template, data, pictures = _sheet(job)
    return render_pdf(template, data, pictures=pictures, timestamp=job.requested_at)


def png_of(job: PrintJob) -> bytes:
    """The first page as a picture at 300 dpi."""
    template, data, pictures = _sheet(job)
    return render_png(template, data, pictures=pictures)


def _sheet(job: PrintJob) -> tuple[str, dict[str, Any], dict[str, bytes]]:
    kind = printable(job.template)
    symbol, text = kind.symbol(job.data)
    data = {
        **job.data,
        "print_number": job.number,
        "reprint": job.first_print_id is not None,
        "symbol_text": text,
    }
    if data.get("unit") in UNITS:
        data["unit_symbol"] = UNITS[data["unit"]].symbol_en
    return kind.template, data, {"symbol.svg": symbol}
