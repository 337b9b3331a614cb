"""What the database is made from, as one hash: the migrations, the models that protection follows, the roles."""

import hashlib

from .paths import ROOT

SOURCES = (
    "*/migrations/*.py",
    "*/*/migrations/*.py",
    "*/models/*.py",
    "*/*/models/*.py",
    "*/*/models.py",
    "*/models.py",
    "foundation/records/*.py",
    "config/roles.py",
    "requirements.txt",
)
FOREIGN = {"node_modules", "var", ".venv", "out"}


def schema_hash() -> str:
    """Changes when a database that is migrated from this code may come out differently."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            name = path.relative_to(ROOT)
            if name.parts[0] not in FOREIGN:
                digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
