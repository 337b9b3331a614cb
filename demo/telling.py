"""The story behind the first page of `make run`: one job for each scene, each of which asks for the next.

A job that a killed worker left is taken up by another one (`core.jobs`); its scene does only what is not done yet, so the
story is told once, whatever interrupts it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from demo.narrator import Narrator
from demo.people import refuse_outside_demo
from demo.story import SCENES
from foundation.core.actor import Actor
from foundation.core.answers import Underway
from foundation.core.jobs import Progress, enqueue
from foundation.core.models import Job, JobState

KIND = "demo.story"


def begin() -> Job:
    """Ask for the first scene."""
    return _ask_for(0)


def _ask_for(number: int) -> Job:
    refuse_outside_demo()
    with transaction.atomic():
        return enqueue(KIND, unique_key=f"{KIND}:{number}", payload={"scene": number}, requested_by="demo")


def tell_scene(job: Job, _progress: Progress) -> dict[str, Any]:
    """Job handler: tell one scene, then ask for the next one."""
    refuse_outside_demo()
    number = job.payload["scene"]

    def keep(told: list[str]) -> None:
        Job.objects.filter(pk=job.pk, attempts=job.attempts).update(payload={"scene": number, "told": told})

    story = Narrator(told=job.payload.get("told", ()), keep=keep)
    SCENES[number].tell(story)
    if number + 1 < len(SCENES):
        _ask_for(number + 1)
    return {"acts": story.acts, "refusals": story.refusals}


def underway(_actor: Actor) -> Iterable[Underway]:
    """Provider: how far the story is, until it has ended."""
    job = Job.objects.filter(kind=KIND).order_by("-pk").first() if settings.DEMO else None
    if job is None:
        return []
    number = int(job.payload["scene"])
    if job.state == JobState.DONE and number + 1 == len(SCENES):
        return []
    done = number + (job.state == JobState.DONE)
    return [
        Underway(
            title=_("The demo's story is being told"),
            text=_("Orders, material and records appear as it goes on. Look around meanwhile."),
            message=SCENES[number].title,
            state=JobState.FAILED if job.state == JobState.FAILED else JobState.RUNNING,
            progress=100 * done // len(SCENES),
            error=job.error if job.state == JobState.FAILED else "",
        )
    ]
