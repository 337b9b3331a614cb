"""Ask for a print."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core import jobs
from foundation.core.actor import Actor
from foundation.core.canonical import canonical_json, content_hash
from foundation.core.errors import NotValid
from foundation.core.numbering import next_number
from foundation.core.refs import RecordRef
from foundation.printing.catalogue import complete, printable
from foundation.printing.models import PrintJob
from foundation.records.act import act

MAX_COPIES = 500
RENDER = "printing.render"


def print_label(
    *,
    actor: Actor,
    template: str,
    data: Mapping[str, Any],
    subject: RecordRef,
    copies: int = 1,
    reason: str = "",
) -> PrintJob:
    """Put a print in the queue. ``data`` by docs/domain/print-data.md; ``subject`` is what it labels.

    The first print of a template for a record needs no reason and, inside another act (receipt, dispatch), no right of
    its own; a second one is a reprint: it needs ``printing.print_label`` and a reason, and says REPRINT on its face.
    NotValid: ``reason-required``, ``data-missing``, a code that cannot be a symbol, copies outside 1–500.
    """
    with act(actor=actor, verb="printing.label.printed", reason=reason, about=subject) as this:
        kind = printable(template)
        first = _first_print(template, subject)
        if first is not None or this.outer is None:
            require(actor, "printing.print_label")
        if first is not None and not this.reason:
            raise NotValid(
                _("This was printed before, as %(number)s. Give the reason for a reprint.") % {"number": first.number},
                code="reason-required",
                field="reason",
            )
        if not 1 <= copies <= MAX_COPIES:
            raise NotValid(_("Print 1 to %(most)d copies.") % {"most": MAX_COPIES}, field="copies")
        complete(kind, data)
        kind.symbol(data)
        plain = json.loads(canonical_json(dict(data)))
        job = PrintJob.objects.create(
            number=next_number("print", prefix="PR"),
            template=template,
            data=plain,
            content_hash=content_hash(plain),
            copies=copies,
            subject_label=subject.label,
            subject_id=subject.id,
            subject_number=subject.number,
            first_print=first,
            reason=this.reason,
            station=actor.station,
            requested_by_id=actor.user_id,
            requested_by_name=actor.name,
            requested_at=this.at,
        )
        jobs.enqueue(RENDER, unique_key=job.job_key, payload={"print_job": job.pk}, requested_by=actor.name)
        this.relate(job)
        this.note(template=template, copies=copies, number=job.number)
    return job


def reprint_label(*, actor: Actor, number: str, reason: str, copies: int = 1) -> PrintJob:
    """Print again what was printed as ``number``, exactly; the face says REPRINT. NotValid without a reason."""
    with act(actor=actor, verb="printing.label.reprinted", reason=reason) as this:
        earlier: PrintJob = PrintJob.objects.get(number=number)
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


def _first_print(template: str, subject: RecordRef) -> PrintJob | None:
    found: PrintJob | None = (
        PrintJob.objects.filter(template=template, subject_label=subject.label, subject_id=subject.id, first_print=None)
        .order_by("pk")
        .first()
    )
    return found
