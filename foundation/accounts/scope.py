"""What a reader sees: records of the sites at which one of the reader's roles lets them read.

Each app says in its ``access.py`` what reading a model needs and where its site is; config/subscriptions.py lists these
(question ``access.scopes``). A model that nobody lists is shown to nobody through `visible_rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from foundation.accounts.selectors import assignments_of
from foundation.core.actor import Actor
from foundation.core.events import ask
from foundation.core.refs import RecordRef

Sites = frozenset[int]
NOWHERE: Sites = frozenset()
# Permissions that one role gives, and at which site (None: at every one).
Given = tuple[frozenset[str], int | None]
_asked: ContextVar[dict[int, Sequence[Given]] | None] = ContextVar("roles_asked", default=None)


@contextmanager
def roles_asked_once() -> Iterator[None]:
    """Within it, a person's roles are read once: for a page that asks every app and writes nothing.

    Never around an act: what a person may do is asked of the roles as they are then.
    """
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def _given_to(user_id: int) -> Sequence[Given]:
    known = _asked.get()
    if known is not None and user_id in known:
        return known[user_id]
    given = [(frozenset(row.role.permissions), row.site_id) for row in assignments_of(user_id)]
    if known is not None:
        known[user_id] = given
    return given


@dataclass(frozen=True, slots=True)
class Scope:
    """``permission`` is what reading needs. ``site`` is the path to the row's site, or gives the condition for a set of sites.

    Without ``site`` the rows are definitions: of every site, for whoever may read them at any.
    """

    permission: str
    site: str | Callable[[Sites], Q] = ""

    def at(self, sites: Sites) -> Q:
        """The condition for rows of these sites."""
        if callable(self.site):
            return self.site(sites)
        return Q(**{f"{self.site}__in": sites}) if self.site else Q()


class Access:
    """What a person's roles in force give, and at which sites: read in one query."""

    def __init__(self, actor: Actor) -> None:
        self.everything = actor.user_id is None  # the system does what it is coded to do
        self._given = _given_to(actor.user_id) if actor.user_id is not None else ()

    def sites(self, permission: str) -> Sites | None:
        """Sites at which a role gives it; None for every site."""
        return self._sites({site for given, site in self._given if permission in given})

    def any_sites(self) -> Sites | None:
        """Sites at which the person holds any role; None for every site."""
        return self._sites({site for _given, site in self._given})

    def _sites(self, found: set[int | None]) -> Sites | None:
        if self.everything or None in found:
            return None
        return frozenset(site for site in found if site is not None)


@cache
def scopes() -> Mapping[type[Model], Scope]:
    """Every model that is read by site or permission, with its scope."""
    return {model: scope for answer in ask("access.scopes") for model, scope in answer.items()}


def scope_of(model: type[Model]) -> Scope:
    """LookupError for a model whose readers nobody named: a programming error, and nothing is shown."""
    try:
        return scopes()[model]
    except KeyError:
        raise LookupError(f"No access.py says who reads {model.__name__}") from None


def rows_of(label: str) -> QuerySet[Any]:
    """The rows of a model known by its label: how a lower app asks for what lives above it."""
    return next(model for model in scopes() if model._meta.label_lower == label)._default_manager.all()


def rows_at(label: str, sites: Sites) -> QuerySet[Any]:
    """As `rows_of`, at these sites. A subquery."""
    rows = rows_of(label)
    return rows.filter(scope_of(rows.model).at(sites))


def visible_rows(rows: QuerySet[Any], actor: Actor, permission: str = "") -> QuerySet[Any]:
    """Provider of ``records.visible_rows``, behind ``.visible_to(actor)``."""
    return _cut(rows, scope_of(rows.model), Access(actor), permission)


def _cut(rows: QuerySet[Any], scope: Scope, access: Access, permission: str = "") -> QuerySet[Any]:
    sites = access.sites(permission or scope.permission)
    if sites is None:
        return rows
    return rows.filter(scope.at(sites)) if sites else rows.none()


def about_visible(rows: QuerySet[Any], actor: Actor, prefix: str = "subject") -> QuerySet[Any]:
    """Of rows that refer to a record (``<prefix>_label``, ``<prefix>_id``), those whose record this reader sees."""
    access = Access(actor)
    whole: list[str] = []
    seen = Q(pk__in=[])
    for model, scope in scopes().items():
        sites, label = access.sites(scope.permission), model._meta.label_lower
        if sites is None or (sites and not scope.site):
            whole.append(label)
        elif sites:
            seen |= Q(**{f"{prefix}_label": label}) & _refers(model, scope, sites, f"{prefix}_id")
    return rows.filter(seen | Q(**{f"{prefix}_label__in": whole}))


def _refers(model: type[Model], scope: Scope, sites: Sites, field: str) -> Q:
    """EXISTS and not IN: it is asked of the rows of a page, and not of every record of every kind."""
    return Q(Exists(model._default_manager.filter(pk=OuterRef(field)).filter(scope.at(sites))))


def trail_visible(rows: QuerySet[Any], actor: Actor, permission: str) -> QuerySet[Any]:
    """Of ledger entries, those about records of the reader's sites, about definitions, and the reader's own.

    ``permission`` to read the trail reads it for every kind of record; at every site, nothing is left out.
    """
    sites = Access(actor).sites(permission)
    if sites is None:
        return rows
    if not sites:
        return rows.none()
    seen = Q(actor_id=actor.user_id)
    for model, scope in scopes().items():
        label = model._meta.label_lower
        seen |= Q(subject_label=label) & (_refers(model, scope, sites, "subject_id") if scope.site else Q())
    return rows.filter(seen)


def sees(actor: Actor, record: RecordRef, permission: str = "") -> bool:
    """May this person see that record? False for one that is not there, or of a kind that nobody named."""
    for model, scope in scopes().items():
        if model._meta.label_lower == record.label:
            return _cut(model._default_manager.filter(pk=record.id), scope, Access(actor), permission).exists()
    return False


def reads_trail_of(actor: Actor, record: RecordRef, permission: str) -> bool:
    """May this person read that record's trail? Who reads the trail at every site reads of every kind, also of what is gone."""
    return Access(actor).sites(permission) is None or sees(actor, record, permission)
