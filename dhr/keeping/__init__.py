"""How long batch records are kept, and what belongs to them: nonconformances, deviations, changes (``retention.kinds``)."""

from dhr.keeping.kinds import kinds

__all__ = ["kinds"]
