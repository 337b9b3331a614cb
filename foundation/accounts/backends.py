"""Loads the person of a session; checking secrets is `accounts.services.log_in`."""

from __future__ import annotations

from django.contrib.auth.backends import BaseBackend

from foundation.accounts.models import User


class PlantBackend(BaseBackend):
    def get_user(self, user_id: int) -> User | None:
        found: User | None = User.objects.filter(pk=user_id, is_active=True).first()
        return found
