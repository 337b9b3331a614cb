"""Bases for every app's models, and the records layer's own tables."""

from .append_only import AppendOnlyModel, AppendOnlyQuerySet
from .controlled import ControlledRevision, RevisionContent, RevisionState
from .history import (
    HistoryRow,
    PlantHistory,
    TrackedManager,
    TrackedModel,
    TrackedQuerySet,
    bulk_create_tracked,
    bulk_update_tracked,
    update_tracked,
)
from .ledger import LedgerEntry, Outcome
from .seals import Epoch, KeyStatement, LeafFormat, Seal, SealBlock, SealStamp, SigningKey, Verification
from .signatures import Signature

__all__ = [
    "AppendOnlyModel",
    "AppendOnlyQuerySet",
    "ControlledRevision",
    "Epoch",
    "HistoryRow",
    "KeyStatement",
    "LeafFormat",
    "LedgerEntry",
    "Outcome",
    "PlantHistory",
    "RevisionContent",
    "RevisionState",
    "Seal",
    "SealBlock",
    "SealStamp",
    "Signature",
    "SigningKey",
    "TrackedManager",
    "TrackedModel",
    "TrackedQuerySet",
    "Verification",
    "bulk_create_tracked",
    "bulk_update_tracked",
    "update_tracked",
]
