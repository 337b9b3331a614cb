"""Where things lie: the code, the data of this checkout, and the log files."""

import json
import os
import secrets
import socket
from pathlib import Path
from typing import Any

from .errors import StartError, explain_write_error

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("ARTERIA_DATA_DIR") or ROOT / "var").absolute()


def make_folder(folder: Path, mode: int = 0o711) -> Path:
    """A folder that others may pass through but not list, so that PostgreSQL's own user reaches its data below."""
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(mode)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StartError(explain_write_error(error) or f"Cannot make the folder {folder}: {error.strerror}.") from error
    return folder


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_port_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise StartError(
                f"Port {port} may be used by the administrator only, as all below 1024. Choose another one: make run PORT=8000"
            ) from error
        except OSError:
            return False
    return True


def write_private(path: Path, text: str) -> None:
    """Writes a file that only this user can read, whole or not at all."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


def load_secrets(folder: Path) -> dict[str, str]:
    """The generated passwords of this data folder; made on the first call, kept with mode 0600."""
    path = folder / "secrets.json"
    names = ("postgres", "arteria_owner", "arteria_app", "valkey", "secret_key")
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = [name for name in names if name not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(48 if name == "secret_key" else 24) for name in missing}
        write_private(path, json.dumps(known, indent=2))
    return known


def read_state(path: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return state
