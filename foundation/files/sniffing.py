"""The type of a file, from its content. A name proves nothing."""

from __future__ import annotations

import csv
import io
import zipfile

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
CSV, TEXT, JSON = "text/csv", "text/plain", "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP, HTML, SVG, UNKNOWN = "application/zip", "text/html", "image/svg+xml", "application/octet-stream"
EXTENSIONS = {PDF: "pdf", PNG: "png", JPEG: "jpg", CSV: "csv", TEXT: "txt", JSON: "json", XLSX: "xlsx", ZIP: "zip"}
HARMLESS = (PDF, PNG, JPEG, CSV, TEXT, JSON, XLSX)  # nothing that a browser or an office would run

_MAGIC = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))


def media_type(content: bytes) -> str:
    """The media type of the content; ``application/octet-stream`` when it is none that we know."""
    for magic, found in _MAGIC:
        if content.startswith(magic):
            return found
    if content.startswith(b"PK\x03\x04"):
        return _zip_type(content)
    text = decode(content)
    return UNKNOWN if text is None else _text_type(text)


def decode(content: bytes) -> str | None:
    """The text of the content (UTF-8, UTF-16 with its mark, GB 18030), or None when it is not text."""
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if any(sign < " " and sign not in "\t\r\n\f" for sign in text) else text
    return None


def _zip_type(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return UNKNOWN
    macros = any(name.endswith("vbaProject.bin") for name in names)
    is_workbook = "[Content_Types].xml" in names and "xl/workbook.xml" in names
    return XLSX if is_workbook and not macros else ZIP


def _text_type(text: str) -> str:
    start = text.lstrip()[:200].lower()
    if start.startswith("<"):
        return SVG if "<svg" in start else HTML
    if start.startswith(("{", "[")):
        return JSON
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    for delimiter in ",;\t":
        widths = {len(row) for row in csv.reader(lines, delimiter=delimiter)}
        if len(lines) > 1 and len(widths) == 1 and widths.pop() > 1:
            return CSV
    return TEXT
