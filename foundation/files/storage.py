"""The bytes themselves: under MEDIA_ROOT by content hash, written whole or not at all, never overwritten."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from foundation.files.exceptions import FileDamaged

READ_ONLY = 0o440


def path_of(sha256: str) -> Path:
    """Where the content of this hash lies."""
    return Path(settings.MEDIA_ROOT) / "originals" / sha256[:2] / sha256


def put(content: bytes) -> str:
    """Keep the bytes and return their SHA-256. What is there already stays as it is.

    Temporary file, sync, rename: a crash leaves no half file. A roll-back of the act may leave an unreferenced one, which
    is harmless, because nothing points to it and the same content will take its place.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    path = path_of(sha256)
    if path.exists():
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".incoming-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, READ_ONLY)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return sha256


def get(sha256: str) -> bytes:
    """The bytes, checked against their hash. FileDamaged when they are gone or changed."""
    try:
        content = path_of(sha256).read_bytes()
    except OSError as error:
        raise FileDamaged(_("The content %(hash)s is missing from the storage.") % {"hash": sha256}) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileDamaged(_("The content %(hash)s was changed in the storage.") % {"hash": sha256})
    return content


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
