"""A routing revision: started as a copy, frozen from review on."""

import pytest

from routing.checks import validate_routing
from tests.routing.conftest import Complete


@pytest.mark.django_db
def test_the_complete_routing_has_no_problem(complete: Complete) -> None:
    assert validate_routing(complete.revision) == []
