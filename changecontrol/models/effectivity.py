"""Which card applies: one row = one card × one scope × one interval."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from bom.models import Item
from changecontrol.models.changes import ChangeRequest
from changecontrol.querysets import EffectivityManager
from changecontrol.states import Scope
from foundation.records.models import TrackedModel
from routing.models import ProcessCard
from routing.states import Purpose


class _Interval(Func):
    """[valid_from, valid_until): the next row may begin where this one ends."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


_INTERVAL = _Interval(F("valid_from"), F("valid_until"), RangeBoundary())
_SAME_USE = [
    (F("item"), RangeOperators.EQUAL),
    (F("variant"), RangeOperators.EQUAL),
    (F("purpose"), RangeOperators.EQUAL),
]


class Effectivity(TrackedModel):
    """A card is effective from a moment (until another takes its place): for every order, or for one order only.

    Being current is a fact of this row and of nothing else. Within one scope two rows never overlap: the database refuses.
    """

    card = models.ForeignKey(ProcessCard, on_delete=models.PROTECT, related_name="effectivities")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="effectivities")
    variant = models.CharField(max_length=40, default="", blank=True)
    purpose = models.CharField(max_length=10, choices=Purpose)
    scope = models.CharField(max_length=10, choices=Scope)
    order_number = models.CharField(max_length=60, default="", blank=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="effectivities")

    objects: ClassVar = EffectivityManager()

    class Meta:
        verbose_name_plural = "effectivities"
        constraints = [
            ExclusionConstraint(
                name="changecontrol_effectivity_date",
                expressions=[*_SAME_USE, (_INTERVAL, RangeOperators.OVERLAPS)],
                condition=Q(scope=Scope.DATE),
            ),
            ExclusionConstraint(
                name="changecontrol_effectivity_order",
                expressions=[
                    *_SAME_USE,
                    (F("order_number"), RangeOperators.EQUAL),
                    (_INTERVAL, RangeOperators.OVERLAPS),
                ],
                condition=Q(scope=Scope.ORDER),
            ),
            models.CheckConstraint(
                condition=Q(scope=Scope.DATE, order_number="") | (Q(scope=Scope.ORDER) & ~Q(order_number="")),
                name="changecontrol_effectivity_order_named",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="changecontrol_effectivity_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card_id} {self.scope} {self.order_number}"
