"""What a record says, compiled from the rows that the floor wrote; one module per part of the content."""

from dhr.compile.content import record_content
from dhr.compile.scope import RecordScope, load_scope

__all__ = ["RecordScope", "load_scope", "record_content"]
