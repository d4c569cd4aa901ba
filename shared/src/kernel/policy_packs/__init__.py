"""Policy packs: the law as data. A pack is one policy document with a clause behind every figure."""

from kernel.policy_packs.library import PackLibrary, load_library
from kernel.policy_packs.loading import load_pack, parse_pack, reread
from kernel.policy_packs.model import Pack
from kernel.policy_packs.policy import LayerPlan, Policy, Situation
from kernel.policy_packs.source import PackError

__all__ = [
    "LayerPlan",
    "Pack",
    "PackError",
    "PackLibrary",
    "Policy",
    "Situation",
    "load_library",
    "load_pack",
    "parse_pack",
    "reread",
]
