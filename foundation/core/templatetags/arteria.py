"""What every template may say: icons, state pills, numbers, times, texts by language."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import uuid4

from django import template
from django.template import Context
from django.template.base import render_value_in_context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from foundation.core.texts import localized as localized_text
from foundation.core.units import dimension_name
from foundation.core.web.meanings import meaning_words
from foundation.core.web.tones import tone_of
from foundation.core.web.trails import Trail, actor_words, trail_of, verb_words
from foundation.core.words import spoken, spoken_day, unit_words

register = template.Library()
register.filter(unit_words)
NEVER_KEPT = {"secret", "factor", "shown", "dialog", "csrfmiddlewaretoken"}


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon of the sprite. Decoration unless it has a label."""
    address = f"{static('icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="ar-icon {}" role="img" aria-label="{}"><use href="{}"></use></svg>', css, label, address
        )
    return format_html('<svg class="ar-icon {}" aria-hidden="true"><use href="{}"></use></svg>', css, address)


@register.simple_tag
def state_pill(state: Any, label: Any = "", tone: str = "") -> SafeString:
    """A state as icon and word. `{% state_pill order.state order.get_state_display %}`."""
    value = str(getattr(state, "value", state) or "")
    look = tone_of(value)
    word = label or getattr(state, "label", "") or value.replace("_", " ")
    return format_html(
        '<span class="ar-pill" data-tone="{}" data-state="{}">{}{}</span>',
        tone or look.tone,
        value,
        icon(look.icon),
        word,
    )


@register.filter
def meaning_of(code: str) -> str:
    """What a signature means, in the reader's words."""
    return meaning_words(code)


@register.simple_tag
def dialog_number() -> str:
    """Of one signature dialog as it was shown: it is answered once (`accounts.check_signer`)."""
    return uuid4().hex


@register.simple_tag(takes_context=True)
def kept_input(context: Mapping[str, Any], url: str = "", name: str = "", value: Any = "") -> dict[str, str]:
    """What a person had entered in the form that was refused just now, so that its dialog opens again with it; else nothing.

    ``url`` is where the form posts (`""`: the only form of its page), ``name`` and ``value`` what tells two of one address
    apart. A secret is never handed back, nor what the first dialog showed.
    """
    request = context.get("request")
    if request is None or request.method != "POST" or not context.get("problem"):
        return {}
    given = request.POST
    if (url and request.path != url) or (name and given.get(name, "") != str(value)):
        return {}
    kept = {key: text for key, text in given.items() if key not in NEVER_KEPT}
    return {**kept, "refused": "yes"}


@register.filter
def localized(texts: Mapping[str, str] | str | None) -> str:
    """`{language: text}` in the reader's language."""
    return localized_text(texts)


def plain(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


@register.filter
def decimal(value: Any) -> SafeString | str:
    """A number for people, with the language-neutral value beside it for machines."""
    if value is None or value == "":
        return "–"
    return format_html('<data class="ar-num" value="{}">{}</data>', plain(value), spoken(value))


@register.filter
def short(value: Any) -> Any:
    """A stored decimal without the zeros of its column: 12.500000 → 12.5. Not for readings: their digits mean something."""
    if not isinstance(value, Decimal):
        return value
    trimmed = value.normalize()
    return trimmed.quantize(Decimal(1)) if trimmed == trimmed.to_integral_value() else trimmed


@register.simple_tag
def quantity(value: Any, unit: str = "") -> SafeString:
    """A number and its unit, never torn apart by a line break. The zeros of the column are dropped."""
    if value is None or value == "":
        return format_html("–")
    return format_html(
        '<data class="ar-num" value="{} {}">{}<span class="ar-unit">{}</span></data>',
        plain(value),
        unit,
        spoken(short(value)),
        unit_words(unit),
    )


def offset_of(moment: datetime) -> str:
    text = moment.strftime("%z")
    return "UTC" if text in {"", "+0000"} else f"UTC{text[:3]}:{text[3:]}"


@register.filter
def day(value: date | None) -> SafeString | str:
    """A calendar day in words that cannot be read two ways."""
    if value is None or value == "":
        return "–"
    shown = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html('<time class="ar-nowrap" datetime="{}">{}</time>', shown.isoformat(), spoken_day(shown))


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """A moment with its zone: records are read in other places than where they were made."""
    if value is None or value == "":
        return "–"
    local = timezone.localtime(value)
    return format_html(
        '<time class="ar-num" datetime="{}">{} {} <span class="ar-muted">{}</span></time>',
        value.isoformat(),
        spoken_day(local.date()),
        local.strftime("%H:%M:%S"),
        offset_of(local),
    )


CELL_CLASSES = {
    "number": "ar-cell-number",
    "quantity": "ar-cell-number",
    "state": "ar-cell-tight",
    "day": "ar-cell-tight",
    "moment": "ar-cell-tight",
    "words": "ar-cell-wide",
    "localized": "ar-cell-name",
    "name": "ar-cell-name",
}
CELLS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "state": lambda cell: state_pill(cell["value"], cell["word"]),
    "number": lambda cell: decimal(cell["value"]),
    "quantity": lambda cell: quantity(*cell["value"]) if cell["value"] else quantity(None),
    "day": lambda cell: day(cell["value"]),
    "moment": lambda cell: moment(cell["value"]),
    "unit": lambda cell: unit_words(cell["value"]),
    "who": lambda cell: actor_words(str(cell["value"])) if cell["value"] else None,
    "flag": lambda cell: icon("check", label=cell["column"].title) if cell["value"] else "",
}


