"""The font of printed papers: Noto Sans SC (OFL) from its package, cut down to the characters that a form uses."""

import io
from importlib.resources import files
from typing import Final

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

_PACKAGE: Final = "justmytype_intl_cjk"
_FILE: Final = "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"
_REGULAR: Final = {"wght": 400}
#: Tables for vertical text and fine typography, which forms do without.
_DROPPED: Final = ("GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "STAT", "HVAR", "VVAR", "MVAR", "VORG")


def font_for(text: str) -> bytes:
    """A TrueType font of regular weight with every character of ``text`` that the font has; about a second's work."""
    font = TTFont(io.BytesIO((files(_PACKAGE) / _FILE).read_bytes()), lazy=True, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = []
    options.notdef_outline = True
    options.drop_tables += _DROPPED
    cutter = subset.Subsetter(options)
    cutter.populate(text=text)
    cutter.subset(font)
    kept = io.BytesIO()
    instancer.instantiateVariableFont(font, _REGULAR, inplace=True).save(kept)
    return kept.getvalue()
