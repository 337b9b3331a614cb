"""What the template tags say, to the letter."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from config.portal.addresses import kind_of
from foundation.core.templatetags.arteria import dimension_words, limits_picture
from foundation.core.web.meanings import meaning_words
from foundation.core.web.tones import tone_of
from foundation.core.web.trails import actor_words, verb_words


def say(source: str, **values: object) -> str:
    return Template("{% load arteria %}" + source).render(Context(values))


def test_numbers_keep_the_digits_that_were_recorded() -> None:
    assert say("{{ n|decimal }}", n=Decimal("12.500")) == '<data class="ar-num" value="12.500">12.500</data>'
    assert say("{{ n|decimal }}", n=Decimal("12345.5")) == '<data class="ar-num" value="12345.5">12,345.5</data>'
    assert say("{{ n|decimal }}", n=None) == "–"
    assert say("{{ n|decimal }}", n="about one") == '<data class="ar-num" value="about one">about one</data>'


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("12.500000", "12.5"), ("100.000000", "100"), ("0E-6", "0"), ("1E+3", "1,000"), ("-0.25", "-0.25")],
)
def test_quantities_drop_the_zeros_of_their_column_but_keep_the_value(stored: str, shown: str) -> None:
    said = say("{% quantity n 'mm' %}", n=Decimal(stored))
    assert f">{shown}<span" in said
    assert f'value="{Decimal(stored):f} mm"' in said


def test_moments_carry_their_zone_and_speak_the_reader_s_language() -> None:
    at = datetime(2026, 3, 4, 9, 5, 7, tzinfo=UTC)
    assert "4 Mar 2026 09:05:07" in say("{{ at|moment }}", at=at)
    assert ">UTC<" in say("{{ at|moment }}", at=at)
    with translation.override("zh-hans"):
        assert "2026年3月4日 09:05:07" in say("{{ at|moment }}", at=at)
        assert say("{{ d|day }}", d=date(2026, 12, 31)).endswith(">2026年12月31日</time>")


def test_a_state_is_icon_and_word() -> None:
    said = say("{% state_pill 'in_process' 'In process' %}")
    assert 'data-tone="active"' in said
    assert "#progress" in said
    assert said.endswith("In process</span>")
    assert tone_of("In-Process") == tone_of("in_process")
    assert tone_of("never-heard-of").tone == "neutral"


def test_labels_are_escaped() -> None:
    assert "<script>" not in say(
        "{% state_pill s w %}{% quantity n u %}", s="x", w="<script>", n=Decimal(1), u="<script>"
    )


def test_localized_falls_back_to_english_then_to_anything() -> None:
    texts = {"en": "Venturi", "zh-hans": "文丘里管"}
    with translation.override("zh-hans"):
        assert say("{{ t|localized }}", t=texts) == "文丘里管"
    with translation.override("de"):
        assert say("{{ t|localized }}", t=texts) == "Venturi"
    assert say("{{ t|localized }}", t={"zh-hans": "管"}) == "管"


@pytest.mark.parametrize(
    ("value", "lower", "upper", "tone"),
    [
        ("3.00", "2.97", "3.03", "good"),
        ("3.03", "2.97", "3.03", "good"),
        ("3.031", "2.97", "3.03", "bad"),
        ("2.9699", "2.97", None, "bad"),
        ("99", None, None, "good"),
        (None, "1", "2", "neutral"),
        ("not a number", "1", "2", "neutral"),
    ],
)
def test_limits_say_in_or_out(value: str | None, lower: str | None, upper: str | None, tone: str) -> None:
    assert limits_picture(value, lower, upper)["tone"] == tone


def test_a_verb_reads_as_words() -> None:
    assert verb_words("inventory.lot.received") == "Lot received"
    assert verb_words("60.20") == "60.20"
    assert verb_words("accounts.session.opened_again") == "Session opened again"
    with translation.override("zh-hans"):
        assert verb_words("inventory.lot.received") == "批次已收货"
        assert verb_words("Checked against the drawing") == "Checked against the drawing"


def test_the_system_is_no_person() -> None:
    assert actor_words("Li Na") == "Li Na"
    assert actor_words("system:log-in") == "System: log-in"
    with translation.override("zh-hans"):
        assert actor_words("system:log-in") == "系统:登录"


def test_units_are_written_as_people_write_them() -> None:
    assert "cm²</span>" in say("{% quantity n 'cm2' %}", n=Decimal("200.000000"))
    with translation.override("zh-hans"):
        assert "个" in say("{% quantity n 'pcs' %}", n=Decimal(4))
    assert say("{{ 'furlong'|unit_words }}") == "furlong"


def test_codes_of_a_record_are_said_in_words() -> None:
    assert meaning_words("performed") == "Performed"
    assert dimension_words("rotation") == "rotation"
    with translation.override("zh-hans"):
        assert [meaning_words("performed"), dimension_words("rotation"), kind_of("shopfloor.WorkOrder")] == [
            "操作",
            "转速",
            "工单",
        ]
        assert kind_of("no.such") == "no.such"
