"""Taking records away is an act too."""

from __future__ import annotations

from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.records.act import act


def note_export(*, actor: Actor, what: str, chosen: str = "", record: RecordRef | None = None) -> None:
    """Keep in the ledger who took which list, trail or package away, in which form (``what``), filtered how (``chosen``).

    21 CFR 11.10(b), EU GMP Annex 11 §8: copies are made for whom they are meant; who made one is known.
    """
    with act(actor=actor, verb="records.export.made", about=record) as this:
        this.note(what=what, **({"chosen": chosen} if chosen else {}))
