"""An id that names nothing is a refusal with an entry in the ledger, in every service: never an error."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import Model
from rest_framework.test import APIClient

from config.roles import CATALOGUE
from foundation.core import clock
from foundation.core.errors import Refusal
from foundation.core.models import IdempotencyKey
from foundation.records.models import LedgerEntry
from foundation.records.services import Credentials
from tests.factories.floor import plant, qualify
from tests.factories.people import actor_for, bearer, person

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("SEC-04")]
NOTHING = 10**12
APPS = (
    "foundation.accounts", "foundation.imports", "foundation.alerts", "foundation.printing", "resources.personnel",
    "resources.equipment", "resources.inventory", "foundation.webhooks", "bom", "routing", "changecontrol", "quality",
    "shopfloor", "dhr",
)  # fmt: skip
VALUES: dict[Any, Any] = {
    str: "1", int: 1, bool: True, Decimal: Decimal(1), bytes: b"x", Credentials: Credentials(secret="x", identity="x"),
}  # fmt: skip


def services() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public service that takes the id of a record."""
    for app in APPS:
        module = import_module(f"{app}.services")
        for name in module.__all__:
            function = getattr(module, name)
            takes = inspect.signature(function).parameters if inspect.isfunction(function) else {}
            if "actor" in takes and any(_is_id(one) for one in takes):
                yield f"{app}.{name}", function


def _is_id(name: str) -> bool:
    return name.endswith("_id") and name not in ("person_id",)


def _value(kind: Any) -> Any:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in VALUES:
        return VALUES[kind]
    if kind is datetime:
        return clock.now()
    if kind is date:
        return clock.today()
    if kind is UUID:
        return uuid4()
    if origin in (Sequence, list, tuple):
        return []
    if origin in (Mapping, dict):
        return {}
    if inner:  # X | None
        return _value(inner[0])
    if kind is Any:
        return "1"
    if issubclass(kind, Model):
        return kind._default_manager.first()
    fields = [
        name for name, one in inspect.signature(kind).parameters.items() if one.default is inspect.Parameter.empty
    ]
    hints = typing.get_type_hints(kind)
    return kind(**{name: _value(hints.get(name, str)) for name in fields})


def _arguments(function: Callable[..., Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(function)
    given: dict[str, Any] = {}
    for name, one in inspect.signature(function).parameters.items():
        if name == "actor" or one.kind is inspect.Parameter.VAR_KEYWORD:
            continue
        if _is_id(name):
            given[name] = NOTHING
        elif one.default is inspect.Parameter.empty:
            given[name] = _value(hints[name])
    return given


ALL = dict(services())


def everything() -> Any:
    """A person with every role: what is refused is refused for the id alone."""
    plant()
    qualify(person("qualified", can_sign=False), "bench")
    return person("everything", *[code for code, _name, _permissions in CATALOGUE])


def test_enough_services_are_found() -> None:
    assert len(ALL) > 90, sorted(ALL)


def test_every_service_refuses_an_id_that_names_nothing() -> None:
    actor, wrong = actor_for(everything()), []
    for name, function in sorted(ALL.items()):
        before = LedgerEntry.objects.count()
        done = LedgerEntry.objects.filter(outcome="done").count()
        try:
            function(actor=actor, **_arguments(function))
            connection.check_constraints()
            wrong.append(f"{name}: was done")
        except Refusal:
            kept = LedgerEntry.objects.count() - before
            if kept != 1 or LedgerEntry.objects.filter(outcome="done").count() != done:
                wrong.append(f"{name}: {kept} entries")
        except Exception as error:
            wrong.append(f"{name}: {type(error).__name__}: {error}")
    assert wrong == [], "\n".join(wrong)


def test_such_an_answer_leaves_no_key_behind() -> None:
    user, key = everything(), str(uuid4())
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=bearer(user), HTTP_IDEMPOTENCY_KEY=key)
    body = {"lot": NOTHING, "quantity": "1", "unit": "pcs", "defect_code": "c", "description": "Not there"}
    for _again in range(2):
        answer = client.post("/api/v1/nonconformances/", body, format="json")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert not IdempotencyKey.objects.exists()
    assert LedgerEntry.objects.filter(verb="quality.nonconformance.raised", outcome="refused").count() == 2
