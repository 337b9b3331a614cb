"""The parameter library: what can be measured or set, once for all routings."""

from __future__ import annotations

from django.db import models

from foundation.records.models import TrackedModel
from routing.states import Capture


class ParameterDefinition(TrackedModel):
    """A kind of parameter. ``quantity_kind`` is a dimension of the unit dictionary."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.JSONField(default=dict, blank=True)  # {language: text}
    quantity_kind = models.CharField(max_length=30)
    unit = models.CharField(max_length=20)
    precision = models.PositiveSmallIntegerField(default=0)
    capture = models.CharField(max_length=10, choices=Capture, default=Capture.TYPED)
    critical = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(precision__lte=6), name="routing_definition_precision")
        ]

    def __str__(self) -> str:
        return self.code
