"""Symbols: GS1 DataMatrix, GS1 QR and GS1-128, written as SVG and read back from a picture.

zxing-cpp writes a wrong check digit without a word, so a symbol is made from a `gs1.Message` only, which was validated,
and the bytes that the symbol holds are compared with it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import zxingcpp
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from foundation.core.errors import NotValid
from foundation.core.gs1 import Message

PREFIX = {"DataMatrix": "]d2", "QRCode": "]Q3", "Code128": "]C1"}


@dataclass(frozen=True, slots=True)
class ReadSymbol:
    """One symbol in a picture. ``text`` is as a scanner sends it: with its GS1 prefix and separators."""

    format: str
    text: str
    is_gs1: bool


def gs1_svg(message: Message, format: str = "DataMatrix") -> bytes:
    """The symbol of a GS1 message with its quiet zone. NotValid when the symbol cannot hold it."""
    try:
        barcode = zxingcpp.create_barcode(
            message.bracketed, getattr(zxingcpp.BarcodeFormat, format), gs1=True, force_square=format == "DataMatrix"
        )
    except ValueError as error:
        raise NotValid(_("%(code)s cannot be printed as a symbol.") % {"code": message.bracketed}) from error
    if barcode.bytes != message.raw.encode():
        raise NotValid(_("%(code)s cannot be printed as a symbol.") % {"code": message.bracketed})
    return zxingcpp.write_barcode_to_svg(barcode, scale=4, add_quiet_zones=True).encode()


def text_svg(text: str) -> bytes:
    """A plain DataMatrix of a number of ours that has no label of its own kind (a process card, a record)."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    return zxingcpp.write_barcode_to_svg(barcode, scale=4, add_quiet_zones=True).encode()


def read_symbols(picture: bytes) -> list[ReadSymbol]:
    """Every symbol in a PNG or JPEG. NotValid when it is not a picture."""
    try:
        image = Image.open(io.BytesIO(picture)).convert("L")
    except UnidentifiedImageError as error:
        raise NotValid(_("This is not a picture.")) from error
    return [_read(found) for found in zxingcpp.read_barcodes(image, text_mode=zxingcpp.TextMode.Plain)]


def _read(found: zxingcpp.Barcode) -> ReadSymbol:
    name = found.format.name
    is_gs1 = found.content_type == zxingcpp.ContentType.GS1
    text = found.bytes.decode("utf-8", "replace") if is_gs1 else found.text
    return ReadSymbol(name, PREFIX.get(name, "") + text if is_gs1 else text, is_gs1)
