"""The whole story, told once per module with real commits; tests then look at what it left behind."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from demo.narrator import Narrator
from demo.story import prove_to_a_stranger, proven, tell
from dhr.models import DeviceHistoryRecord
from foundation.records import keys


class Journey:
    """What the story left: its records, the package, and every line it told."""

    def __init__(self, records: list[DeviceHistoryRecord], archive: Path, lines: str, story: Narrator) -> None:
        self.records, self.archive, self.lines, self.story = records, archive, lines, story


@pytest.fixture(scope="module")
def journey(committed_module: None, tmp_path_factory: pytest.TempPathFactory, settings_key: None) -> Iterator[Journey]:
    call_command("sync_roles", stdout=StringIO())
    out = StringIO()
    story = Narrator(out)
    tell(story)
    archive = prove_to_a_stranger(story, tmp_path_factory.mktemp("out"))
    return Journey(proven(), archive, out.getvalue(), story)


@pytest.fixture(scope="module")
def settings_key(data_folder: Path) -> None:
    path = data_folder / "keys" / "signing-key.pem"
    if not path.exists():
        keys.create_key(path)
