"""What other apps call of personnel."""

from .qualifications import create_qualification, grant_qualification, revoke_qualification
from .reading import confirm_reading

__all__ = ["confirm_reading", "create_qualification", "grant_qualification", "revoke_qualification"]
