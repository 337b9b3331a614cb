"""Rules, legal holds, archives."""

from .archives import Archive, ArchiveCheck, KeepingEnded
from .holds import LegalHold
from .rules import RetentionRule

__all__ = ["Archive", "ArchiveCheck", "KeepingEnded", "LegalHold", "RetentionRule"]
