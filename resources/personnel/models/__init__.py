from .qualifications import Qualification, QualificationGrant
from .reading import ReadingConfirmation

__all__ = ["Qualification", "QualificationGrant", "ReadingConfirmation"]
