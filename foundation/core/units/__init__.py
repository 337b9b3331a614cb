"""Units of the plant and quantities as people write them."""

from .dictionary import UNITS, Unit, convert, dimension_name, quantity_text, same_dimension, unit, unit_named
from .readings import Note, PriceReading, Reading, parse_price, parse_quantity

__all__ = [
    "UNITS",
    "Note",
    "PriceReading",
    "Reading",
    "Unit",
    "convert",
    "dimension_name",
    "parse_price",
    "parse_quantity",
    "quantity_text",
    "same_dimension",
    "unit",
    "unit_named",
]
