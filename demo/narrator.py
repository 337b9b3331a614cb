"""Tells the story: each act, who did it, and what was refused; and notices when something is not as it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TextIO, TypeVar

from foundation.core.errors import Refusal

T = TypeVar("T")


class StoryBroken(AssertionError):
    """What the story expected did not happen: `make demo` exits non-zero."""


class Narrator:
    """Prints to ``out``; a quiet one (loading the demo plant) prints nothing but checks the same.

    A story that was interrupted goes on where it stopped. What was done is seen in the plant itself; a refusal changes
    nothing there, so which of them were ``told`` is remembered here, and ``keep`` is called after each.
    """

    def __init__(
        self,
        out: TextIO | None = None,
        *,
        told: Iterable[str] = (),
        keep: Callable[[list[str]], object] = lambda told: None,
    ) -> None:
        self.out = out
        self.acts = 0
        self.refusals = 0
        self._told = list(told)
        self._keep = keep
        self._asked: dict[str, int] = {}

    def chapter(self, title: str) -> None:
        self._line(f"\n== {title}")

    def did(self, who: str, what: str) -> None:
        self.acts += 1
        self._line(f"   {who:<16} {what}")

    def shows(self, what: str) -> None:
        self._line(f"   {'':<16} → {what}")

    def refused(self, who: str, what: str, work: Callable[[], Any], *, code: str) -> Refusal | None:
        """The act must be refused with this code; prints the reason that the person would read. None: told before."""
        self._asked[what] = self._asked.get(what, 0) + 1
        name = f"{what} #{self._asked[what]}"
        if name in self._told:
            return None
        refusal = self._refusal(who, what, work, code)
        self._told.append(name)
        self._keep(self._told)
        return refusal

    def _refusal(self, who: str, what: str, work: Callable[[], Any], code: str) -> Refusal:
        try:
            work()
        except Refusal as refusal:
            if refusal.code != code:
                raise StoryBroken(
                    f"{what}: refused as {refusal.code!r} ({refusal.reason}), not as {code!r}"
                ) from refusal
            self.refusals += 1
            self._line(f"   {who:<16} {what}\n   {'':<16} ✗ refused: {refusal.reason}")
            return refusal
        raise StoryBroken(f"{what}: was not refused")

    def expect(self, what: str, found: T, wanted: T) -> T:
        if found != wanted:
            raise StoryBroken(f"{what}: {found!r}, expected {wanted!r}")
        self.shows(f"{what}: {found}")
        return found

    def _line(self, text: str) -> None:
        if self.out is not None:
            self.out.write(text + "\n")
            self.out.flush()
