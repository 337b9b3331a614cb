"""Wherever a list, a file or an answer of the API shows signed records, it shows who signed, when, what it means, and its worth.

Over the told story: every model that something signed is walked, so that a new one is found here (21 CFR 11.50(b)).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.core.refs import RecordRef
from foundation.records.models import Signature
from foundation.records.selectors import signature_validity
from shopfloor.content import card_content
from shopfloor.models import WorkCard
from shopfloor.signed import signed_of
from tests.journeys.conftest import Journey
from tests.journeys.test_story import client_of

pytestmark = [pytest.mark.requirement("21CFR11.50(b)")]
# Signed model → the lists of the desk, and the lists of the API, that show it.
SHOWN_IN: dict[str, tuple[list[str], list[str]]] = {
    "bom.bomrevision": (["bom:revision-list", "bom:baseline-list"], ["boms", "baselines"]),
    "changecontrol.changerequest": (["changecontrol:change-list"], ["change-requests"]),
    "dhr.devicehistoryrecord": (["dhr:record-list"], ["batch-records"]),
    "quality.deviation": (["quality:deviation-list"], ["deviations"]),
    "quality.gaugeassessment": (["quality:assessment-list"], ["gauge-assessments"]),
    "quality.nonconformance": (["quality:nonconformance-list"], ["nonconformances"]),
    "routing.routingrevision": (["routing:revision-list", "routing:card-list"], ["routing-revisions", "process-cards"]),
    "shopfloor.correction": ([], ["corrections"]),
    "shopfloor.steprecord": ([], ["steps"]),
    "shopfloor.workcard": ([], ["cards"]),
}

LIVING = {"shopfloor.workcard"}  # what follows on a card after its signature is written on it


def signed() -> set[str]:
    return set(Signature.objects.values_list("record_label", flat=True).distinct())


def desk_lists() -> Iterator[str]:
    for label in signed():
        yield from SHOWN_IN[label][0]


def rows_of(client: Client, noun: str) -> list[dict[str, object]]:
    answer = client.get(f"/api/v1/{noun}/", {"page_size": "500"}).json()
    return list(answer if isinstance(answer, list) else answer["results"])


def test_every_signed_model_is_in_a_list(journey: Journey) -> None:
    assert signed() <= set(SHOWN_IN)
    assert {"bom.bomrevision", "changecontrol.changerequest", "dhr.devicehistoryrecord"} <= signed()


def test_lists_and_their_files_say_who_when_what_and_its_worth(journey: Journey) -> None:
    client = client_of("auditor")
    for name in sorted(set(desk_lists())):
        told = json.loads(client.get(reverse(name), {"export": "json"}).getvalue())
        cells = [row["signatures"] for row in told["rows"] if row["signatures"]]
        assert cells, name
        for cell in cells:
            for one in cell.split("; "):
                who, meaning, when, worth = one.split(" · ")
                row = Signature.objects.filter(printed_name=who).first()
                assert row is not None, one
                assert meaning in {"Approved", "Reviewed", "Released", "Performed", "Witnessed", "Verified"}, one
                assert when.endswith(f"({row.time_zone})"), one
                assert worth == "Valid: the record is as signed", (name, one)
        assert "Valid: the record is as signed" in client.get(reverse(name)).content.decode(), name
        assert cells[0] in client.get(reverse(name), {"export": "csv"}).getvalue().decode("utf-8-sig"), name
        assert client.get(reverse(name), {"export": "xlsx"}).status_code == 200


def test_the_api_says_it_of_every_signed_record(journey: Journey) -> None:
    client = client_of("auditor")
    for label in sorted(signed()):
        for noun in SHOWN_IN[label][1]:
            told = [one for row in rows_of(client, noun) for one in row["signatures"]]  # type: ignore[attr-defined]
            assert told, noun
            fields = {"printed_name", "meaning", "signed_at", "time_zone", "content_hash", "validity"}
            assert all(set(one) == fields for one in told), noun
            assert label in LIVING or {one["validity"] for one in told} == {"valid"}, noun


def test_a_card_in_a_list_is_judged_as_on_its_page(journey: Journey) -> None:
    """An entry that came after the signature (a correction, a later piece) is told in both places."""
    told = {row["id"]: [one["validity"] for one in row["signatures"]] for row in rows_of(client_of("auditor"), "cards")}  # type: ignore[attr-defined]
    seen = set()
    for signature in Signature.objects.filter(record_label="shopfloor.workcard").order_by("pk"):
        card = WorkCard.objects.get(pk=signature.record_id)
        content = signed_of(card, signature, card_content(card))
        worth = signature_validity(signature, RecordRef.to(card), content)
        assert worth in told[card.pk], card
        seen.add(worth)
    assert "valid" in seen


@pytest.mark.parametrize("noun", sorted({noun for _desk, nouns in SHOWN_IN.values() for noun in nouns}))
def test_a_list_asks_for_its_signatures_once(journey: Journey, noun: str) -> None:
    client, counts = client_of("auditor"), {}
    client.get(f"/api/v1/{noun}/")  # the session is written
    for size in (2, 500):
        with CaptureQueriesContext(connection) as caught:
            assert client.get(f"/api/v1/{noun}/", {"page_size": str(size)}).status_code == 200
        counts[size] = len([query for query in caught.captured_queries if "records_signature" in query["sql"]])
    assert counts[2] == counts[500] <= 4
