"""Causes of a bill: illness, or what keeps it away from aid (004 八(一))."""

from typing import Literal

Cause = Literal[
    "illness",
    "own_illegal_act",
    "self_harm",
    "traffic_accident_third_party",
    "medical_malpractice",
    "other_excluded",
]
