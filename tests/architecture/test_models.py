"""What every model keeps to: keys downwards only, exact numbers, a history or none to need."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import models

from foundation.records.models import AppendOnlyModel, HistoryRow, TrackedModel, TrackedQuerySet
from tests.architecture.code import PACKAGES, ROOT

# A lower app that must point up stores a RecordRef (label, id, number), or a plain integer named here.
POINTS_UP = {
    "inventory.Lot.built_to_card",
    "inventory.Movement.card_id",  # millions of rows
    "inventory.GenealogyLink.card_id",  # millions of rows
    "quality.Deviation.card_id",
    "quality.GaugeAssessment.card_id",
    "quality.Inspection.card_id",
    "quality.Nonconformance.card_id",
}
# Down, and a number all the same: what was true at that moment, of rows that are written by the million or may be replaced.
POINTS_DOWN = {"shopfloor.StepRecord.genealogy_link_id", "shopfloor.WorkOrder.effectivity_id"}
# Ours, and neither tracked nor append-only: no plant data (the queue, keys, series, counts), or a desk to work on.
PLAIN = {
    "core.Job",
    "core.IdempotencyKey",
    "core.NumberSeries",
    "imports.StagedRow",
    "accounts.ApiTokenUse",  # when a token was last used, to the minute
    "accounts.AddressTries",  # counts of wrong log-ins by address, for a quarter of an hour
}


def own_models() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.split(".")[0] in PACKAGES:
            yield model


def layers() -> dict[str, int]:
    """App → height, from the contract in pyproject.toml."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    rows = next(contract["layers"] for contract in contracts if contract["name"] == "Who may import whom")
    return {app.strip().strip("()"): height for height, row in enumerate(reversed(rows)) for app in row.split("|")}


def app_name(model: type[models.Model]) -> str:
    return model._meta.app_config.name


def test_foreign_keys_point_down_or_stay_in_their_app() -> None:
    height = layers()
    people = settings.AUTH_USER_MODEL
    wrong = []
    for model in own_models():
        for field in model._meta.get_fields():
            if not isinstance(field, models.ForeignKey) or field.model is not model:
                continue
            target: Any = field.related_model
            if target._meta.label == people or app_name(target) == app_name(model):
                continue
            if height.get(app_name(target), 99) >= height[app_name(model)]:
                wrong.append(f"{model._meta.label}.{field.name} points up or aside to {target._meta.label}")
    assert wrong == []


def test_what_points_up_is_a_reference_or_named_here() -> None:
    """An integer that ends in ``_id`` without being a key is a RecordRef's (it has its ``_label``) or is in POINTS_UP."""
    wrong = []
    for model in own_models():
        if issubclass(model, HistoryRow):
            continue
        names = {field.name for field in model._meta.concrete_fields}
        for field in model._meta.concrete_fields:
            plain = isinstance(field, models.IntegerField) and not field.primary_key and field.remote_field is None
            if plain and field.name.endswith("_id"):
                label = f"{field.name.removesuffix('_id')}_label"
                full = f"{model._meta.label}.{field.name}"
                if label not in names and full not in POINTS_UP | POINTS_DOWN:
                    wrong.append(full)
    assert wrong == []


def test_there_is_no_generic_foreign_key_and_no_implicit_many_to_many() -> None:
    for model in own_models():
        assert not model._meta.auto_created, model
        assert not model._meta.local_many_to_many, model
        assert not [f for f in model._meta.private_fields if isinstance(f, GenericForeignKey)], model


@pytest.mark.parametrize("kind", [models.FloatField, models.GeneratedField])
def test_no_floats_and_nothing_that_the_database_computes(kind: type[models.Field]) -> None:
    wrong = [f"{m._meta.label}.{f.name}" for m in own_models() for f in m._meta.concrete_fields if isinstance(f, kind)]
    assert wrong == []


def test_moments_are_given_by_the_act_and_never_by_the_field() -> None:
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.concrete_fields
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    ]
    assert wrong == []


def test_keys_are_bigints() -> None:
    wrong = [m._meta.label for m in own_models() if not isinstance(m._meta.pk, models.BigAutoField)]
    assert wrong == []


def test_every_model_is_tracked_append_only_or_named_as_neither() -> None:
    wrong = [
        model._meta.label
        for model in own_models()
        if not issubclass(model, TrackedModel | AppendOnlyModel | HistoryRow) and model._meta.label not in PLAIN
    ]
    assert wrong == []


def test_every_tracked_model_has_a_manager_that_cannot_go_around_its_history() -> None:
    for model in own_models():
        if issubclass(model, TrackedModel):
            for manager in (model._default_manager, model._base_manager if model._meta.base_manager_name else None):
                assert manager is None or isinstance(manager.all(), TrackedQuerySet), model


def test_names_of_constraints_and_indexes_begin_with_their_app() -> None:
    """So that an error of the database says where it comes from."""
    wrong = []
    for model in own_models():
        if issubclass(model, HistoryRow):
            continue
        for thing in [*model._meta.constraints, *model._meta.indexes]:
            if thing.name and not thing.name.startswith(model._meta.app_label.split("_")[0]):
                wrong.append(f"{model._meta.label}: {thing.name}")
    assert wrong == []
