"""One uploaded file on its way into the plant's data."""

from __future__ import annotations

from django.db import models

from foundation.files.models import Attachment
from foundation.imports.states import BatchState
from foundation.records.models import TrackedModel


class ImportBatch(TrackedModel):
    """A file, how it was read, which column means what, and what became of it.

    ``columns``: the header texts; ``mapping``: target field → index of its column; ``counts``: rows by status. The original
    is kept with its hash. ``edition`` counts the edits, so that what is committed is what was previewed. ``review_due``: rows
    were edited since they were reviewed, and the worker will do it. ``problem``: why the file cannot be read, or was
    not committed by the worker.
    """

    number = models.CharField(max_length=40, unique=True)
    schema = models.CharField(max_length=60)
    original = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.STAGED)
    encoding = models.CharField(max_length=20, default="", blank=True)
    delimiter = models.CharField(max_length=2, default="", blank=True)
    sheet = models.CharField(max_length=200, default="", blank=True)
    sheets = models.JSONField(default=list)
    header_row = models.PositiveIntegerField(default=1)
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    row_count = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    edition = models.PositiveIntegerField(default=0)
    review_due = models.BooleanField(default=False)
    problem = models.CharField(max_length=500, default="", blank=True)
    result = models.JSONField(default=dict)
    staged_by = models.CharField(max_length=200)
    staged_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "import batches"

    def __str__(self) -> str:
        return self.number

    @property
    def etag(self) -> str:
        return f"{self.pk}-{self.edition}-{self.state}"

    @property
    def open_count(self) -> int:
        """Rows that somebody has to look at before the batch can be committed."""
        return sum(count for status, count in self.counts.items() if status != "ok")


class SavedMapping(TrackedModel):
    """Which header texts mean which fields: reused when a file of the same shape comes again."""

    schema = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    columns = models.JSONField(default=dict)  # {target field: header text}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schema", "name"], name="imports_savedmapping_once")]

    def __str__(self) -> str:
        return self.name
