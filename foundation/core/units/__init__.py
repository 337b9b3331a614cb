"""Units of the plant and quantities as people write them."""

from .dictionary import UNITS, Unit, convert, quantity_text, same_dimension, unit, unit_named
from .readings import Note, PriceReading, Reading, parse_price, parse_quantity

__all__ = [
    "UNITS",
    "Note",
    "PriceReading",
    "Reading",
    "Unit",
    "convert",
    "parse_price",
    "parse_quantity",
    "quantity_text",
    "same_dimension",
    "unit",
    "unit_named",
]
