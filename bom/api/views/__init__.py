"""Endpoints of bom, one module per family."""
