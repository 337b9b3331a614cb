"""Up is an event: a frozen dataclass from the lower app, mapped to handlers above in config/subscriptions.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events. Fields are JSON values (ids, numbers, strings), so that an event can wait in a job."""


_in_transaction: dict[type[Event], tuple[str, ...]] = {}
_after: dict[type[Event], tuple[str, ...]] = {}
_providers: dict[str, tuple[str, ...]] = {}


def connect(
    *,
    in_transaction: Mapping[type[Event], Sequence[str]],
    after: Mapping[type[Event], Sequence[str]],
    providers: Mapping[str, Sequence[str]],
) -> None:
    """Load the table. Handlers and providers are dotted paths, so reading the table needs no import of the apps."""
    _in_transaction.clear()
    _after.clear()
    _providers.clear()
    _in_transaction.update({event: tuple(paths) for event, paths in in_transaction.items()})
    _after.update({event: tuple(paths) for event, paths in after.items()})
    _providers.update({question: tuple(paths) for question, paths in providers.items()})


def resolve(path: str) -> Callable[..., Any]:
    """The function behind ``"shopfloor.handlers.on_card_published"``."""
    module, _, name = path.rpartition(".")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function


def handlers_in_transaction(event: type[Event]) -> list[Callable[[Any, Any], None]]:
    return [resolve(path) for path in _in_transaction.get(event, ())]


def handlers_after(event: type[Event]) -> tuple[str, ...]:
    return _after.get(event, ())


def event_named(name: str) -> type[Event]:
    """The event class behind the name stored in a job (``"module:Class"``)."""
    module, _, qualified = name.partition(":")
    found: type[Event] = getattr(import_module(module), qualified)
    return found


def ask(question: str, *args: Any, **kwargs: Any) -> list[Any]:
    """Up is also a question: the answers of every provider listed for it, in the order of the table."""
    return [resolve(path)(*args, **kwargs) for path in _providers.get(question, ())]


def ask_one(question: str, *args: Any, **kwargs: Any) -> Any:
    """A question with exactly one provider (who checks a signer?). LookupError when the table does not say."""
    paths = _providers.get(question, ())
    if len(paths) != 1:
        raise LookupError(
            f"The question {question!r} needs exactly one provider, config/subscriptions.py lists {len(paths)}"
        )
    return resolve(paths[0])(*args, **kwargs)
