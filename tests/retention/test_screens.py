"""Keeping on screen: the one page of those who keep records, and what the pages of records show of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from foundation.core import clock
from foundation.core.models import Job
from foundation.core.refs import RecordRef
from foundation.retention.law import years_after
from foundation.retention.models import LegalHold, RetentionRule
from foundation.retention.services import place_legal_hold
from tests.factories.people import PIN, SETUP, person
from tests.factories.signing import dialog_on
from tests.retention.test_holds_and_endings import released_record

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("21CFR11.10(c)")]


def as_person(username: str, *roles: str, language: str = "en") -> Client:
    user = person(username, *roles)
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def test_the_page_of_a_record_says_until_when_and_why_in_both_languages() -> None:
    record = released_record()
    hold = place_legal_hold(actor=SETUP, matter="Smith v. Plant", reason="Letter", subject=RecordRef.to(record.lot))
    english = as_person("quinn", "quality_engineer")
    page = english.get(reverse("dhr:record", args=[record.number])).content.decode()
    assert "the lifetime of the device (ISO 13485:2016 4.2.5, 21 CFR 820.10)" in page
    assert f'datetime="{years_after(clock.today(), 5).isoformat()}"' in page
    assert (hold.number in page, "Smith v. Plant" in page) == (True, True)
    why = english.get(reverse("retention:record", args=["dhr.devicehistoryrecord", record.pk]))
    assert why.status_code == 200
    assert "2 years from release" in why.content.decode()
    assert f"The legal hold {hold.number} covers it." in why.content.decode()
    for address in (
        reverse("inventory:lot", args=[record.lot_id]),
        reverse("retention:overview"),
        reverse("retention:hold-list"),
        reverse("retention:hold", args=[hold.pk]),
    ):
        assert hold.number in english.get(address).content.decode(), address
    assert hold.number not in english.get(reverse("bom:item", args=[record.lot.item_id])).content.decode()
    chinese = as_person("wei", "quality_engineer", language="zh-hans")
    page = chinese.get(reverse("dhr:record", args=[record.number])).content.decode()
    assert ("器械寿命" in page, "法律保留" in page) == (True, True)
    assert "法律保留" in chinese.get(reverse("retention:overview")).content.decode()


def test_rules_and_holds_are_entered_with_their_reason() -> None:
    record = released_record()
    client = as_person("quinn", "quality_engineer")
    rule = {"years": "20", "counts_from": "released", "valid_from": clock.today().isoformat(), "source": "SOP-7"}
    refused = client.post(reverse("retention:rule-set"), rule)
    assert (refused.status_code, RetentionRule.objects.count()) == (422, 0)
    assert client.post(reverse("retention:rule-set"), rule | {"reason": "Customer"}).status_code == 302
    made = RetentionRule.objects.get()
    assert (made.years, made.source, made.record_label) == (20, "SOP-7", "")
    assert "SOP-7" in client.get(reverse("retention:overview")).content.decode()
    assert client.post(reverse("retention:rule-end", args=[made.pk]), {"reason": "Over"}).status_code == 302
    assert "SOP-7" in client.get(reverse("retention:rule-list")).content.decode()

    hold = {"matter": "M", "scope": "dhr.devicehistoryrecord", "number": "nothing", "reason": "R"}
    assert client.post(reverse("retention:hold-place"), hold).status_code == 422
    assert LegalHold.objects.count() == 0
    assert client.post(reverse("retention:hold-place"), hold | {"number": record.number.lower()}).status_code == 302
    assert LegalHold.objects.get().subject == RecordRef.to(record)
    lift = reverse("retention:hold-lift", args=[LegalHold.objects.get().pk])
    other = as_person("rosa", "qa_releaser")
    asked = dialog_on(other, reverse("retention:hold", args=[LegalHold.objects.get().pk]), lift)
    answer = other.post(lift, asked | {"identity": "rosa", "secret": PIN, "reason": "Settled"})
    assert (answer.status_code, LegalHold.objects.get().state) == (302, "lifted")


def test_archives_are_asked_for_by_button() -> None:
    record = released_record()
    client = as_person("quinn", "quality_engineer")
    ask = reverse("retention:record-archive", args=["dhr.devicehistoryrecord", record.pk])
    assert client.post(ask).status_code == 302
    yesterday = clock.today() - timedelta(days=1)
    assert client.post(reverse("retention:period-archive"), {"until": yesterday.isoformat()}).status_code == 302
    assert sorted(Job.objects.filter(kind__startswith="retention").values_list("kind", flat=True)) == [
        "retention.archive",
        "retention.archive_period",
    ]
    assert client.post(reverse("retention:period-archive"), {"until": "never"}).status_code == 422


def test_who_does_not_keep_records_sees_none_of_it() -> None:
    record = released_record()
    client = as_person("olga", "operator")
    for name in ("overview", "hold-list", "rule-list", "archive-list", "hold-place", "rule-set"):
        assert client.get(reverse(f"retention:{name}")).status_code == 403, name
    page = reverse("retention:record", args=["dhr.devicehistoryrecord", record.pk])
    assert client.get(page).status_code == 404
    assert client.get(reverse("retention:record", args=["no.such", 1])).status_code == 404
