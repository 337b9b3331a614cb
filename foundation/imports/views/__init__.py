from .common import progress
from .files import batch_abandon, batch_list, map_batch, read_again, upload
from .preview import commit, preview
from .review import add, review, row_act

__all__ = [
    "add",
    "batch_abandon",
    "batch_list",
    "commit",
    "map_batch",
    "preview",
    "progress",
    "read_again",
    "review",
    "row_act",
    "upload",
]
