"""Numbers as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.forms import ValidationError

from foundation.core.web.forms import DecimalField


@pytest.mark.parametrize("typed", ["12.5", "12,5", " 12.5\n", "１２.５", "１２．５", "１２，５", "1 2.5"])
def test_a_number_is_read_however_it_was_typed(typed: str) -> None:
    assert DecimalField(max_digits=6, decimal_places=2).clean(typed) == Decimal("12.5")


@pytest.mark.parametrize("typed", ["1e3", "12.5 mm", "1.250,5", "12,5,0"])
def test_what_may_mean_two_things_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError, match="Enter a number"):
        DecimalField(max_digits=6, decimal_places=2).clean(typed)


def test_a_count_is_whole() -> None:
    with pytest.raises(ValidationError, match="A whole number"):
        DecimalField(max_digits=6, decimal_places=0).clean("2,5")
    assert DecimalField(max_digits=6, decimal_places=0).clean("2.0") == 2
