"""What can be wrong with a file."""

from foundation.core.errors import NotValid, Refusal


class FileRefused(NotValid):
    """Empty, too large, or of a type that is not wanted here. ``code`` says which."""

    code = "file-refused"


class FileDamaged(Refusal):
    """The kept bytes are gone or no longer give their hash: somebody was at the disk."""

    code = "file-damaged"
