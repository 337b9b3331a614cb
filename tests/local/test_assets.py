"""When the front end is built anew: the icon sprite and the style sheet follow what templates and Python name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.local.assets import built_from
from config.local.paths import ROOT

TREE = {
    "esbuild.mjs": "build()",
    "package-lock.json": "{}",
    "assets/entries/desk.ts": "start()",
    "templates/list.html": '{% icon "download" %}',
    "config/portal/navigation.py": 'entry = Entry("Lots", icon="box")\nlimit = 3\n',
}
Write = Callable[[str, str], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of a small tree; returns what the front end would be built from."""

    def put(name: str, text: str) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return built_from(tmp_path) if all((tmp_path / one).exists() for one in TREE) else ""

    for name, text in TREE.items():
        put(name, text)
    return put


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("templates/list.html", '{% icon "braces" %}'),
        ("templates/components/new.html", "<p></p>"),
        ("config/portal/navigation.py", 'entry = Entry("Lots", icon="boxes")\nlimit = 3\n'),
        ("config/forms.py", 'attrs={"class": "form-control"}\n'),
        ("assets/entries/desk.ts", "start(1)"),
        ("package-lock.json", '{"name": "x"}'),
    ],
)
def test_what_the_build_reads_builds_anew(write: Write, name: str, text: str) -> None:
    before = write("esbuild.mjs", TREE["esbuild.mjs"])
    assert write(name, text) != before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config/portal/navigation.py", 'entry = Entry("Lots", icon="box")\nlimit = 4\n'),
        ("assets/dist/icons.svg", "<svg/>"),
        ("node_modules/x/x.py", 'icon="x"\n'),
        ("tests/test_x.py", 'icon="x"\n'),
    ],
)
def test_what_shows_nothing_does_not(write: Write, name: str, text: str) -> None:
    before = write("esbuild.mjs", TREE["esbuild.mjs"])
    assert write(name, text) == before


def test_it_is_the_same_each_time() -> None:
    assert built_from(ROOT) == built_from(ROOT)
