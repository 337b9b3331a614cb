"""Blower: plates and gaskets cut here, driver and stack built side by side, joined, and tested with a recorded file."""

from demo.data.routings.shapes import ENGINEERING_ALONE, Ask, Limits, Op, checklist, clearance, scan, t

# The three recordings of the source: 21818 rpm 1.395 kPa and 55.7 L/min, 24000 rpm 1.750 and 61.4, 26666 rpm 2.217 and
# 68.6 (means of p2 and Q1). The limits let the first two pass and refuse the third; they are ours, not the source's.
FLOW_CHECKS = [
    {"column": "p2", "statistic": "mean", "unit": "kPa", "lower": "1.30", "upper": "2.10"},
    {"column": "Q1", "statistic": "mean", "unit": "L/min", "lower": "53.0", "upper": "66.0"},
]
# A sample outside is a fault of the recorder, not of the blower: someone from quality excludes it, with a reason.
PLAUSIBLE = {"patient": ["-10", "10"], "p2": ["-10", "10"], "p3": ["-10", "10"], "Q1": ["0", "150"]}

BLOWER = (
    Op(
        10,
        t("Cut acrylic plates", "激光切割亚克力板"),
        "LASER",
        "laser-cutting",
        setup="10",
        run="6",
        equipment="laser-cutter",
        uses={"A4": None},
        makes=("A5", "A6"),
        after=(),
        steps=(
            clearance(),
            scan(t("Scan the acrylic sheet.", "扫描亚克力板材。"), "A4"),
            checklist(
                t("Look at the driver plate and the blower plate.", "检查驱动板安装板和风机固定板。"),
                ("edges", t("Edges are smooth, no crack runs from a hole", "边缘光滑,孔边无裂纹")),
                when="card_end",
            ),
        ),
    ),
    Op(
        20,
        t("Cut gaskets", "裁切密封垫"),
        "BENCH",
        "bench-finishing",
        setup="5",
        run="5",
        uses={"A8": None},
        makes=("A9", "A10"),
        after=(10,),
        steps=(
            scan(t("Scan the gasket sheet.", "扫描密封垫板材。"), "A8"),
            Ask(
                "instruction",
                t("Cut both gaskets along the template, without nicks.", "按样板裁切两个密封垫,切口无缺损。"),
                when="card_start",
            ),
        ),
    ),
    Op(
        30,
        t("Mount blower driver", "安装风机驱动板"),
        "BENCH",
        "blower-assembly",
        setup="5",
        run="6",
        uses={"A5": None, "A13": None, "A17": None},
        after=(10,),
        steps=(
            scan(t("Scan screws and lock nuts.", "扫描螺钉和锁紧螺母。"), "A13", "A17"),
            Ask(
                "instruction",
                t(
                    "Screws go in from the bottom up; lock nuts on the driver's side.",
                    "螺钉自下而上穿入;锁紧螺母在驱动板一侧。",
                ),
            ),
        ),
    ),
    Op(
        40,
        t("Build blower stack", "装配风机叠层"),
        "BENCH",
        "blower-assembly",
        setup="5",
        run="15",
        equipment="torque-driver",
        uses={"A1": None, "A6": None, "A9": None, "A12": "8", "A14": None, "A15": None, "A16": None},
        after=(20, 30),
        steps=(
            scan(
                t("Scan blower, washers, screws, spacers and nuts.", "扫描风机、垫圈、螺钉、隔柱和螺母。"),
                "A1",
                "A12",
                "A14",
                "A15",
                "A16",
            ),
            Ask(
                "reading",
                t("Tighten one nut at a time, crosswise; read the last torque.", "逐个交叉拧紧螺母;读取最后一个扭矩。"),
                limits=Limits(
                    "nut-torque",
                    "0.80",
                    "0.60",
                    "1.00",
                    "stop",
                    "stop",
                    gauge="torque-driver",
                    source=ENGINEERING_ALONE,
                ),
            ),
            checklist(
                t("Look along the plate.", "沿板面目视检查。"),
                ("flat", t("The plate is not bent", "板未弯曲")),
                second="witness",
            ),
        ),
    ),
    Op(
        50,
        t("Install tubing adapter", "安装软管接头"),
        "BENCH",
        "blower-assembly",
        setup="5",
        run="8",
        uses={"A3": None, "A7": None, "A10": None, "A11": None, "A12": None},
        after=(40,),
        steps=(
            scan(
                t("Scan adapter, plate, lock nuts and washers.", "扫描接头、固定板、锁紧螺母和垫圈。"),
                "A3",
                "A7",
                "A11",
                "A12",
            ),
            Ask(
                "choice",
                t("How does the gasket lie on the inlet?", "密封垫在进气口的位置如何?"),
                fields={
                    "choices": [
                        {"value": "centred", "text": t("Centred all round", "四周居中")},
                        {"value": "corrected", "text": t("Was off centre, corrected", "曾偏心,已纠正")},
                    ]
                },
            ),
        ),
    ),
    Op(
        60,
        t("Functional test", "功能测试"),
        "TEST",
        "functional-testing",
        setup="10",
        run="12",
        equipment="flow-bench",
        after=(50,),
        hold_point=True,
        steps=(
            Ask(
                "reading",
                t("Set the speed and read it when it is steady.", "设定转速,稳定后读取。"),
                second="remeasure",
                limits=Limits("blower-speed", "24000", "21600", "26400", "stop", "stop"),
            ),
            Ask(
                "file",
                t("Attach the recorded flow test of this serial number.", "附上该序列号的流量测试记录文件。"),
                fields={
                    "file_kind": "blower-flow-test",
                    "file_checks": FLOW_CHECKS,
                    "file_plausible": PLAUSIBLE,
                },
            ),
        ),
    ),
)
