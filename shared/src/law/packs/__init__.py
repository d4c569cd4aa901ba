"""Policy packs: the law as data. A pack is one policy document with a clause behind every figure."""

from law.packs.library import PackLibrary, load_library
from law.packs.loading import load_pack, parse_pack, read_pack, reread
from law.packs.model import Pack
from law.packs.policy import LayerPlan, Policy, Situation
from law.packs.source import PackError

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
    "read_pack",
    "reread",
]
