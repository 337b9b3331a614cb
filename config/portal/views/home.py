"""What waits for me, and the one search box."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from config.portal.addresses import address_of, kind_of
from foundation.accounts.models import Role
from foundation.accounts.scope import roles_asked_once
from foundation.accounts.selectors import roles_of
from foundation.accounts.web import actor_of
from foundation.core import events
from foundation.core.actor import Actor
from foundation.core.answers import Found, Todo, Underway
from foundation.records.models import LedgerEntry
from foundation.records.models.ledger import Outcome

RECENT, LOOKED_BACK = 8, 80
FOUND_PER_KIND = 20


def _grouped(found: Iterable[Found]) -> list[tuple[Any, list[Found]]]:
    groups: dict[Any, list[Found]] = {}
    for one in found:
        groups.setdefault(str(one.kind), []).append(one)
    return list(groups.items())


@login_required
@roles_asked_once()
def home(request: HttpRequest) -> HttpResponse:
    """Per role: each app says what waits for this person (question ``todo``)."""
    actor = actor_of(request)
    waiting: list[Todo] = list(chain.from_iterable(events.ask("todo", actor)))
    groups: dict[str, list[Todo]] = {}
    for one in sorted(waiting, key=lambda todo: (not todo.urgent, str(todo.group))):
        groups.setdefault(str(one.group), []).append(one)
    roles = Role.objects.filter(code__in=roles_of(actor.user_id or 0)).order_by("code")
    context = {
        "groups": groups,
        "waiting": waiting,
        "roles": roles,
        "underway": _underway(request),
        "recent": list(islice(_recent(actor), RECENT)),
    }
    return render(request, "portal/home.html", context)


def _recent(actor: Actor) -> Iterator[dict[str, Any]]:
    """The records that this person worked on last, the newest first, each once."""
    acts = LedgerEntry.objects.filter(actor=actor.user_id, outcome=Outcome.DONE).exclude(subject_label="")
    seen: set[tuple[str, int | None]] = set()
    for entry in acts.order_by("-pk")[:LOOKED_BACK]:
        subject = (entry.subject_label, entry.subject_id)
        if subject in seen or not entry.subject_number:
            continue
        seen.add(subject)
        url = address_of(entry.subject_label, entry.subject_id)
        if url:
            yield {"url": url, "kind": kind_of(entry.subject_label), "entry": entry}


def _underway(request: HttpRequest) -> list[Underway]:
    return list(chain.from_iterable(events.ask("underway", actor_of(request))))


@login_required
def underway(request: HttpRequest) -> HttpResponse:
    """What the home page looks at again and again while something goes on; when it has ended, the page is loaded anew."""
    going_on = _underway(request)
    answer = render(request, "portal/_underway.html", {"underway": going_on})
    if not going_on:
        answer["HX-Refresh"] = "true"
    return answer


@login_required
def record(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    """From a record's label and key to its page: how a lower app links up without knowing who is above."""
    address = address_of(label, pk)
    if not address:
        raise Http404(_("This kind of record has no page of its own."))
    return redirect(address)


@login_required
@roles_asked_once()
def search(request: HttpRequest) -> HttpResponse:
    """Finds any number, lot, serial, item or person (question ``search``). One exact hit opens at once."""
    text = request.GET.get("q", "").strip()
    found: list[Found] = list(chain.from_iterable(events.ask("search", text, actor_of(request)))) if text else []
    exact = [one for one in found if one.number.casefold() == text.casefold()]
    if len(exact) == 1 and "all" not in request.GET:
        return redirect(exact[0].url)
    return render(request, "portal/search.html", {"text": text, "found": _grouped(found), "count": len(found)})
