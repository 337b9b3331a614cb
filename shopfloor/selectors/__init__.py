"""Reads of the shop floor."""

from .balance import CardBalance, card_balance, card_balances
from .cards import CardView, EntryView, LineView, PieceView, card_view, pending_corrections
from .orders import (
    abandoned_values,
    cards_of_traveller,
    find_traveller,
    lot_context,
    open_card_for_traveller,
    open_orders,
    order_list,
    order_readiness,
    search,
    station_cards,
    what_dispatch_makes,
)

__all__ = [
    "CardBalance",
    "CardView",
    "EntryView",
    "LineView",
    "PieceView",
    "abandoned_values",
    "card_balance",
    "card_balances",
    "card_view",
    "cards_of_traveller",
    "find_traveller",
    "lot_context",
    "open_card_for_traveller",
    "open_orders",
    "order_list",
    "order_readiness",
    "pending_corrections",
    "search",
    "station_cards",
    "what_dispatch_makes",
]
