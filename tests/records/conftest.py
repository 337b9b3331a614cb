"""A signing key for the seals of a test, and the owner acting behind the application's back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2.extensions
import pytest

from foundation.records import keys


@pytest.fixture
def sealing_key(tmp_path: Path, settings: Any) -> str:
    """A fresh plant key; returns its fingerprint."""
    settings.SIGNING_KEY_FILE = tmp_path / "key.pem"
    return keys.create_key(settings.SIGNING_KEY_FILE)


@pytest.fixture
def as_owner(owner_connection: psycopg2.extensions.connection) -> Callable[..., None]:
    """Run statements as the owner of the tables with the triggers off: what an administrator with bad intent can do."""

    def run(*statements: str) -> None:
        with owner_connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("RESET session_replication_role")

    return run
