"""Lists cannot leak: a queryset is cut down to what its reader may see before anything of it is shown."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from foundation.core.actor import Actor
from foundation.core.events import ask_one


class ReadableQuerySet(models.QuerySet[Any]):
    """Base of the querysets of plant data. Who sees what of which model, each app says (question ``access.scopes``)."""

    def visible_to(self, actor: Actor, permission: str = "") -> Self:
        """The rows of the sites at which a role of this person gives ``permission`` (default: what reading the model needs).

        One query for the roles, whatever the number of rows; none of the rows of a site without such a role.
        """
        rows: Self = ask_one("records.visible_rows", self, actor, permission)
        return rows
