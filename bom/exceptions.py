"""What the item master and the parts lists refuse."""

from __future__ import annotations

from foundation.core.errors import Conflict, NotValid


class CycleFound(NotValid):
    """An item would contain itself."""

    code = "bom-cycle"


class RevisionNotSound(NotValid):
    """The revision has problems; ``details["problems"]`` lists them by line."""

    code = "bom-not-sound"


class EditedMeanwhile(Conflict):
    """Somebody else edited the draft after it was read."""

    code = "edited-meanwhile"
