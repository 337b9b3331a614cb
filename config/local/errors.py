"""What the launcher tells a person: one sentence that says what is wrong and what to do."""

import errno

WRITE_ERRORS = {
    errno.EROFS: "the disk is read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EACCES: "this user may not write there",
    errno.EPERM: "this user may not write there",
}


SAID_BY_OTHERS = {
    "No space left on device": "The disk is full.",
    "Read-only file system": "The disk is read-only.",
    "Disk quota exceeded": "The disk quota is used up.",
}


class StartError(Exception):
    """Stops the launcher with its text and exit code 1, without a traceback."""


def explain_write_error(error: OSError) -> str | None:
    """The sentence for an error of the disk; None when it is of another kind."""
    why = WRITE_ERRORS.get(error.errno or 0)
    if why is None:
        return None
    return f"Cannot write {error.filename or 'the data'}: {why}."


def explain_words(text: str) -> str:
    """The sentence for what another program said of the disk, with a space behind it; "" when it said nothing of it."""
    return next((f"{sentence} " for words, sentence in SAID_BY_OTHERS.items() if words in text), "")
