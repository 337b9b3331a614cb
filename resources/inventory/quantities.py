"""Quantities of stock: one unit per lot, exact, never negative."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from foundation.core import units
from foundation.core.errors import NotValid
from resources.inventory.models.stock import PLACES

SMALLEST = Decimal(1).scaleb(-PLACES)


def in_unit(quantity: Decimal, unit: str, target: str, *, field: str = "quantity") -> Decimal:
    """``quantity`` in the unit of the lot, exactly.

    NotValid: not a positive finite number; a unit of another kind (``unit-mismatch``); a result that would have to be
    rounded (``not-exact``). 60 cm² in m² is 0.006; 1 min in h is refused.
    """
    if not quantity.is_finite() or quantity <= 0:
        raise NotValid(_("A quantity is a number greater than zero."), code="not-positive", field=field)
    converted = quantity if unit == target else units.convert(quantity, unit, target)
    if units.unit(target).dimension == "count" and converted != converted.to_integral_value():
        raise NotValid(_("Pieces are counted whole."), code="not-whole", field=field)
    rounded = converted.quantize(SMALLEST)
    if rounded != converted:
        raise NotValid(
            _("%(quantity)s %(unit)s cannot be said exactly in %(target)s.")
            % {"quantity": quantity, "unit": unit, "target": target},
            code="not-exact",
            field=field,
        )
    return rounded


def shares(quantity: Decimal, count: int, unit: str) -> list[Decimal]:
    """``quantity`` over ``count`` containers, as even as can be; the first ones take what is over. The sum is exact."""
    step = Decimal(1) if units.unit(unit).dimension == "count" else Decimal("0.000001")
    step = step if quantity >= step * count else SMALLEST
    each = (quantity / count // step) * step
    left, extra = quantity - each * count, []
    for _number in range(count):
        more = min(step, left)
        extra.append(more)
        left -= more
    result = [each + more for more in extra]
    result[0] += left
    return result
