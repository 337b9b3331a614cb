"""A published parts list, read through foundation.imports: staged, decided on, committed all or nothing."""

from .schema import SCHEMA, PartsListSchema, schemas

__all__ = ["SCHEMA", "PartsListSchema", "schemas"]
