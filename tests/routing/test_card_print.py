"""The process card on paper."""

import io
import json

import pypdf
import pytest
from django.urls import reverse

from routing.models import ProcessCard
from tests.factories.people import person
from tests.shopfloor.venturi import venturi

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("PRC-06")
def test_a_card_is_printed_with_its_content_hash_and_the_json_inside(client) -> None:
    venturi()
    card = ProcessCard.objects.get()
    client.force_login(person("reader", "process_engineer"), backend="foundation.accounts.backends.PlantBackend")
    assert reverse("routing:card-pdf", args=[card.pk]) in client.get(card_page(card)).content.decode()
    answer = client.get(reverse("routing:card-pdf", args=[card.pk]))
    pdf = pypdf.PdfReader(io.BytesIO(answer.content))
    text = "".join("".join(page.extract_text().split()) for page in pdf.pages)
    assert answer["Content-Type"] == "application/pdf"
    assert card.number in text
    assert card.content_hash in text
    assert "5.45…5.55mm" in text
    assert json.loads(pdf.attachments[f"{card.number}.json"][0]) == card.content


def card_page(card: ProcessCard) -> str:
    return reverse("routing:card", args=[card.pk])


def test_a_card_is_not_printed_for_everybody(client) -> None:
    venturi()
    address = reverse("routing:card-pdf", args=[ProcessCard.objects.get().pk])
    assert client.get(address).status_code == 302
    client.force_login(person("keeper", "warehouse"), backend="foundation.accounts.backends.PlantBackend")
    assert client.get(address).status_code == 403
