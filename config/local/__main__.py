"""`python -m config.local <command>`, which the Makefile calls inside the environment that bootstrap.py made."""

import shlex
import subprocess
import sys

from . import checks, tasks
from .assets import build_assets, compile_translations
from .errors import StartError, explain_write_error
from .paths import ROOT
from .processes import Stopped
from .run import run


def main() -> int:
    command, arguments = sys.argv[1], _split(sys.argv[2:])
    try:
        return _dispatch(command, arguments)
    except Stopped:
        print("\nStopped. The data stays where it is.")
        return 0 if command == "run" else 130
    except KeyboardInterrupt:
        return 130
    except StartError as error:
        print(f"arteria: {error}", file=sys.stderr)
    except OSError as error:
        why = explain_write_error(error)
        if why is None:
            raise
        print(f"arteria: {why}", file=sys.stderr)
    return 1


def _dispatch(command: str, arguments: list[str]) -> int:
    match command:
        case "run":
            run()
        case "demo":
            tasks.demo()
        case "bench":
            tasks.bench(arguments)
        case "manage":
            return tasks.manage(arguments)
        case "verify":
            return tasks.manage(["verify_records", *arguments])
        case "test":
            return checks.test(arguments)
        case "lint":
            return checks.lint()
        case "audit":
            return checks.audit()
        case "assets":
            compile_translations()
            print("The front end is built." if build_assets() else "The front end is up to date.")
        case "lock":
            return lock()
        case _:
            raise StartError(f"There is no command {command!r}; `make help` lists them.")
    return 0


def lock() -> int:
    """Locks what requirements*.in ask for, with hashes, for every platform."""
    options = ["--universal", "--generate-hashes", "--python-version", "3.11", "--no-header"]
    for name in ("requirements", "requirements-dev"):
        argv = [sys.executable, "-m", "uv", "pip", "compile", *options, f"{name}.in", "-o", f"{name}.txt"]
        code = subprocess.run(argv, cwd=ROOT, check=False).returncode
        if code != 0:
            return code
    return 0


def _split(arguments: list[str]) -> list[str]:
    """ARGS="tests/x -k y" arrives as one word."""
    return [word for argument in arguments for word in shlex.split(argument)]


if __name__ == "__main__":
    sys.exit(main())
