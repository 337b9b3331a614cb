"""What the pages of records show of their keeping: `{% load retention %}{% keeping_facts record %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model

from foundation.core.refs import RecordRef
from foundation.retention.models import KeepingEnded
from foundation.retention.selectors import holds_over, keep_until

register = template.Library()


@register.inclusion_tag("components/keeping.html")
def keeping_facts(record: Model) -> dict[str, Any]:
    """Two facts of a record's page: until when it is kept and why, and the legal holds that cover it."""
    ref = RecordRef.to(record)
    keeping = keep_until(ref)
    ended = KeepingEnded.objects.filter(subject_label=ref.label, subject_id=ref.id).first()
    return {"record": ref, "keeping": keeping, "holds": keeping.holds, "ended": ended}


@register.inclusion_tag("components/keeping.html")
def legal_holds(thing: Model) -> dict[str, Any]:
    """The legal holds on a thing that has no period of its own (a lot, an item): nothing when there is none."""
    return {"record": RecordRef.to(thing), "holds": holds_over(RecordRef.to(thing))}
