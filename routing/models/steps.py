"""What the card asks, and the limits of what it asks."""

from __future__ import annotations

from django.db import models

from foundation.records.models import RevisionContent
from routing.states import By, Capture, Characteristic, FileKind, Reaction, SecondCheck, StepKind, When


class Step(RevisionContent):
    """One thing that the card asks: what (kind, instruction), *when* and *by* whom."""

    revision = models.ForeignKey("routing.RoutingRevision", on_delete=models.CASCADE, related_name="steps")
    operation = models.ForeignKey("routing.Operation", on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=StepKind, default=StepKind.INSTRUCTION)
    instruction = models.JSONField(default=dict, blank=True)  # {language: text}
    when_rule = models.CharField(max_length=20, choices=When, default=When.EVERY_UNIT)
    when_n = models.PositiveIntegerField(null=True, blank=True)
    by = models.CharField(max_length=10, choices=By, default=By.SELF)
    second_check = models.CharField(max_length=10, choices=SecondCheck, default=SecondCheck.NONE, blank=True)
    materials = models.JSONField(default=list, blank=True)  # BOM positions that a material scan asks for
    choices = models.JSONField(default=list, blank=True)  # [{value, text{}}], also the points of a checklist
    file_kind = models.CharField(max_length=40, choices=FileKind, default=FileKind.NONE, blank=True)
    file_checks = models.JSONField(default=list, blank=True)  # [{column, statistic, unit, lower, upper}]
    file_plausible = models.JSONField(default=dict, blank=True)  # {column: [low, high]}

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "number"], name="routing_step_number_once", deferrable=models.Deferrable.IMMEDIATE
            ),
            models.CheckConstraint(condition=models.Q(number__gt=0), name="routing_step_number_positive"),
            models.CheckConstraint(
                condition=models.Q(when_n=None) | models.Q(when_n__gte=1), name="routing_step_n_positive"
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class OperationParameter(RevisionContent):
    """What a reading step measures, its limits and what happens outside them.

    Name, unit, precision, capture and criticality are taken over from the library when the parameter is chosen, so that a
    later edit of the library changes no revision behind anyone's back; the screen shows where the two differ.
    """

    revision = models.ForeignKey("routing.RoutingRevision", on_delete=models.CASCADE, related_name="parameters")
    step = models.OneToOneField(Step, on_delete=models.CASCADE, related_name="parameter")
    definition = models.ForeignKey("routing.ParameterDefinition", on_delete=models.PROTECT, related_name="uses")
    name = models.JSONField(default=dict, blank=True)
    unit = models.CharField(max_length=20)
    precision = models.PositiveSmallIntegerField(default=0)  # decimal places
    capture = models.CharField(max_length=10, choices=Capture, default=Capture.TYPED)
    critical = models.BooleanField(default=False)
    target = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    lower = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    upper = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    characteristic = models.CharField(max_length=10, choices=Characteristic, default=Characteristic.PROCESS)
    reaction_below = models.CharField(max_length=20, choices=Reaction, default=Reaction.DEVIATION)
    reaction_above = models.CharField(max_length=20, choices=Reaction, default=Reaction.DEVIATION)
    gauge_class = models.CharField(max_length=60, default="", blank=True)
    max_remeasure = models.PositiveSmallIntegerField(default=0)
    limits_source = models.JSONField(default=dict, blank=True)  # {language: text}: who says so

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lower=None) | models.Q(upper=None) | models.Q(lower__lte=models.F("upper")),
                name="routing_parameter_limits_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(target=None) | models.Q(lower=None) | models.Q(lower__lte=models.F("target")),
                name="routing_parameter_target_from_lower",
            ),
            models.CheckConstraint(
                condition=models.Q(target=None) | models.Q(upper=None) | models.Q(target__lte=models.F("upper")),
                name="routing_parameter_target_to_upper",
            ),
            models.CheckConstraint(condition=models.Q(precision__lte=6), name="routing_parameter_precision"),
        ]

    def __str__(self) -> str:
        return f"{self.definition_id} {self.unit}"
