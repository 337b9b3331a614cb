"""What allows a process card to be published (bom/authorization.py), offered here to those above routing."""

from bom.authorization import PublicationAuthorization

__all__ = ["PublicationAuthorization"]
