"""Names as two lists write them: the same, the same in another writing, or another person's."""

import unicodedata
from enum import StrEnum
from typing import Final

#: What stands between the parts of a minority name (少数民族姓名间隔号), in the code points that are met for it.
_DOTS: Final = frozenset("·•‧∙⋅・･ᐧ．.。")


class NameMatch(StrEnum):
    """How a name on a list compares with the registered one."""

    SAME = "SAME"
    VARIANT = "VARIANT"  # another writing of the same name
    DIFFERENT = "DIFFERENT"


def fold_name(name: str) -> str:
    """A name without what only its writing adds: full or half width, spaces, the middle dot, capitals.

    Traditional and simplified characters are not folded, nor variants such as 峰 and 峯: that needs a table which
    this installation does not have, so such names differ and are looked at by a person.
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    kept = "".join(letter for letter in plain if not (letter.isspace() or letter in _DOTS))
    return unicodedata.normalize("NFKC", kept)


def compare_names(registered: str, listed: str) -> NameMatch:
    """How a listed name compares with the registered one, whichever of the two is written oddly."""
    if registered == listed:
        return NameMatch.SAME
    return NameMatch.VARIANT if fold_name(registered) == fold_name(listed) else NameMatch.DIFFERENT
