"""What stands in the file, how it is read, what is wrong with it, and what people decided."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.imports.models.batches import ImportBatch
from foundation.records.models import AppendOnlyModel


class RowKind(models.TextChoices):
    FILE = "file", _("Row of the file")
    ADDED = "added", _("Added by a person")
    GROUP = "group", _("Group of rows")


class RowStatus(models.TextChoices):
    ERROR = "error", _("Error")
    WARNING = "warning", _("To decide")
    SUGGESTION = "suggestion", _("To accept")
    WAITING = "waiting", _("Being read again")
    OK = "ok", _("Ready")


class StagedRow(models.Model):
    """One row of the file, one that a person added, or one group of rows (a parts table).

    A desk to work on, not plant data: so neither tracked nor sealed. What people decide here is kept in `StagedDecision`,
    the file itself as the original, and what is committed by the tables it is written to.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    key = models.CharField(max_length=300)
    kind = models.CharField(max_length=6, choices=RowKind, default=RowKind.FILE)
    sequence = models.PositiveIntegerField()
    row_number = models.PositiveIntegerField(null=True)  # as the spreadsheet counts; None when it is not in the file
    raw = models.JSONField(default=list)  # the texts of the row, column by column
    marks = models.JSONField(default=dict)  # {column index: formula | formula-without-value | merged | error-value}
    values = models.JSONField(default=dict)  # {target field: text} that a person put in place of the raw one
    decisions = models.JSONField(default=dict)  # {decision field: value}
    accepted = models.JSONField(default=list)  # keys of the problems whose suggestion was accepted
    reading = models.JSONField(default=dict)  # what the schema reads
    problems = models.JSONField(default=list)
    status = models.CharField(max_length=10, choices=RowStatus, default=RowStatus.OK)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "key"], name="imports_stagedrow_once")]
        indexes = [models.Index(fields=["batch", "status", "sequence"], name="imports_stagedrow_status")]

    def __str__(self) -> str:
        return self.key

    @property
    def open_problems(self) -> list[dict[str, Any]]:
        return [problem for problem in self.problems if not problem.get("resolved")]


class StagedDecision(AppendOnlyModel):
    """Who put what in place of what, for which row and field, and why."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="decisions")
    row_key = models.CharField(max_length=300)
    row_number = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=10)  # correct, decide, accept, add, remove
    field = models.CharField(max_length=60, default="", blank=True)
    before = models.TextField(default="", blank=True)
    after = models.TextField(default="", blank=True)
    actor_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["batch", "row_key"], name="imports_decision_row")]

    def __str__(self) -> str:
        return f"{self.row_key} {self.field}"
