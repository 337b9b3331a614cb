"""What the words of a parts list say: references between lines, names, similarity."""

from __future__ import annotations

import re
from dataclasses import dataclass

_POSITION = r"[A-Z]{1,2}\d{1,3}"
_REFERENCE = rf"[\[(]?({_POSITION})[\])]?"
_RANGE = rf"{_REFERENCE}(?:\s*(-|–|to|and|,|&|和|至)\s*[\[(]?((?:[A-Z]{{1,2}})?\d{{1,3}})[\])]?)?"
_CUT_FROM = re.compile(
    rf"(?:cut|made|machined)\s+(?:\w+\s+){{0,3}}?from\s+(?:\w+\s+){{0,3}}?[\[(]({_POSITION})[\])]", re.IGNORECASE
)
_ALTERNATE = re.compile(rf"alternat(?:e|ive)s?\s+(?:for|to|of)\s+{_RANGE}", re.IGNORECASE)
_ONLY_WITH = re.compile(rf"with\s+[\[(]({_POSITION})[\])]\s+only", re.IGNORECASE)
_OPTIONAL = re.compile(r"\boptional\b|可选|选配", re.IGNORECASE)
_MADE = re.compile(r"3d.?print|printed|custom|bent sheet|cut from|made from|machined|3D打印|自制", re.IGNORECASE)
# Clauses that say what a part is for, not what it is.
_USAGE = re.compile(
    rf"""\s*(?::\s.*|,?\s*\bto\s+make\b.*|,?\s*\bfor\s+(?!M\d).*|,?\s*\balternat\w+\s+(?:for|to|of).*
    |,?\s*\bwith\s+[\[(]?{_POSITION}[\])]?\s+only.*|,?\s*\boptional\b.*)$""",
    re.IGNORECASE | re.VERBOSE,
)
_WORD = re.compile(r"[^\W_]+(?:[./][^\W_]+)*")
_FILLER = {"the", "a", "an", "of", "and", "w", "with", "assembly", "sub", "assemblies"}


@dataclass(frozen=True, slots=True)
class References:
    """What a description says about other lines of its table."""

    cut_from: str = ""
    alternate_of: tuple[str, ...] = ()
    used_with: str = ""
    optional: bool = False
    made: bool = False


def references(text: str) -> References:
    """Read ``cut from acrylic [A1]``, ``alternative for A1-3``, ``with [A3] only``, ``OPTIONAL``, ``3D printed``."""
    cut, only = _CUT_FROM.search(text), _ONLY_WITH.search(text)
    alternate = _ALTERNATE.search(text)
    return References(
        cut_from=cut[1].upper() if cut else "",
        alternate_of=_span(alternate) if alternate else (),
        used_with=only[1].upper() if only else "",
        optional=bool(_OPTIONAL.search(text)),
        made=bool(_MADE.search(text)),
    )


def _span(match: re.Match[str]) -> tuple[str, ...]:
    """``A1`` → A1; ``A1-3`` → A1, A2, A3; ``A10 and A11`` → A10, A11."""
    first, joiner, last = match[1].upper(), match[2], match[3]
    if not joiner:
        return (first,)
    letters = first.rstrip("0123456789")
    start, end = int(first[len(letters) :]), int(last.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
    if joiner in {"-", "–", "to", "至"} and start < end <= start + 50:
        return tuple(f"{letters}{number}" for number in range(start, end + 1))
    return (first, f"{letters}{end}")


def positions(text: str) -> tuple[str, ...]:
    """``A1, A2`` as typed by a person."""
    return tuple(part.upper() for part in re.split(r"[\s,;、，]+", text.strip()) if part)


def part_name(description: str) -> str:
    """The description without what it is used for: ``M4 screw, 14mm: tray fasteners`` → ``M4 screw, 14mm``."""
    return _USAGE.sub("", description.strip()).strip(" ,.") or description.strip()


def same_words(first: str, second: str) -> bool:
    """Whether two names say the same but for case, plural and order: then they are suggested to be one item."""
    return words(part_name(first), keep_all=True) == words(part_name(second), keep_all=True)


def words(text: str, *, keep_all: bool = False) -> frozenset[str]:
    """Lower case, without plural and filler words."""
    found = (_singular(word.lower()) for word in _WORD.findall(text.replace("_", " ")))
    return frozenset(word for word in found if keep_all or word not in _FILLER)


def _singular(word: str) -> str:
    if len(word) <= 3:
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def containment(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the smaller set of words that the other has too."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of all words of both that they have in common (Jaccard)."""
    return len(one & other) / len(one | other) if one and other else 0.0


def item_number(text: str) -> str:
    """A number from a name: ``Venturi body`` → ``VENTURI-BODY``."""
    return re.sub(r"[^\w]+", "-", text.strip()).strip("-_").upper()[:80]
