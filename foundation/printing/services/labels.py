"""Ask for a print."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core import jobs
from foundation.core.actor import Actor
from foundation.core.canonical import canonical_json, content_hash
from foundation.core.errors import NotFound, NotValid
from foundation.core.numbering import next_numbers
from foundation.core.refs import RecordRef
from foundation.printing.catalogue import complete, printable
from foundation.printing.models import PrintJob
from foundation.printing.selectors import visible_prints
from foundation.records.act import act

MAX_COPIES = 500
RENDER = "printing.render"


@dataclass(frozen=True, slots=True)
class LabelOf:
    """One label of a stack: its data (docs/domain/print-data.md) and what it labels."""

    data: Mapping[str, Any]
    subject: RecordRef


def print_label(
    *,
    actor: Actor,
    template: str,
    data: Mapping[str, Any],
    subject: RecordRef,
    copies: int = 1,
    reason: str = "",
) -> PrintJob:
    """Put one print in the queue; as `print_labels`."""
    labels = [LabelOf(data, subject)]
    return print_labels(actor=actor, template=template, labels=labels, copies=copies, reason=reason)[0]


def print_labels(
    *, actor: Actor, template: str, labels: Sequence[LabelOf], copies: int = 1, reason: str = ""
) -> list[PrintJob]:
    """Put a stack of labels in the queue, set-based: one print each, one job for all.

    The first print of a template for a record needs no reason and, inside another act (receipt, dispatch), no right of
    its own; a second one is a reprint: it needs ``printing.print_label`` and a reason, and says REPRINT on its face.
    NotValid: ``reason-required``, ``data-missing``, a code that cannot be a symbol, copies outside 1–500.
    """
    with act(actor=actor, verb="printing.label.printed", reason=reason) as this:
        this.relate(*(label.subject for label in labels))
        if len(labels) == 1:
            this.about(labels[0].subject)
        firsts = _first_prints(template, labels)
        if firsts or this.outer is None:
            require(actor, "printing.print_label")
        _check(template, labels, firsts, copies, this.reason)
        numbers = next_numbers("print", len(labels), prefix="PR")
        rows = [
            PrintJob(
                number=number,
                template=template,
                data=(plain := json.loads(canonical_json(dict(label.data)))),
                content_hash=content_hash(plain),
                copies=copies,
                subject_label=label.subject.label,
                subject_id=label.subject.id,
                subject_number=label.subject.number,
                first_print=firsts.get(label.subject.id),
                reason=this.reason,
                queue_key=f"{RENDER}:{numbers[0]}",
                station=actor.station,
                requested_by_id=actor.user_id,
                requested_by_name=actor.name,
                requested_at=this.at,
            )
            for number, label in zip(numbers, labels, strict=True)
        ]
        made: list[PrintJob] = PrintJob.objects.bulk_create(rows)
        jobs.enqueue(RENDER, unique_key=made[0].queue_key, payload={}, requested_by=actor.name)
        this.note(template=template, copies=copies, numbers=numbers)
    return made


def _check(template: str, labels: Sequence[LabelOf], firsts: Mapping[int, PrintJob], copies: int, reason: str) -> None:
    kind = printable(template)
    if not labels or len({label.subject for label in labels}) != len(labels):
        raise NotValid(_("A stack has one label for each thing."))
    if firsts and not reason:
        raise NotValid(
            _("This was printed before, as %(number)s. Give the reason for a reprint.")
            % {"number": ", ".join(first.number for first in firsts.values())},
            code="reason-required",
            field="reason",
        )
    if not 1 <= copies <= MAX_COPIES:
        raise NotValid(_("Print 1 to %(most)d copies.") % {"most": MAX_COPIES}, field="copies")
    for label in labels:
        complete(kind, label.data)
        kind.symbol(label.data)


def reprint_label(*, actor: Actor, number: str, reason: str, copies: int = 1) -> PrintJob:
    """Print again what was printed as ``number``, exactly; the face says REPRINT. NotValid without a reason."""
    with act(actor=actor, verb="printing.label.reprinted", reason=reason) as this:
        earlier: PrintJob = PrintJob.objects.get(number=number)
        if not visible_prints(actor).filter(pk=earlier.pk).exists():
            raise NotFound.here()
        this.about(earlier.subject)
        this.relate(earlier)
        return print_label(
            actor=actor,
            template=earlier.template,
            data=earlier.data,
            subject=earlier.subject,
            copies=copies,
            reason=reason,
        )


def _first_prints(template: str, labels: Sequence[LabelOf]) -> dict[int, PrintJob]:
    """What was printed before, by the id of what it labels."""
    kinds = {label.subject.label for label in labels}
    if len(kinds) > 1:
        raise ValueError("A stack of labels is for things of one kind")
    found = PrintJob.objects.filter(
        template=template,
        subject_label__in=kinds,
        subject_id__in=[label.subject.id for label in labels],
        first_print=None,
    )
    return {first.subject_id: first for first in found}
