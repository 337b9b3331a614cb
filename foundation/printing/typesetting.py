"""Typeset PDF, PNG or SVG by typst. Data is a JSON file beside the template; nothing is built from strings.

The same template, data, attachments and timestamp give the same bytes. PDFs are PDF/A-3b: the fonts are inside, and so
are the attachments (the machine-readable record).
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from noto_cjk_sans_otc import FONT_PATH

from foundation.core.canonical import canonical_json

FOLDER = Path(settings.BASE_DIR) / "templates" / "print"
LABEL_PPI = 300
MEDIA_TYPES = {".json": "application/json", ".csv": "text/csv", ".txt": "text/plain", ".pdf": "application/pdf"}


class RenderingFailed(RuntimeError):
    """The template and the data do not fit: a fault of the program, with typst's own words."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is typeset: template name without ``.typ``, its data, and the pictures that it shows by file name."""

    template: str
    data: Mapping[str, Any]
    pictures: Mapping[str, bytes]


def render_pdf(
    template: str,
    data: Mapping[str, Any],
    *,
    timestamp: datetime,
    attachments: Mapping[str, bytes] | None = None,
    pictures: Mapping[str, bytes] | None = None,
    pdf_a: bool = True,
) -> bytes:
    """One PDF. ``data`` is canonical JSON (decimals become strings); ``timestamp`` is the document's date, in UTC.

    ``attachments`` are embedded under their names. Above about 300 pages split the document: typst keeps it in memory.
    """
    sheet = Sheet(template, data, pictures or {})
    with tempfile.TemporaryDirectory(prefix="arteria-print-") as name:
        folder = Path(name)
        _lay_out(folder, sheet, attachments or {})
        pdf: bytes = _compile(
            folder,
            sheet,
            format="pdf",
            pdf_standards=["a-3b"] if pdf_a else [],
            timestamp=timestamp.astimezone(UTC).replace(microsecond=0),
            pdf_tags=False,  # tags make a record thirteen times as large
        )
    return pdf


def render_png(template: str, data: Mapping[str, Any], *, pictures: Mapping[str, bytes], ppi: int = LABEL_PPI) -> bytes:
    """The first page as a picture (a label on the screen, or for a printer that takes pictures)."""
    sheet = Sheet(template, data, pictures)
    with tempfile.TemporaryDirectory(prefix="arteria-print-") as name:
        folder = Path(name)
        _lay_out(folder, sheet, {})
        pages: bytes | list[bytes] = _compile(folder, sheet, format="png", ppi=ppi)
    return pages if isinstance(pages, bytes) else pages[0]


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """Typst's own fonts and Noto Sans CJK; never the system's, or the same record would look different elsewhere."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(FONT_PATH.parent)])


def _lay_out(folder: Path, sheet: Sheet, attachments: Mapping[str, bytes]) -> None:
    """A folder of its own for each print: the templates, the data, the pictures, the attachments."""
    for template in FOLDER.glob("*.typ"):
        shutil.copy(template, folder / template.name)
    (folder / "data.json").write_bytes(canonical_json(sheet.data))
    for name, picture in sheet.pictures.items():
        (folder / name).write_bytes(picture)
    (folder / "attached").mkdir()
    listed = []
    for number, (name, content) in enumerate(sorted(attachments.items())):
        inside = f"attached/{number}"
        (folder / inside).write_bytes(content)
        kind = MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")
        listed.append({"name": name, "file": inside, "media_type": kind})
    (folder / "attachments.json").write_text(json.dumps(listed, ensure_ascii=False), encoding="utf-8")


def _compile(folder: Path, sheet: Sheet, **options: Any) -> Any:
    try:
        made, warnings = typst.compile_with_warnings(
            str(folder / f"{sheet.template}.typ"), root=str(folder), font_paths=fonts(), **options
        )
    except typst.TypstError as error:
        raise RenderingFailed(f"{sheet.template}: {error.diagnostic}") from error
    if warnings:  # a font that is not there would print boxes instead of Chinese
        raise RenderingFailed(f"{sheet.template}: {'; '.join(str(warning) for warning in warnings)}")
    return made
