"""List pages: a declared table that filters, sorts, pages and exports the same way everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from foundation.core.refs import RecordRef
from foundation.core.searching import containing
from foundation.core.texts import localized
from foundation.core.web.tables import Table, hand_out

EXPORT_PART = 2000
PAGE_SIZES = (25, 50, 100, 200)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``kind``: text, words (sentences), code, number, quantity (value is (number, unit)), unit, day, moment,
    state, localized, who (the name of who acted), flag.

    ``value`` is an attribute path (``"item.number"``) or a function of the row; ``sort`` a field to order by; ``link`` a
    function of the row giving an address. For a state, ``label`` gives the word (default ``get_<name>_display``).
    """

    name: str
    title: Any
    kind: str = "text"
    value: str | Callable[[Any], Any] = ""
    sort: str = ""
    link: Callable[[Any], str] | None = None
    label: Callable[[Any], Any] | None = None

    def of(self, row: Any) -> Any:
        if callable(self.value):
            return self.value(row)
        for part in (self.value or self.name).split("."):
            row = row.get(part) if isinstance(row, dict) else getattr(row, part, None)
        return row() if callable(row) else row

    def word(self, row: Any) -> Any:
        if self.label is not None:
            return self.label(row)
        display = getattr(row, f"get_{self.name}_display", None)
        return display() if display else ""


@dataclass(frozen=True, slots=True)
class Action:
    """A button of the page head."""

    title: Any
    url: str
    icon_name: str = "plus"
    permission: str = ""
    primary: bool = True


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says to do next."""

    title: Any
    text: Any = ""
    action: Action | None = None
    icon_name: str = "inbox"


class ListPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than ``count_most`` (0: all); ``is_more`` says that there are more."""

    def __init__(self, rows: QuerySet[Any], per_page: int, count_most: int) -> None:
        super().__init__(rows, per_page)
        self.rows, self.count_most = rows, count_most

    @cached_property
    def count(self) -> int:
        if not self.count_most:
            return int(self.rows.count())
        return min(int(self.rows[: self.count_most + 1].count()), self.count_most)

    @cached_property
    def is_more(self) -> bool:
        return bool(self.count_most) and self.count == self.count_most and self.rows[self.count :].exists()


