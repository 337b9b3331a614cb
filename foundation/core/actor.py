"""Who acts. Every service takes one; there is no anonymous and no implied actor."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from foundation.core.errors import PermissionDenied


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at a station in a session, or a named part of the system.

    ``user_id`` is None for the system only. ``name`` is the printed name as it stands on records. ``station`` is the
    station's code ("" at a desk without one), ``session`` the key of the login or capture session.
    """

    user_id: int | None
    name: str
    station: str = ""
    session: str = ""
    language: str = "en"

    @property
    def is_system(self) -> bool:
        return self.user_id is None

    @property
    def person_id(self) -> int:
        """The user id, where only a person can act. PermissionDenied for the system."""
        if self.user_id is None:
            raise PermissionDenied(_("Only a person can do this."))
        return self.user_id

    @classmethod
    def system(cls, name: str) -> Actor:
        """The system is an explicit actor: ``Actor.system("sealer")``."""
        return cls(user_id=None, name=f"system:{name}")
