"""Write a package: a ZIP archive with one possible form, a manifest of every file's hash, and a signature over it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils.translation import gettext as _

from foundation.core.errors import NotValid
from foundation.records.keys import fingerprint, public_bytes
from foundation.records.verifier import verify

VERIFIER = Path(verify.__file__)
README = "README.txt"
_README = """\
{title}

How to check this package on any computer with Python 3.8 or newer; nothing needs to be installed:

    python3 verify.py THE-PACKAGE.zip --key FINGERPRINT

Get the fingerprint of the signing key, and verify.py itself, from the company by another way than this package.
The manifest names this key (SHA-256 of the public key): {fingerprint}

如何校验本记录包(任何装有 Python 3.8 以上的电脑,无需安装其他软件):

    python3 verify.py 记录包.zip --key 指纹

签名密钥的指纹和 verify.py 本身应通过其他途径向公司取得,不要只用包内的副本。
"""


def write_package(
    path: Path,
    files: Mapping[str, bytes | Path],
    *,
    signing_key: Ed25519PrivateKey,
    title: str,
    created_at: datetime,
    include_verifier: bool = True,
) -> str:
    """Write the package and return the SHA-256 of the archive. The same contents give the same bytes.

    ``files`` maps names inside the package (``dhr.json``, ``attachments/…``) to their contents. Added are the manifest,
    its signature, a README and ``verify.py``. The file appears under ``path`` whole or not at all. NotValid for a name
    that is taken, absolute or points outside.
    """
    contents = {name: _content(content) for name, content in files.items()}
    added = {README: _README.format(title=title, fingerprint=fingerprint(public_bytes(signing_key))).encode()}
    if include_verifier:
        added["verify.py"] = VERIFIER.read_bytes()
    for name in contents:
        if name in added or name in (verify.MANIFEST, verify.SIGNATURE) or not _is_safe(name):
            raise NotValid(_("“%(name)s” cannot be the name of a file in a package.") % {"name": name})
    contents |= added
    archive = verify.pack(_signed(contents, signing_key, title, created_at))
    _write_whole(path, archive)
    return hashlib.sha256(archive).hexdigest()


def _signed(
    contents: Mapping[str, bytes], key: Ed25519PrivateKey, title: str, created_at: datetime
) -> list[tuple[str, bytes]]:
    """Manifest and signature first, then the files by name."""
    listed = [
        {"path": name, "size": len(contents[name]), "sha256": hashlib.sha256(contents[name]).hexdigest()}
        for name in sorted(contents)
    ]
    manifest = {
        "schema": verify.SCHEMA,
        "title": title,
        "created_at": created_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "algorithm": "Ed25519 over the bytes of this file",
        "public_key": public_bytes(key).hex(),
        "files": listed,
    }
    text = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
    return [
        (verify.MANIFEST, text),
        (verify.SIGNATURE, key.sign(text)),
        *((name, contents[name]) for name in sorted(contents)),
    ]


def _content(content: bytes | Path) -> bytes:
    return content.read_bytes() if isinstance(content, Path) else content


def _is_safe(name: str) -> bool:
    parts = name.split("/")
    return all(part not in ("", ".", "..") for part in parts) and not re.search(r"[\\:\x00-\x1f]", name)


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
