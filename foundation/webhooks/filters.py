"""What deliveries are looked for by."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from foundation.core.outbox import catalogue
from foundation.webhooks.models import Delivery
from foundation.webhooks.states import DELIVERY_STATES


class DeliveryFilter(django_filters.FilterSet):  # type: ignore[misc]
    state = django_filters.ChoiceFilter(label=_("State"), choices=DELIVERY_STATES)
    event = django_filters.ChoiceFilter(label=_("Event"), choices=lambda: [(name, name) for name in catalogue()])

    class Meta:
        model = Delivery
        fields = ["event"]
