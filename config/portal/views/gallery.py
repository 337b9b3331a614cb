"""Every component with its states, for those who build screens and those who judge them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.core.errors import GateClosed
from foundation.core.web.forms import DecimalField
from foundation.core.web.lists import Action, Empty
from foundation.core.web.policy import camera_page
from foundation.core.web.tones import LOOKS

AT = datetime(2026, 3, 4, 9, 12, 33, tzinfo=UTC)
HASH = "9f2c4b1e7a0d3c5586e1f4a2b7c9d0e3f1a2b3c4d5e6f708192a3b4c5d6e7f80"


class GalleryForm(forms.Form):
    """One field of each kind."""

    number = forms.CharField(
        label=gettext_lazy("Supplier lot"), help_text=gettext_lazy("As printed on the supplier's label.")
    )
    amount = DecimalField(label=gettext_lazy("Quantity"), max_digits=18, decimal_places=6)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("component", gettext_lazy("Component")), ("raw", gettext_lazy("Raw material"))],
    )
    expires = forms.DateField(
        label=gettext_lazy("Expires"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    by = forms.ChoiceField(
        label=gettext_lazy("Checked by"),
        widget=forms.RadioSelect,
        choices=[("self", gettext_lazy("Self")), ("inspector", gettext_lazy("Inspector"))],
    )
    clear = forms.BooleanField(label=gettext_lazy("The line is cleared"))


def _gates() -> list[dict[str, Any]]:
    return [
        {
            "gate": "man",
            "label": _("Man"),
            "open": True,
            "reason": _("Qualified until 31 Dec 2026; has read this card."),
            "proof": "Q-ASM-02",
        },
        {
            "gate": "machine",
            "label": _("Machine"),
            "open": False,
            "reason": _("The calibration of caliper CAL-07 was due on 1 Mar 2026."),
            "proof": "CAL-07",
        },
        {
            "gate": "material",
            "label": _("Material"),
            "open": True,
            "reason": _("Released, not expired, right item."),
            "proof": "LOT-000123 / C-000417",
        },
    ]


def _timeline() -> list[dict[str, Any]]:
    return [
        {"what": _("Released"), "who": "Li Na 李娜", "at": AT, "station": "WH-1", "why": _("Incoming check passed")},
        {
            "what": _("Consumption"),
            "who": "Wang Wei 王伟",
            "at": AT - timedelta(hours=1),
            "outcome": "refused",
            "why": _("The container is held: HOLD-000012."),
        },
        {
            "what": _("Received into quarantine"),
            "who": "Zhao Min 赵敏",
            "at": AT - timedelta(hours=3),
            "station": "WH-1",
        },
    ]


def _signature() -> SimpleNamespace:
    return SimpleNamespace(
        printed_name="Chen Jing 陈静",
        meaning="released",
        signed_at=AT,
        time_zone="Asia/Shanghai",
        reason=_("All exceptions reviewed"),
        content_hash=HASH,
    )


def _compare() -> list[dict[str, str]]:
    return [
        {"kind": "same", "where": "10", "before": _("Print venturi body"), "after": _("Print venturi body")},
        {"kind": "changed", "where": _("30 · throat diameter, upper limit"), "before": "3.05 mm", "after": "3.03 mm"},
        {"kind": "added", "where": "35", "before": "", "after": _("Ream again (loop to 30, at most once)")},
        {"kind": "removed", "where": "40.20", "before": _("Photo of the throat"), "after": ""},
    ]


def _context() -> dict[str, Any]:
    form = GalleryForm({"number": "", "amount": "twelve", "kind": "raw"})
    form.is_valid()
    return {
        "looks": [(look, states.split()[:4]) for look, states in LOOKS],
        "form": GalleryForm(),
        "bad_form": form,
        "gates": _gates(),
        "timeline": _timeline(),
        "signature": _signature(),
        "compare": _compare(),
        "hash": HASH,
        "reading": Decimal("3.0412"),
        "lower": Decimal("2.97"),
        "upper": Decimal("3.03"),
        "target": Decimal("3.00"),
        "inside": Decimal("3.010"),
        "gallery_problem": GateClosed(
            _("A gate is closed, so the card did not start."), details={"gates": _gates()[1:2]}
        ),
        "empty": Empty(
            _("No lots yet"),
            _("Receive the first delivery: it goes into quarantine and gets its container labels."),
            Action(_("Receive a lot"), "#empty", icon_name="truck-delivery"),
        ),
        "wizard": [
            {"title": _("Upload"), "state": "done"},
            {"title": _("Map columns"), "state": "current"},
            {"title": _("Check rows"), "state": "todo"},
            {"title": _("Commit"), "state": "todo"},
        ],
        "tabs": [
            {"title": _("Overview"), "url": "#tabs", "current": True},
            {"title": _("Lines"), "url": "#lines", "count": 27},
            {"title": _("Signatures"), "url": "#signatures", "count": 2},
        ],
        "job": SimpleNamespace(state="running", progress=40, message=_("Writing the PDF")),
        "failed_job": SimpleNamespace(state="failed", progress=60, error=_("The disk is full.")),
        "done_job": SimpleNamespace(state="done", progress=100),
        "links": [
            {
                "kind": _("Item"),
                "title": "VENT-A7",
                "url": "#links",
                "text": _("Blower"),
                "state": "released",
                "state_label": _("Released"),
            },
            {
                "kind": _("Order"),
                "title": "WO-000017",
                "url": "#links",
                "state": "in_process",
                "state_label": _("In process"),
            },
        ],
        "rows": [
            {"id": 1, "number": "10", "title": _("Print body"), "url": "#order", "down_url": "#order"},
            {
                "id": 2,
                "number": "20",
                "title": _("Clean and cure"),
                "url": "#order",
                "up_url": "#order",
                "down_url": "#order",
                "current": True,
            },
            {"id": 3, "number": "30", "title": _("Ream throat"), "url": "#order", "up_url": "#order"},
        ],
        "chart": {
            "xAxis": {"type": "category", "data": ["1", "2", "3", "4", "5"]},
            "yAxis": {"type": "value", "min": 2.95, "max": 3.06},
            "series": [{"type": "line", "name": "mm", "data": [3.001, 3.010, 2.996, 3.041, 3.004]}],
        },
        "chart_heads": ["№", "mm"],
        "chart_rows": [["1", "3.001"], ["2", "3.010"], ["3", "2.996"], ["4", "3.041"], ["5", "3.004"]],
        "at": AT,
    }


@camera_page
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/gallery.html", _context())


@camera_page
def gallery_shop(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/gallery_shop.html", _context())


def gallery_wall(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/gallery_wall.html", _context())


def gallery_refused(request: HttpRequest) -> HttpResponse:
    """What a refusal that no view caught looks like."""
    raise GateClosed(_("A gate is closed, so the card did not start."), details={"gates": _gates()[1:2]})


def gallery_progress(request: HttpRequest) -> HttpResponse:
    """Unchanged, for ever: the component keeps what it shows."""
    return HttpResponse(status=204)


def gallery_graph(request: HttpRequest) -> JsonResponse:
    names = [
        ("10", _("Print body")),
        ("20", _("Clean and cure")),
        ("30", _("Ream throat")),
        ("40", _("Inspect")),
        ("50", _("Print label")),
    ]
    edges = [
        ("10", "20", "precedes"),
        ("20", "30", "precedes"),
        ("30", "40", "precedes"),
        ("50", "40", "precedes"),
        ("40", "30", "loop"),
    ]
    return JsonResponse(
        {
            "nodes": [{"id": number, "number": number, "label": name, "url": "#graph"} for number, name in names],
            "edges": [{"source": source, "target": target, "kind": kind} for source, target, kind in edges],
        },
        headers={"ETag": '"gallery"'},
    )
