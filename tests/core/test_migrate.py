"""Our quicker `migrate` leaves the database that Django's own would leave."""

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from foundation.core.management.commands.migrate import quick_states


def shape(model: type[models.Model]) -> tuple[object, ...]:
    """What a migration can make of a model: columns with their types, constraints, indexes."""
    return (
        model._meta.db_table,
        sorted((field.column, field.db_type(connection), field.null) for field in model._meta.local_concrete_fields),
        sorted(constraint.name for constraint in model._meta.constraints),
        sorted(index.name for index in model._meta.indexes),
        sorted(relation.name for relation in model._meta.related_objects),
    )


@pytest.mark.pg15
@pytest.mark.django_db
def test_every_column_constraint_and_index_of_the_models_is_in_the_database() -> None:
    with connection.cursor() as cursor:
        for model in (m for m in apps.get_models(include_auto_created=True) if not m._meta.proxy):
            table = model._meta.db_table
            columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
            assert columns == {field.column for field in model._meta.local_concrete_fields}, table
            present = set(connection.introspection.get_constraints(cursor, table))
            named = {item.name for item in [*model._meta.constraints, *model._meta.indexes]}
            assert named <= present, table


def test_states_that_render_less_come_out_the_same() -> None:
    loader = MigrationLoader(None)
    wanted = loader.project_state()
    state = ProjectState(real_apps=loader.unmigrated_apps)
    state.apps  # noqa: B018 - rendered from the start, as after the first operation of a real run
    plan = dict.fromkeys(node for leaf in loader.graph.leaf_nodes() for node in loader.graph.forwards_plan(leaf))
    with quick_states():
        for node in plan:
            loader.graph.nodes[node].mutate_state(state, preserve=False)
    assert state == wanted
    rendered = {model._meta.label: shape(model) for model in state.apps.get_models()}
    assert rendered == {model._meta.label: shape(model) for model in wanted.apps.get_models()}
