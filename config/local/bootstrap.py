#!/usr/bin/env python3
"""Makes the virtual environment with the locked packages, then hands over to `python -m config.local` inside it.

Run as a file by the Makefile, with whatever Python the machine has: standard library only, no import of ours.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = Path(os.environ.get("ARTERIA_VENV") or ROOT / ".venv")
OLDEST = (3, 11)
LOCKS = {"run": ["requirements.txt"], "dev": ["requirements.txt", "requirements-dev.txt"]}
DEV_COMMANDS = {"test", "lint", "lock", "bench", "audit"}


def fail(sentence: str) -> None:
    print(f"arteria: {sentence}", file=sys.stderr)
    sys.exit(1)


def lock_hash(kind: str) -> str:
    """Changes with the locked packages, with Python, and with the place (an environment cannot be moved)."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {VENV}".encode())
    for name in LOCKS[kind]:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_fresh(kind: str) -> bool:
    """The environment of the developer holds all of the other one, in the same versions."""
    stamps = [(kind, VENV / f"arteria-{kind}")] + ([("dev", VENV / "arteria-dev")] if kind == "run" else [])
    return any(path.exists() and path.read_text() == lock_hash(name) for name, path in stamps)


def refuse_unwritable() -> None:
    """Before `venv` fails on it and blames Python: a disk that is read-only, a folder of somebody else."""
    VENV.mkdir(parents=True, exist_ok=True)
    probe = VENV / f".writable-{os.getpid()}"
    probe.touch()
    probe.unlink()


def make_environment(kind: str) -> None:
    python = VENV / "bin" / "python"
    refuse_unwritable()
    if not (python.exists() and (VENV / "pyvenv.cfg").exists()):
        print(f"Making the environment {VENV} ...", flush=True)
        made = subprocess.run([sys.executable, "-m", "venv", VENV])
        if made.returncode != 0:
            fail(
                f"{sys.executable} cannot make a virtual environment: install python3-venv (Debian) or a whole Python."
            )
    lock = LOCKS[kind][-1]
    print(f"Installing the packages of {lock} (only when it has changed) ...", flush=True)
    argv = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    uv = shutil.which("uv")
    if uv:
        argv = [uv, "pip", "install", "--quiet", "--python", str(python), "--require-hashes"]
    done = subprocess.run([*argv, "-r", ROOT / lock])
    if done.returncode != 0:
        fail(f"the packages of {lock} could not be installed (see above). Is the package index reachable?")
    (VENV / f"arteria-{kind}").write_text(lock_hash(kind))


def main() -> None:
    if sys.version_info < OLDEST:
        fail(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: make PYTHON=python3.12 {sys.argv[1]}")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    kind = "dev" if command in DEV_COMMANDS else "run"
    try:
        fcntl.flock(os.open(ROOT, os.O_RDONLY), fcntl.LOCK_EX)  # two commands at once: the second one waits
        if not is_fresh(kind):
            make_environment(kind)
    except OSError as error:
        words = {errno.EROFS: "the disk is read-only", errno.EACCES: "this user may not write there"}
        why = words.get(error.errno or 0) or (error.strerror or str(error)).lower()
        fail(
            f"cannot write {error.filename or VENV}: {why}. Arteria keeps its environment and its data in this folder."
        )
    except KeyboardInterrupt:
        sys.exit(130)
    # A start or a test run is a dozen processes; forbidden to keep bytecode, each would compile every module anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    python = str(VENV / "bin" / "python")
    os.chdir(ROOT)
    os.execv(python, [python, "-m", "config.local", *sys.argv[1:]])  # noqa: S606


if __name__ == "__main__":
    main()
