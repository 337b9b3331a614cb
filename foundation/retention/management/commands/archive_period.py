"""Archive everything that was written up to a day and lies in no archive yet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError

from foundation.core import clock, jobs
from foundation.core.actor import Actor
from foundation.core.errors import Refusal
from foundation.core.models import Job, JobState
from foundation.retention.services import request_period_archive


class Command(BaseCommand):
    help = "Archive ledger, histories, signatures and all other sealed rows up to a day that is over (yesterday)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--until", type=date.fromisoformat, default=None, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        until = options["until"] or clock.today() - timedelta(days=1)
        try:
            job = request_period_archive(actor=Actor.system("archive_period"), until=until)
        except Refusal as refusal:
            raise CommandError(str(refusal.reason)) from refusal
        jobs.run(job.pk)  # here and now; when a worker was quicker, it is being done there
        job = Job.objects.get(pk=job.pk)
        if job.error:
            raise CommandError(job.error)
        made = job.result.get("archives", []) if job.state == JobState.DONE else ["the worker is at it"]
        self.stdout.write(", ".join(made) or "Nothing to archive")
