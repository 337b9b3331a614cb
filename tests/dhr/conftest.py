"""What the tests of records share."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Texts of a record are in the language of who asks: here English, whatever a page before was shown in."""
    with translation.override("en"):
        yield
