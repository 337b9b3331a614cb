"""The audit trail: every act, refused ones included, to search, filter, read and take away."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.portal.addresses import kind_of
from foundation.accounts.policies import require
from foundation.accounts.scope import trail_visible
from foundation.accounts.web import actor_of
from foundation.core.web.lists import Column, Empty, ListPage
from foundation.core.web.trails import verb_words, what_words
from foundation.records.models import LedgerEntry
from foundation.records.models.ledger import Outcome
from foundation.records.selectors import by_actor, by_number, by_verb

VIEW = "records.view_trail"
COUNT_MOST = 10_000
DAY = forms.DateInput(attrs={"type": "date"})


class LedgerFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Person, act, record, station, outcome, from and to. What is not indexed is not offered."""

    actor_name = django_filters.CharFilter(label=gettext_lazy("Person"), method="of_actor")
    verb = django_filters.CharFilter(label=gettext_lazy("Act"), method="of_verb")
    number = django_filters.CharFilter(label=gettext_lazy("Record"), method="of_number")
    outcome = django_filters.ChoiceFilter(
        label=gettext_lazy("Outcome"), choices=[("done", gettext_lazy("Done")), ("refused", gettext_lazy("Refused"))]
    )
    since = django_filters.DateFilter("captured_at", "date__gte", label=gettext_lazy("From"), widget=DAY)
    until = django_filters.DateFilter("captured_at", "date__lte", label=gettext_lazy("To"), widget=DAY)

    def of_actor(self, rows: Any, _name: str, value: str) -> Any:
        return rows.filter(by_actor(value))

    def of_verb(self, rows: Any, _name: str, value: str) -> Any:
        return rows.filter(by_verb(value, verb_words))

    def of_number(self, rows: Any, _name: str, value: str) -> Any:
        return rows.filter(by_number(value.strip()))

    class Meta:
        model = LedgerEntry
        fields: list[str] = []


COLUMNS = (
    Column(
        "id",
        gettext_lazy("No."),
        kind="code",
        sort="id",
        link=lambda row: reverse("portal:ledger-entry", args=[row.pk]),
    ),
    Column("captured_at", gettext_lazy("When"), kind="moment", sort="captured_at"),
    Column("actor_name", gettext_lazy("Who"), kind="who"),
    Column(
        "verb",
        gettext_lazy("What"),
        kind="words",
        value=lambda row: what_words(row.verb, refused=row.outcome == Outcome.REFUSED),
        sort="verb",
    ),
    Column("subject_number", gettext_lazy("Record"), kind="code"),
    Column(
        "outcome",
        gettext_lazy("Outcome"),
        kind="state",
        label=lambda row: _("Refused") if row.outcome == Outcome.REFUSED else _("Done"),
    ),
    Column("why", gettext_lazy("Reason"), kind="words", value=lambda row: row.data.get("refusal", "") or row.reason),
    Column("station", gettext_lazy("Station")),
)


def searched(word: str) -> Q:
    """One word of the search box: a person, a kind of act, or the beginning of a record's number."""
    return by_actor(word) | by_verb(word, verb_words) | by_number(word)


@login_required
def ledger(request: HttpRequest) -> HttpResponse:
    """The list. Taking it away is an act too."""
    actor = actor_of(request)
    require(actor, VIEW)
    return ListPage(
        title=_("Audit trail"),
        lead=_("Every act with who, when, why and where; refused ones too. Nobody can change or remove a line."),
        rows=trail_visible(LedgerEntry.objects.all(), actor, VIEW),
        columns=COLUMNS,
        sort="-captured_at",
        search=searched,
        count_most=COUNT_MOST,
        filters=LedgerFilter,
        empty=Empty(_("Nothing has happened yet"), _("The first act writes the first line.")),
        file_name="audit-trail",
        row_tone=lambda row: "bad" if row.outcome == Outcome.REFUSED else "",
    ).render(request)


@login_required
def ledger_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One act: everything it was told, what it wrote, and the digest that seals it."""
    actor = actor_of(request)
    require(actor, VIEW)
    entry = get_object_or_404(trail_visible(LedgerEntry.objects.all(), actor, VIEW), pk=pk)
    related = [{**one, "kind": kind_of(one["label"])} for one in entry.related]
    context = {
        "entry": entry,
        "related": related,
        "words": what_words(entry.verb, refused=entry.outcome == Outcome.REFUSED),
        "digest": bytes(entry.digest).hex(),
    }
    return render(request, "portal/ledger_entry.html", context)
