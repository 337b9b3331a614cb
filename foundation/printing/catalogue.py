"""What can be printed: template, required data, and the symbol that the data gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.core import gs1
from foundation.core.errors import NotValid
from foundation.printing import symbols


@dataclass(frozen=True, slots=True)
class Printable:
    """One kind of print. ``symbol`` gives (SVG, text beside it) from the data."""

    template: str
    title: Any
    required: tuple[str, ...]
    symbol: Callable[[Mapping[str, Any]], tuple[bytes, str]]


def _own(kind: str, key: str) -> Callable[[Mapping[str, Any]], tuple[bytes, str]]:
    def symbol(data: Mapping[str, Any]) -> tuple[bytes, str]:
        message = gs1.own_code(kind, str(data[key]))
        return symbols.gs1_svg(message), message.bracketed

    return symbol


def _udi(data: Mapping[str, Any]) -> tuple[bytes, str]:
    dates = (("11", data.get("made_on")), ("17", data.get("expires_on")))
    texts = (("10", data.get("lot")), ("21", data.get("serial")))
    elements = [("01", str(data["udi_di"]))]
    elements += [(ai, gs1.date_element(date.fromisoformat(str(value)))) for ai, value in dates if value]
    elements += [(ai, str(value)) for ai, value in texts if value]
    message = gs1.build(elements)
    return symbols.gs1_svg(message), message.bracketed


def _card(data: Mapping[str, Any]) -> tuple[bytes, str]:
    return symbols.text_svg(data["card"]["number"]), data["card"]["number"]


_ITEM = ("item_number", "item_name")
CATALOGUE: dict[str, Printable] = {
    "container_label": Printable(
        "container_label",
        gettext_lazy("Container label"),
        ("container", *_ITEM, "lot", "quantity", "unit"),
        _own("container", "container"),
    ),
    "traveller": Printable(
        "traveller",
        gettext_lazy("Traveller"),
        ("traveller", "order", *_ITEM, "lot", "quantity", "unit", "card", "card_hash", "operations"),
        _own("traveller", "traveller"),
    ),
    "udi_label": Printable("udi_label", gettext_lazy("UDI label"), ("udi_di", *_ITEM, "manufacturer"), _udi),
    "process_card": Printable("process_card", gettext_lazy("Process card"), ("card", "content"), _card),
    "equipment_label": Printable(
        "code_label", gettext_lazy("Equipment label"), ("code", "title"), _own("equipment", "code")
    ),
    "station_label": Printable("code_label", gettext_lazy("Station label"), ("code", "title"), _own("station", "code")),
    "badge": Printable("code_label", gettext_lazy("Badge"), ("code", "title"), _own("badge", "code")),
}


def printable(template: str) -> Printable:
    """NotValid for a template that is not in the catalogue."""
    try:
        return CATALOGUE[template]
    except KeyError:
        raise NotValid(_("“%(template)s” cannot be printed here.") % {"template": template}, field="template") from None


def complete(kind: Printable, data: Mapping[str, Any]) -> None:
    """NotValid, naming what is missing, unless the data has all that the template needs."""
    missing = [key for key in kind.required if data.get(key) in (None, "")]
    if missing:
        raise NotValid(
            _("The print needs: %(keys)s.") % {"keys": ", ".join(missing)},
            code="data-missing",
            details={"keys": missing},
        )
