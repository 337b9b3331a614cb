"""简体中文 is complete: every text that the catalogue knows has its translation, with the same placeholders."""

import ast
import re
from pathlib import Path

import polib
import pytest

from foundation.core.web.trails import VERB
from tests.architecture.code import modules

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


@pytest.mark.requirement("BEY-15")
def test_every_act_of_the_trail_has_its_words() -> None:
    """The ledger holds codes; who reads the trail in Chinese reads Chinese."""
    known = {entry.msgid for entry in polib.pofile(str(CATALOGUE)).translated_entries()}
    verbs = {
        node.value.value
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.keyword) and node.arg == "verb" and isinstance(node.value, ast.Constant)
    }
    acts = {verb for verb in verbs if isinstance(verb, str) and VERB.fullmatch(verb)}
    assert len(acts) > 150
    assert sorted(acts - known) == []