@dataclass(slots=True)
class ListPage:
    """Everything a list needs. ``filters``: a django-filter FilterSet class; ``search``: lookups of the search box, or a
    function that makes a condition of one word.

    ``count_most``: a table of millions is counted up to here; the page then says “more than”, and files hold all.
    """

    title: Any
    rows: QuerySet[Any]
    columns: Sequence[Column]
    sort: str
    search: Sequence[str] | Callable[[str], Q] = ()
    count_most: int = 0
    filters: Any = None
    actions: Sequence[Action] = ()
    empty: Empty | None = None
    lead: Any = ""
    template: str = "base_list.html"
    context: dict[str, Any] = field(default_factory=dict)
    file_name: str = "list"
    row_tone: Callable[[Any], str] | None = None
    prepare: Callable[[list[Any]], None] | None = (
        None  # reads what many rows need, once for all of them, before they show
    )
    record: RecordRef | None = None  # of a list that is about one record: an export is noted there too

    def render(self, request: HttpRequest) -> HttpResponse:
        """The page, its table alone for htmx, or the export asked for."""
        filter_set = self.filters(request.GET, queryset=self.rows, request=request) if self.filters else None
        if filter_set is not None:
            _say_any(filter_set.form)
        rows = self._sorted(request, self._searched(request, filter_set.qs if filter_set else self.rows))
        asked = request.GET.get("export", "")
        if asked:
            taken_away: HttpResponse = self._export(request, asked, rows)
            return taken_away
        page = self._page(request, rows)
        page.object_list = self._prepared(page.object_list)
        filtered = any(
            value not in {"", "unknown"} for key, value in request.GET.items() if key not in {"page", "sort", "size"}
        )
        context = {
            "list": self,
            "page": page,
            "body": [self._cells(row) for row in page.object_list],
            "heads": self._heads(request),
            "filter_form": filter_set.form if filter_set else None,
            "query": request.GET.get("q", ""),
            "filtered": filtered,
            "sizes": PAGE_SIZES,
            "page_range": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
            **self.context,
        }
        partial = request.headers.get("HX-Request") and request.headers.get("HX-Target") == "list"
        return render(request, "components/list_body.html" if partial else self.template, context)

    def _searched(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        for word in request.GET.get("q", "").replace("\0", "").split()[:6]:
            found = self.search(word) if callable(self.search) else containing(rows.model, self.search, word)
            rows = rows.filter(found)
        return rows

    def _sort_of(self, request: HttpRequest) -> str:
        asked = request.GET.get("sort", "") or self.sort
        allowed = {column.sort for column in self.columns if column.sort} | {self.sort.lstrip("-")}
        return asked if asked.lstrip("-") in allowed else self.sort

    def _sorted(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        sort = self._sort_of(request)
        return rows.order_by(sort, "-pk" if sort.startswith("-") else "pk")

    def _page(self, request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
        size = request.GET.get("size", "")
        per_page = int(size) if size.isdigit() and int(size) in PAGE_SIZES else PAGE_SIZES[1]
        return ListPaginator(rows, per_page, self.count_most).get_page(request.GET.get("page"))

    def _heads(self, request: HttpRequest) -> list[dict[str, Any]]:
        now = self._sort_of(request)
        return [
            {
                "column": column,
                "next": f"-{column.sort}" if now == column.sort else column.sort,
                "state": {column.sort: "ascending", f"-{column.sort}": "descending"}.get(now, "")
                if column.sort
                else "",
            }
            for column in self.columns
        ]

    def _cells(self, row: Any) -> dict[str, Any]:
        cells = []
        for column in self.columns:
            value = column.of(row)
            cells.append(
                {
                    "column": column,
                    "value": localized(value) if column.kind == "localized" else value,
                    "link": column.link(row) if column.link else "",
                    "word": column.word(row) if column.kind == "state" else "",
                }
            )
        return {"cells": cells, "tone": self.row_tone(row) if self.row_tone else "", "row": row}

    def _prepared(self, rows: Iterable[Any]) -> list[Any]:
        found = list(rows)
        if self.prepare is not None:
            self.prepare(found)
        return found

    def _in_parts(self, rows: QuerySet[Any]) -> Iterator[Any]:
        """All rows, a part at a time: a file of a million never stands in memory."""
        found = rows.iterator(chunk_size=EXPORT_PART)
        while part := self._prepared(islice(found, EXPORT_PART)):
            yield from part

    def _export(
        self, request: HttpRequest, asked: str, rows: QuerySet[Any]
    ) -> Any:  # streamed: a class apart in Django
        table = Table(
            name=self.file_name,
            title=str(self.title),
            heads=[str(column.title) for column in self.columns],
            keys=[column.name for column in self.columns],
            lines=([_flat(column, row) for column in self.columns] for row in self._in_parts(rows)),
            about=" · ".join(f"{key}: {value}" for key, value in request.GET.items() if value and key != "export"),
            taken_by=str(getattr(request.user, "name", "")),
            record=self.record,
        )
        return hand_out(request, asked, table)


def _say_any(form: forms.Form) -> None:
    """A yes-or-no filter that nobody set says “Any”, not “Unknown”."""
    for one in form.fields.values():
        if isinstance(one.widget, forms.NullBooleanSelect):
            one.widget.choices = [("unknown", _("Any")), ("true", _("Yes")), ("false", _("No"))]


def _flat(column: Column, row: Any) -> Any:
    """The language-neutral value of a cell, for a file."""
    value = column.of(row)
    if column.kind == "localized":
        return localized(value)
    if column.kind == "quantity" and isinstance(value, tuple):
        return " ".join(str(part) for part in value if part is not None)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if value is None:
        return ""
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else str(value)
