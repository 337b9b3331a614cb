"""Screens of routing, one module per family."""
