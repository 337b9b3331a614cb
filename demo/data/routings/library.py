"""The demo plant's parameter library."""

from demo.data.routings.shapes import t

# code, name, quantity kind, unit, decimals, capture, critical
LIBRARY = (
    ("throat-diameter", t("Throat diameter", "喉部直径"), "length", "mm", 2, "typed", True),
    ("sensor-port-diameter", t("Sensor port diameter", "取压孔直径"), "length", "mm", 2, "typed", False),
    ("vacuum-hold", t("Vacuum after one minute", "一分钟后的真空度"), "pressure", "kPa", 1, "typed", True),
    ("plate-thickness", t("Plate thickness", "板厚"), "length", "mm", 2, "typed", False),
    ("nut-torque", t("Nut torque", "螺母扭矩"), "torque", "N.m", 2, "typed", False),
    ("blower-speed", t("Blower speed", "风机转速"), "rotation", "rpm", 0, "typed", True),
    ("tubing-length", t("Tubing length", "软管长度"), "length", "cm", 1, "typed", False),
)
