"""Why a file cannot be staged, and why a staged one cannot be committed yet."""

from __future__ import annotations

from foundation.core.errors import Conflict, NotValid


class FileNotReadable(NotValid):
    """The file is empty, too large, too long, not text, or no workbook; ``field`` is the file."""

    code = "file-not-readable"


class StillProblems(Conflict):
    """Rows have problems that nobody has resolved; ``details["problems"]`` names the first ones by row and column."""

    code = "still-problems"
    status = 422
