"""Tubing adapter holding plate (the blower's A7): cut from acrylic, an item and an order of its own."""

from demo.data.routings.shapes import Ask, Limits, Op, checklist, clearance, scan, t

SOURCE = t(
    "Nominal thickness of the sheet (1/4 in); limits set by engineering.",
    "板材公称厚度(1/4 英寸);限值由工艺工程师设定。",
)

PLATE = (
    Op(
        10,
        t("Cut plate from acrylic", "激光切割亚克力板"),
        "LASER",
        "laser-cutting",
        setup="10",
        run="3",
        equipment="laser-cutter",
        uses={"A1": None},
        steps=(
            clearance(),
            scan(t("Scan the acrylic sheet.", "扫描亚克力板材。"), "A1"),
            Ask(
                "instruction",
                t(
                    "Peel the film off one side, focus on the sheet, cut holes before the outline.",
                    "揭去一面保护膜,对焦板面,先切孔后切外形。",
                ),
                when="card_start",
            ),
        ),
    ),
    Op(
        20,
        t("Deburr and check plate", "去毛刺并检查"),
        "BENCH",
        "bench-finishing",
        setup="2",
        run="2",
        steps=(
            Ask(
                "reading",
                t("Measure the thickness near a hole.", "在孔附近测量板厚。"),
                when="sample",
                n=2,
                limits=Limits(
                    "plate-thickness", "6.35", "6.00", "6.70", "hold_batch", "hold_batch", "product", source=SOURCE
                ),
            ),
            checklist(
                t("Look at every plate.", "逐件目视检查。"),
                ("edges", t("Edges are smooth", "边缘光滑")),
                ("cracks", t("No crack runs from a hole", "孔边无裂纹")),
                when="card_end",
            ),
        ),
    ),
)
