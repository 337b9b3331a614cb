"""Taking records away is an act too."""

from __future__ import annotations

from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.records.act import act


def note_export(*, actor: Actor, what: str, record: RecordRef | None = None) -> None:
    """Keep in the ledger who took which list or trail away, and in which form (``what``)."""
    with act(actor=actor, verb="records.export.made", about=record) as this:
        this.note(what=what)
