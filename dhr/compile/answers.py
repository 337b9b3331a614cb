"""What a chosen answer says: the entry keeps its code, and the record the words that stood on the card beside it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from foundation.core.texts import localized
from shopfloor.models import StepRecord

OK, NOT_OK = "ok", "not_ok"
Words = dict[str, str]  # {language: text}


def answer(plan: dict[str, Any], row: StepRecord) -> Words:
    """The answer of an entry; {} for what is no answer of the card: a number, a container, a text."""
    return answer_words(plan, row.kind, row.value)


def answer_words(plan: dict[str, Any], kind: str, value: str) -> Words:
    """As `answer`, of a value that is asked for, too. ``plan``: the step as the process card has it."""
    texts: dict[str, Words] = {str(choice["value"]): choice["text"] for choice in plan.get("choices") or []}
    if kind == "choice":
        return texts.get(value, {})
    if kind not in ("checklist", "clearance", "inspection"):
        return {}
    return {language: _points(texts, value, language) for language, _name in settings.LANGUAGES}


def _points(texts: dict[str, Words], value: str, language: str) -> str:
    with translation.override(language):
        if value == OK:
            return _("All points hold") if texts else _("In order")
        missing = [code.strip() for code in value.removeprefix(NOT_OK).lstrip(":").split(",") if code.strip()]
        if not missing:
            return _("Not in order")
        said = "; ".join(localized(texts.get(code, {}), language) or code for code in missing)
        return _("Not in order: %(points)s") % {"points": said}