@register.simple_tag(takes_context=True)
def table_cell(context: Context, cell: dict[str, Any]) -> SafeString:
    """One cell of a list page. Not a template of its own: a page has hundreds, and that would be half of its time."""
    kind = cell["column"].kind
    value = CELLS[kind](cell) if kind in CELLS else cell["value"]
    shown = mark_safe(render_value_in_context("–" if value is None else value, context))  # noqa: S308 - escaped there
    if kind == "code":
        shown = format_html('<span class="ar-code">{}</span>', shown)
    if cell["link"]:
        shown = format_html('<a href="{}">{}</a>', cell["link"], shown)
    css = CELL_CLASSES.get(kind, "")
    return format_html('<td class="{}">{}</td>', css, shown) if css else format_html("<td>{}</td>", shown)


@register.filter
def short_hash(value: str) -> str:
    return f"{value[:12]}…" if len(value or "") > 13 else value


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """`{{ rows|get:pk }}`."""
    return mapping.get(key)


@register.simple_block_tag(takes_context=True)
def panel(
    context: dict[str, Any], content: str, title: Any = "", icon_name: str = "", flush: bool = False, id: str = ""
) -> str:
    """`{% panel title=_("Lines") icon_name="list" flush=True %} … {% endpanel %}`: a framed part of a page."""
    head = (
        format_html('<div class="ar-panel-head"><h2>{}{}</h2></div>', icon(icon_name) if icon_name else "", title)
        if title
        else ""
    )
    return format_html(
        '<section class="ar-panel"{}>{}<div class="ar-panel-body{}">{}</div></section>',
        format_html(' id="{}"', id) if id else "",
        head,
        " ar-panel-flush" if flush else "",
        content,
    )


@register.simple_tag(takes_context=True)
def unique_id(context: Context, stem: str) -> str:
    """An id that no other component of this page has; the same page gives the same ids again."""
    holder: Any = context.get("request") or context.render_context
    number: int = getattr(holder, "arteria_ids", 0) + 1
    holder.arteria_ids = number
    return f"{stem}-{number}"


@register.filter
def act_words(verb: str) -> str:
    """The words of an act's verb: ``inventory.lot.received`` → “Lot received”."""
    return verb_words(str(verb))


@register.filter
def who_words(name: str) -> str:
    """The name of who acted; of the system, which part of it."""
    return actor_words(str(name))


@register.filter
def trails(entries: Iterable[Any]) -> list[Trail]:
    """Ledger entries or dicts as the lines of a timeline."""
    return [trail_of(entry) for entry in entries]


@register.filter
def dimension_words(dimension: str) -> str:
    """What a unit or a parameter measures: length, pressure …"""
    return dimension_name(str(dimension))


@register.filter
def gate_words(gate: str) -> str:
    """The gates before work: 人 机 料 法 环, and the order."""
    words = {
        "man": _("Man"),
        "machine": _("Machine"),
        "material": _("Material"),
        "method": _("Method"),
        "environment": _("Environment"),
        "order": _("Order"),
    }
    return words.get(str(gate), str(gate))


@register.simple_tag
def limits_picture(value: Any, lower: Any, upper: Any, target: Any = None) -> dict[str, Any]:
    """Where a value stands between its limits, in percent of the width. Either limit may be missing."""
    numbers = {
        key: _number(one) for key, one in (("value", value), ("lower", lower), ("upper", upper), ("target", target))
    }
    known = [one for one in numbers.values() if one is not None]
    if not known:
        return {"tone": "neutral", "left": "0", "width": "100", "value": None, "target": None}
    low, high = min(known), max(known)
    span = (high - low) or abs(high) or Decimal(1)
    start, width = low - span / 5, span * Decimal("1.4")

    def place(number: Decimal | None, default: int) -> str:
        return str(default) if number is None else format((number - start) / width * 100, ".1f")

    low_at, high_at = place(numbers["lower"], 0), place(numbers["upper"], 100)
    read, least, most = numbers["value"], numbers["lower"], numbers["upper"]
    out = read is not None and ((least is not None and read < least) or (most is not None and read > most))
    return {
        "tone": "bad" if out else "good" if read is not None else "neutral",
        "left": low_at,
        "width": format(Decimal(high_at) - Decimal(low_at), ".1f"),
        "value": None if read is None else place(read, 0),
        "target": None if numbers["target"] is None else place(numbers["target"], 0),
    }


def _number(value: Any) -> Decimal | None:
    try:
        return None if value is None or value == "" else Decimal(str(value))
    except InvalidOperation:
        return None


@register.filter
def pretty(value: Any) -> str:
    """A recorded JSON value as text: a plain one as it is, a nested one indented."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, indent=2)
    return "–" if value is None else str(value)
