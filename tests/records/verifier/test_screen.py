"""What an auditor takes away."""

import hashlib
from pathlib import Path

import pytest
from django.urls import reverse

from foundation.accounts.models import User
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.records.act import act
from foundation.records.models import SigningKey
from foundation.records.verifier import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    with act(actor=Actor.system("test"), verb="test.person.made"):
        user = User(username="auditor", name="Auditor")
        user.save()
    client.force_login(user, backend="foundation.accounts.backends.PlantBackend")
    return client


@pytest.mark.requirement("TRC-08")
def test_the_verifier_and_the_fingerprints_are_there_to_be_taken(reader):
    SigningKey.objects.create(fingerprint="ab" * 32, public_key=b"x" * 32, created_at=clock.now())
    source = Path(verify.__file__).read_bytes()
    page = reader.get(reverse("records:verification")).content.decode()
    assert "ab" * 32 in page
    assert hashlib.sha256(source).hexdigest() in page
    taken = reader.get(reverse("records:verifier-download"))
    assert (taken.content, taken["Content-Disposition"]) == (source, 'attachment; filename="verify.py"')


def test_they_are_not_for_the_anonymous(client):
    assert client.get(reverse("records:verification")).status_code == 302
    assert client.get(reverse("records:verifier-download")).status_code == 302
