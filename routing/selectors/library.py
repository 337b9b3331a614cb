"""The parameter library and where it is used."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from routing.models import Operation, OperationParameter, ParameterDefinition, RoutingRevision, Step

TAKEN_OVER = ("name", "unit", "precision", "capture", "critical")


@dataclass(frozen=True, slots=True)
class Use:
    """A step that measures a library parameter; ``differs`` names what its revision has otherwise than the library."""

    parameter: OperationParameter
    step: Step
    operation: Operation
    revision: RoutingRevision
    differs: tuple[str, ...]


def definitions() -> QuerySet[ParameterDefinition]:
    """The library, each with ``use_count``."""
    rows: QuerySet[ParameterDefinition] = ParameterDefinition.objects.annotate(use_count=Count("uses")).order_by("code")
    return rows


def where_used(definition: ParameterDefinition) -> list[Use]:
    """Every step of every revision that measures it, newest revision first. One query."""
    rows = (
        OperationParameter.objects.filter(definition=definition)
        .select_related("step__operation", "revision__item", "definition")
        .order_by("-revision_id", "step__operation__number", "step__number")
    )
    return [Use(row, row.step, row.step.operation, row.revision, differing(row)) for row in rows]


def differing(parameter: OperationParameter) -> tuple[str, ...]:
    """Fields that were taken over and are otherwise in the library now."""
    definition = parameter.definition
    return tuple(name for name in TAKEN_OVER if getattr(parameter, name) != getattr(definition, name))
