"""The columns that a parts list has, and what a person may decide about a row or a table."""

from django.utils.translation import gettext_lazy as _

from bom.models import ItemKind, Tracking
from foundation.imports.schema import TargetField

# What a row is in its table.
COMPONENT, OPTIONAL, ALTERNATE, COMPANION = "component", "optional", "alternate", "companion"
CUT_STOCK, CUT_PIECE, TOOL, LEFT_OUT = "cut_stock", "cut_piece", "tool", "left_out"
ROLES = (
    (COMPONENT, _("Component")),
    (OPTIONAL, _("Optional component")),
    (ALTERNATE, _("Alternate of other lines")),
    (COMPANION, _("Only with another line")),
    (CUT_STOCK, _("Stock that other lines are cut from")),
    (CUT_PIECE, _("Cut here from a stock line")),
    (TOOL, _("Tool")),
    (LEFT_OUT, _("Left out, with a reason")),
)
# Where its item comes from.
BOUGHT, LISTED, NO_LIST = "bought", "list", "no_list"
SOURCES = (
    (BOUGHT, _("Bought")),
    (LISTED, _("Made in house: has a table here")),
    (NO_LIST, _("Made in house without a list of its own")),
)
FILE_GROUP = "file"
YES_NO = (("yes", _("Yes")), ("no", _("No")))

FIELDS: tuple[TargetField, ...] = (
    TargetField("path", _("Path of the assembly"), aliases=("assembly_path", "assembly path", "路径", "装配路径")),
    TargetField(
        "title",
        _("Assembly"),
        required=True,
        aliases=("assembly_title", "assembly", "parent", "table", "装配", "上级物料", "组件名称"),
    ),
    TargetField(
        "position", _("Line"), required=True, aliases=("item", "pos", "line", "no", "no.", "序号", "项次", "行号")
    ),
    TargetField("kind", _("Part or tool"), aliases=("type", "类型", "种类")),
    TargetField("quantity", _("Quantity"), aliases=("qty", "amount", "数量", "用量")),
    TargetField("manufacturer", _("Manufacturer"), aliases=("maker", "supplier", "vendor", "制造商", "供应商", "厂家")),
    TargetField(
        "part_number",
        _("Part number or name"),
        required=True,
        aliases=("part number", "part", "mpn", "sku", "料号", "物料编码", "零件号"),
    ),
    TargetField("price", _("Price"), aliases=("price_usd", "price (usd)", "cost", "unit price", "单价", "价格")),
    TargetField("notes", _("Description"), aliases=("note", "description", "remark", "名称", "描述", "备注", "说明")),
    # What a person decides about a row.
    TargetField("role", _("What the line is"), decision=True, choices=ROLES),
    TargetField("source", _("Where the item comes from"), decision=True, choices=SOURCES),
    TargetField("child", _("Table that it names"), decision=True, of_groups=True),
    TargetField("cut_from", _("Cut from line"), decision=True),
    TargetField("alternate_of", _("Replaces lines"), decision=True, help=_("Lines, with commas: A1, A2")),
    TargetField("used_with", _("Only with line"), decision=True),
    TargetField("item_number", _("Item number"), decision=True),
    TargetField("item_name", _("Item name"), decision=True),
    TargetField("item_name_zh", _("Item name in Chinese"), decision=True),
    TargetField("item_kind", _("Kind of item"), decision=True, choices=tuple(ItemKind.choices)),
    TargetField("tracking", _("Tracking"), decision=True, choices=tuple(Tracking.choices)),
    TargetField("reason", _("Reason"), decision=True, help=_("Why the line is left out")),
    # What a person decides about a table.
    TargetField("item_number", _("Item number"), decision=True, on="group"),
    TargetField("item_name", _("Item name"), decision=True, on="group"),
    TargetField("item_name_zh", _("Item name in Chinese"), decision=True, on="group"),
    TargetField("item_kind", _("Kind of item"), decision=True, choices=tuple(ItemKind.choices), on="group"),
    TargetField("tracking", _("Tracking"), decision=True, choices=tuple(Tracking.choices), on="group"),
    TargetField("pieces", _("The list is for so many pieces"), decision=True, on="group"),
    TargetField("top", _("Stands on its own"), decision=True, choices=YES_NO, on="group"),
    # What a person decides about the whole file.
    TargetField("own_manufacturer", _("Manufacturer that means “made in house”"), decision=True, on="group"),
    TargetField("currency", _("Currency of prices that state none"), decision=True, on="group"),
)
