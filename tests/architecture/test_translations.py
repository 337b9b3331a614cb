"""简体中文 is complete: every text that the catalogue knows has its translation, with the same placeholders."""

import re
from pathlib import Path

import polib
import pytest

CATALOGUE = Path(__file__).resolve().parents[2] / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%[sd]|\{\w*\}")


@pytest.mark.requirement("BEY-15")
def test_every_text_is_translated_and_none_is_a_guess() -> None:
    catalogue = polib.pofile(str(CATALOGUE))
    assert len(catalogue) > 2000
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


def test_every_translation_keeps_the_placeholders() -> None:
    for entry in polib.pofile(str(CATALOGUE)):
        if entry.obsolete or entry.msgid_plural:
            continue
        assert set(PLACEHOLDER.findall(entry.msgstr)) == set(PLACEHOLDER.findall(entry.msgid)), entry.msgid
