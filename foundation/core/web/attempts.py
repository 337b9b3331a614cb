"""A view tries ONE service; a refusal comes back on the same page, with its reason and with all that was entered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from foundation.core.errors import Refusal


@dataclass(slots=True)
class Attempt:
    """What became of it: ``done`` when no refusal came; else ``problem`` for the banner and ``status`` for the answer."""

    problem: Refusal | None = None
    done: bool = False
    context: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return self.problem.status if self.problem else 200


@contextmanager
def attempt(form: BaseForm | None = None) -> Iterator[Attempt]:
    """``with attempt(form) as tried: thing = create_thing(...)`` then ``if tried.done: return redirect(...)``.

    A refusal about a field of the form is shown at that field too.
    """
    tried = Attempt()
    try:
        yield tried
        tried.done = True
    except Refusal as refusal:
        tried.problem = refusal
        if form is not None and refusal.field in form.fields and form.is_bound:
            form.add_error(refusal.field, str(refusal.reason))


def show(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    tried: Attempt | None = None,
    form: BaseForm | None = None,
) -> HttpResponse:
    """Render the page; with a refused attempt its banner and status, with an invalid form 422."""
    status = tried.status if tried else 200
    if status == 200 and form is not None and form.is_bound and not form.is_valid():
        status = 422
    values = {
        "problem": tried.problem if tried else None,
        **({"form": form} if form is not None else {}),
        **(context or {}),
    }
    return render(request, template, values, status=status)
