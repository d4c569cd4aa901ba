"""Amounts in capital numerals (大写), as bills in China have them so that nobody changes a figure."""

from typing import Final

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("仟", "佰", "拾", "")
_GROUPS: Final = ("", "万", "亿", "兆")
_FEN_PER_YUAN: Final = 100


def in_capitals(fen: int) -> str:
    """A non-negative amount in capital numerals: 100500 fen are 壹仟零伍元整."""
    assert fen >= 0, "a printed amount is not negative"
    yuan, rest = divmod(fen, _FEN_PER_YUAN)
    jiao, last = divmod(rest, 10)
    whole = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        return f"{whole or '零元'}整"
    small = f"{_DIGITS[jiao]}角" if jiao else ("零" if yuan else "")
    return f"{whole}{small}{_DIGITS[last]}分" if last else f"{whole}{small}整"


def _whole(yuan: int) -> str:
    groups = []
    while yuan:
        yuan, group = divmod(yuan, 10_000)
        groups.append(group)
    text = ""
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            continue
        # A gap between two groups is read as one zero.
        if text and (group < 1_000 or not groups[place + 1]):
            text += "零"
        text += _group(group) + _GROUPS[place]
    return text


def _group(group: int) -> str:
    text, gap = "", False
    for digit, place in zip(f"{group:04d}", _PLACES, strict=True):
        if digit == "0":
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[int(digit)] + place
        gap = False
    return text
