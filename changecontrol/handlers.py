"""Jobs of change control."""

from __future__ import annotations

from changecontrol.models import ChangeRequest
from changecontrol.services import take_effect
from changecontrol.states import ChangeState
from foundation.core.actor import Actor
from foundation.core.jobs import Progress
from foundation.core.models import Job


def take_effect_now(job: Job, progress: Progress) -> dict[str, str]:
    """The moment of a planned change has come. Done once: a change that is effective already is left alone."""
    change = ChangeRequest.objects.get(pk=job.payload["change_id"])
    if change.state == ChangeState.IMPLEMENTING:
        take_effect(actor=Actor.system("change control"), change_id=change.pk)
    return {"change": change.number}
