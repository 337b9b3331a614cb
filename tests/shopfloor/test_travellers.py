"""Dispatch prints the travellers, and each opens its batch when it is scanned."""

import pytest

from dhr.compile import load_scope
from dhr.compile.labels import labels
from dhr.models import DeviceHistoryRecord
from foundation.core.errors import NotValid
from foundation.printing.models import PrintJob
from foundation.printing.rendering import png_of
from foundation.printing.symbols import read_symbols
from shopfloor.definition import definition_of
from shopfloor.models import TravelCard
from shopfloor.selectors.orders import find_traveller
from shopfloor.services.travellers import print_travellers
from tests.shopfloor.venturi import venturi

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("FLR-24")
def test_a_traveller_is_printed_at_dispatch_and_opens_its_batch_when_scanned() -> None:
    venturi()
    traveller, printed = TravelCard.objects.get(), PrintJob.objects.get(template="traveller")
    assert printed.subject_number == traveller.code
    assert [operation["number"] for operation in printed.data["operations"]] == [10, 30, 50]
    assert (printed.data["quantity"], printed.data["card_hash"]) == (5, traveller.batch.order.process_card.content_hash)
    [symbol] = read_symbols(png_of(printed))
    assert find_traveller(symbol.text) == traveller


def test_a_second_print_needs_a_reason_and_stands_in_the_batch_record() -> None:
    run = venturi()
    traveller = TravelCard.objects.select_related("batch__order__item", "batch__lot").get()
    order = traveller.batch.order
    again = {
        "actor": run.plant.planner,
        "order": order,
        "definition": definition_of(order.process_card_id),
        "travellers": [traveller],
    }
    with pytest.raises(NotValid) as refusal:
        print_travellers(**again)
    assert refusal.value.code == "reason-required"
    print_travellers(**again, reason="Soaked in oil")
    scope = load_scope(DeviceHistoryRecord.objects.get())
    assert [(one["copies"], one["reason"]) for one in labels(scope)] == [(1, ""), (1, "Soaked in oil")]
