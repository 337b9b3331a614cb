"""The queue of record, idempotency keys and number series. None of them is plant data, so none is tracked."""

from django.db import models


class JobState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(models.Model):
    """Work to do after an act, written in the act's transaction. ``unique_key`` makes asking twice the same as once."""

    kind = models.CharField(max_length=100)
    unique_key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    progress = models.PositiveSmallIntegerField(default=0)  # percent
    message = models.CharField(max_length=200, default="", blank=True)
    result = models.JSONField(default=dict)
    error = models.TextField(default="", blank=True)
    requested_by = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(progress__lte=100), name="core_job_progress_percent")]
        indexes = [
            models.Index(fields=["state", "lease_until"], condition=~models.Q(state="done"), name="core_job_open"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.unique_key}"

    @property
    def is_pending(self) -> bool:
        return self.state in (JobState.QUEUED, JobState.RUNNING)


class IdempotencyKey(models.Model):
    """A write that may arrive twice: the same key gives the first answer again, never a second act."""

    key = models.UUIDField()
    scope = models.CharField(max_length=100)
    request_hash = models.CharField(max_length=64)
    response = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="core_idempotencykey_once")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class NumberSeries(models.Model):
    """A series of numbers for people: prefix, width and the last one given out."""

    name = models.CharField(max_length=60, unique=True)
    prefix = models.CharField(max_length=20)
    width = models.PositiveSmallIntegerField(default=6)
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "number series"

    def __str__(self) -> str:
        return self.name
