"""Celery: ids in, one call, idempotent."""

from celery import shared_task
from celery.signals import worker_ready

from foundation.core import jobs


@shared_task(name="foundation.core.tasks.run_job")
def run_job(job_id: int) -> None:
    jobs.run(job_id)


@shared_task(name="foundation.core.tasks.reclaim_jobs")
def reclaim_jobs() -> None:
    """Beat, and the worker's start: take up what a dead worker or a dead broker left."""
    for job_id in jobs.waiting():
        jobs.run(job_id)


@worker_ready.connect
def _on_worker_ready(**_kwargs: object) -> None:
    reclaim_jobs.apply_async(retry=False)


def _send(job_id: int) -> None:
    run_job.apply_async((job_id,), retry=False, expires=300)


jobs.nudge_with(_send)
