"""What other apps call of bom."""

from .approval import approve_revision, retire_revision
from .baselines import approve_baseline, propose_baseline, withdraw_baseline
from .items import approve_source, change_item, create_item, create_supplier, set_standard_cost, withdraw_source
from .lines import add_line, add_tool, change_line, change_tool, remove_line, remove_tool
from .revisions import (
    LineData,
    ToolData,
    discard_draft,
    return_revision,
    start_revision,
    submit_revision,
    write_content,
)

__all__ = [
    "LineData",
    "ToolData",
    "add_line",
    "add_tool",
    "approve_baseline",
    "approve_revision",
    "approve_source",
    "change_item",
    "change_line",
    "change_tool",
    "create_item",
    "create_supplier",
    "discard_draft",
    "propose_baseline",
    "remove_line",
    "remove_tool",
    "retire_revision",
    "return_revision",
    "set_standard_cost",
    "start_revision",
    "submit_revision",
    "withdraw_baseline",
    "withdraw_source",
    "write_content",
]
