"""The words of a process card's codes: the card keeps ``card_start``, people read “at card start”."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import TextChoices

from routing.states import By, Reaction, SecondCheck, When

register = template.Library()


def _word(choices: type[TextChoices], code: str) -> str:
    return str(choices(code).label) if code in choices.values else code


@register.filter
def when_words(when: dict[str, Any]) -> str:
    """``{rule, n}`` of a step."""
    word = _word(When, when.get("rule", ""))
    return f"{word} (n = {when['n']})" if when.get("n") else word


@register.filter
def by_words(code: str) -> str:
    return _word(By, code)


@register.filter
def check_words(code: str) -> str:
    return _word(SecondCheck, code)


@register.filter
def reaction_words(code: str) -> str:
    return _word(Reaction, code)
