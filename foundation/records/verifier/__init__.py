"""Packages that prove themselves: written here, verified by `verify.py`, which ships alone.

This file stays empty of imports, so that `verify.py` can be loaded without the product.
"""
