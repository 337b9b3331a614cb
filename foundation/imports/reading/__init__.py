"""From the bytes of a CSV or XLSX file to a table of texts, within limits."""

from .table import MAX_EXPANDED, MAX_ROWS, MAX_SIZE, Table, is_large, read_table, refuse_size

__all__ = ["MAX_EXPANDED", "MAX_ROWS", "MAX_SIZE", "Table", "is_large", "read_table", "refuse_size"]
