"""Django's `migrate`, without its quadratic part.

For each operation Django renders the models again that are related to the one it touches. Here nearly all are related,
through the person in their history, so a first start would spend minutes on it (measured: 72 of 80 s at 120 models).
Two kinds of operation make up nearly all of a new database, and for them no other model needs rendering:

* a model that did not exist: nothing rendered before can refer to its class, so it is rendered alone;
* an index or constraint added: the class keeps its fields, only its list of these grows.

What reaches the database is the same; tests/core/test_migrate.py compares it with the models, and the project states.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands.migrate import Command as MigrateCommand
from django.db.migrations.state import ModelState, ProjectState


class Command(MigrateCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        with quick_states():
            super().handle(*args, **options)


@contextmanager
def quick_states() -> Iterator[None]:
    """While it is open, project states render what an operation touches instead of all that is related to it."""
    states: Any = ProjectState
    kept = states.add_model, states._append_option
    states.add_model, states._append_option = _add_model, _append_option
    try:
        yield
    finally:
        states.add_model, states._append_option = kept


def _add_model(self: Any, model_state: ModelState) -> None:
    key = model_state.app_label, model_state.name_lower
    self.models[key] = model_state
    if self._relations is not None:
        self.resolve_model_relations(key)
    if "apps" in self.__dict__:  # rendered already; hasattr would render
        self.apps.render_multiple([model_state])


def _append_option(self: Any, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
    model_state = self.models[app_label, model_name]
    model_state.options[option_name] = [*model_state.options[option_name], obj]
    if "apps" in self.__dict__:
        rendered = self.apps.get_model(app_label, model_name)
        setattr(rendered._meta, option_name, list(model_state.options[option_name]))
