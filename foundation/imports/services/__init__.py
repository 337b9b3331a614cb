"""What other apps call of imports."""

from .committing import abandon_batch, commit_batch
from .decisions import accept_suggestions, add_row, correct_rows, remove_row
from .mapping import map_columns, save_mapping
from .staging import reread_batch, stage_file

__all__ = [
    "abandon_batch",
    "accept_suggestions",
    "add_row",
    "commit_batch",
    "correct_rows",
    "map_columns",
    "remove_row",
    "reread_batch",
    "save_mapping",
    "stage_file",
]
