"""What other apps call of imports."""

from .background import job_of
from .committing import abandon_batch, commit_batch, commit_given_up, commit_staged
from .decisions import accept_suggestions, add_row, correct_rows, remove_row
from .mapping import map_columns, save_mapping
from .review import review_staged
from .staging import read_staged, reread_batch, stage_file

__all__ = [
    "abandon_batch",
    "accept_suggestions",
    "add_row",
    "commit_batch",
    "commit_given_up",
    "commit_staged",
    "correct_rows",
    "job_of",
    "map_columns",
    "read_staged",
    "remove_row",
    "reread_batch",
    "review_staged",
    "save_mapping",
    "stage_file",
]
