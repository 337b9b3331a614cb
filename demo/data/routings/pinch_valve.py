"""Pinch valve: stays a draft. The source leaves A7 to A9 to nobody, and so does this draft: the engineer allocates them."""

from demo.data.routings.shapes import Ask, Limits, Op, scan, t

PINCH_VALVE = (
    Op(
        10,
        t("Print base and rotor", "打印底座和转子"),
        "SLA",
        "sla-printing",
        setup="20",
        run="180",
        basis="per_batch",
        equipment="sla-printer",
        uses={"A1": None, "A2": None},
        steps=(
            scan(t("Scan base and rotor.", "扫描底座和转子。"), "A1", "A2"),
            Ask(
                "instruction", t("Resin only, no filament print.", "只能用树脂打印,不得用熔丝打印。"), when="card_start"
            ),
        ),
    ),
    Op(
        20,
        t("Chase rotor thread", "修整转子螺纹"),
        "BENCH",
        "bench-finishing",
        setup="5",
        run="5",
        steps=(
            Ask(
                "instruction",
                t(
                    "Run the M5 × 0.8 tap through, but leave the last turns tight: they lock the axle.",
                    "用 M5 × 0.8 丝锥攻过,最后几牙保持偏紧,用于锁紧轴。",
                ),
            ),
        ),
    ),
    Op(
        30,
        t("Assemble rotor with axle and bearings", "装配转子、轴和轴承"),
        "BENCH",
        "bench-assembly",
        setup="5",
        run="8",
        uses={"A5": None, "A6": None},
        steps=(scan(t("Scan axle screw and bearings.", "扫描轴螺钉和轴承。"), "A5", "A6"),),
    ),
    Op(
        40,
        t("Press rotor onto stepper shaft", "将转子压入步进电机轴"),
        "BENCH",
        "bench-assembly",
        setup="5",
        run="4",
        uses={"A3": None},
        steps=(scan(t("Scan the stepper motor.", "扫描步进电机。"), "A3"),),
    ),
    Op(
        50,
        t("Mount stepper to base", "将步进电机装到底座"),
        "BENCH",
        "bench-assembly",
        setup="2",
        run="5",
        uses={"A4": None},
        steps=(scan(t("Scan the flat-head screws.", "扫描沉头螺钉。"), "A4"),),
    ),
    Op(
        60,
        t("Fit tubing and clips", "安装软管和卡箍"),
        "BENCH",
        "bench-assembly",
        setup="2",
        run="6",
        uses={"A10": None, "A11": None},
        steps=(
            scan(t("Scan tubing and clips.", "扫描软管和卡箍。"), "A10", "A11"),
            Ask(
                "reading",
                t("Measure the piece of tubing before fitting it.", "安装前测量软管长度。"),
                limits=Limits("tubing-length", "15.0", "14.5", "15.5", "nonconform_unit", "deviation", "product"),
            ),
        ),
    ),
)
