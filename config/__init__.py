"""Composition root: may import every app; nothing imports it."""

from .celery import app as celery_app

__all__ = ["celery_app"]
