"""Venturi flow sensor: printed, drilled, reamed, fitted, leak-tested. Facts: operations_facts.csv; words and limits: ours."""

from demo.data.routings.shapes import ENGINEERING_ALONE, Ask, Limits, Op, checklist, clearance, scan, t

VENTURI = (
    Op(
        10,
        t("Print venturi body in resin", "光固化打印文丘里管体"),
        "SLA",
        "sla-printing",
        setup="20",
        run="240",
        basis="per_batch",
        equipment="sla-printer",
        uses={"R1": None},
        makes=("A1",),
        steps=(
            clearance(),
            scan(t("Scan the resin in the tank.", "扫描料槽中的树脂容器。"), "R1"),
            Ask(
                "instruction",
                t(
                    "Place the bodies upright on the platform. Resin only: a filament print is not leak tight.",
                    "管体竖直摆放在平台上。只能用树脂打印:熔丝打印件不气密。",
                ),
                when="card_start",
            ),
            checklist(
                t("Look at every body after washing and curing.", "清洗和固化后逐件目视检查。"),
                ("clean", t("No resin left in the bore", "孔内无残余树脂")),
                ("whole", t("No crack and no gap between layers", "无裂纹,无层间缝隙")),
                when="card_end",
            ),
        ),
    ),
    Op(
        20,
        t("Open sensor ports", "打通取压孔"),
        "BENCH",
        "bench-finishing",
        setup="5",
        run="4",
        uses={"A1": None},
        loop=(20, 2),
        steps=(
            Ask(
                "instruction",
                t(
                    "Drill both ports with the 2 mm bit by hand until it reaches the main tube. Blow out the chips.",
                    "用 2 mm 钻头手动打通两个取压孔,直至主管。吹净切屑。",
                ),
                when="card_start",
            ),
            Ask(
                "reading",
                t("Measure the sensor port (pin gauge).", "用针规测量取压孔直径。"),
                limits=Limits(
                    "sensor-port-diameter", "2.00", "1.95", "2.10", "rework_loop", "nonconform_unit", "product"
                ),
            ),
        ),
    ),
    Op(
        30,
        t("Ream throat", "铰削喉部"),
        "BENCH",
        "bench-finishing",
        setup="10",
        run="6",
        equipment="reamer-station",
        loop=(30, 2),
        first_piece="start",
        transfer=3,
        steps=(
            Ask(
                "instruction",
                t(
                    "Ream straight through with the 5.5 mm reamer, turning one way only. The flow reading is very "
                    "sensitive to this diameter.",
                    "用 5.5 mm 铰刀单向直通铰削。流量读数对该直径非常敏感。",
                ),
                when="card_start",
            ),
            Ask(
                "reading",
                t("Measure the throat in the middle.", "在中部测量喉部直径。"),
                limits=Limits(
                    "throat-diameter",
                    "5.50",
                    "5.45",
                    "5.55",
                    "rework_loop",
                    "nonconform_unit",
                    "product",
                    gauge="bore-gauge",
                    remeasure=2,
                ),
            ),
        ),
    ),
    Op(
        40,
        t("Fit nipples", "安装接嘴"),
        "BENCH",
        "bench-assembly",
        setup="5",
        run="5",
        uses={"A2": None},
        steps=(
            scan(t("Scan the nipples.", "扫描接嘴容器。"), "A2"),
            Ask(
                "instruction",
                t(
                    "Cut the threads with the tapered, then the bottoming tap. Screw in both nipples until air tight.",
                    "先用锥形丝锥、再用平底丝锥攻丝。旋入两个接嘴至气密。",
                ),
                when="card_start",
            ),
            checklist(
                t("Check both nipples.", "检查两个接嘴。"),
                ("seated", t("Both nipples sit square and do not turn by hand", "两个接嘴垂直到位,手拧不动")),
                by="mutual",
            ),
        ),
    ),
    Op(
        50,
        t("Leak test", "气密测试"),
        "TEST",
        "leak-testing",
        setup="10",
        run="4",
        equipment="vacuum-tester",
        hold_point=True,
        steps=(
            Ask(
                "instruction",
                t(
                    "Plug the ports and one end, draw −20 kPa, close the valve and wait one minute.",
                    "堵住取压孔和一端,抽真空至 −20 kPa,关阀后等待一分钟。",
                ),
                when="card_start",
            ),
            Ask(
                "reading",
                t("Read the vacuum after one minute.", "读取一分钟后的真空度。"),
                limits=Limits(
                    "vacuum-hold",
                    "-20.0",
                    "-22.0",
                    "-19.0",
                    "deviation",
                    "nonconform_unit",
                    "product",
                    gauge="vacuum-tester",
                    source=ENGINEERING_ALONE,
                ),
            ),
        ),
    ),
)
