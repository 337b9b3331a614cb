"""People who keep records, a batch that was released, and a folder and a key of its own for archives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from foundation.records import keys
from tests.records.conftest import as_owner

__all__ = ["archive_folder", "as_owner", "in_english"]


@pytest.fixture
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def archive_folder(tmp_path: Path, settings: Any) -> Path:
    """Archives go here; returns the folder. The plant has a fresh key."""
    settings.ARCHIVE_DIR = tmp_path / "archives"
    settings.SIGNING_KEY_FILE = tmp_path / "key.pem"
    settings.SEAL_EXPORT_DIR = None
    keys.create_key(settings.SIGNING_KEY_FILE)
    return tmp_path / "archives"
