"""What of a bank's free texts is looked at, and the little of it that is kept: events are never changed again.

A text says who gave or got the money, often by name and account. The ledger needs neither: a line is found in the bank
by its day and its amount.
"""

import re
import unicodedata
from typing import Final

from kernel.values.personal import personal_in

_TEXT_MAX: Final = 120
_BETWEEN_NAMES: Final = re.compile(r"[^A-Za-z0-9._:-]+")
#: A sample of what banks print of the kind of a line; finance settles many lines by it.
_KINDS: Final = (
    "手续费|工本费|管理费|年费|服务费|利息|结息|退汇|退票|退款|冲正|冲账|抹账|转账|转存|汇款|财政拨款|拨款|付款|收款|划款|"
    "救助款|救助|资助参保|垫付|预付|清算|月结|补助|捐赠|彩票|归还|退回"
)
_UUID: Final = re.compile(r"(?<![0-9A-Za-z])([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9A-Za-z])")
#: Account, card, ID and phone numbers, in one piece or in groups; a date has groups of two and is none.
_NUMBER: Final = re.compile(r"(?<![0-9])(?:[0-9]{11,}|[0-9]{3,}(?:[ -]+[0-9]{3,})+(?:[ -][0-9]{1,2}(?![0-9]))?)[Xx]?")
_DIGITS_MIN: Final = 11
_KEPT: Final = re.compile(rf"[*]{{3}}[0-9]{{3}}[0-9Xx]|{_KINDS}|[A-Za-z0-9._:-]*[0-9][A-Za-z0-9._:-]*")


def names_in(*texts: str) -> frozenset[str]:
    """What may be a name of a journal, an order, a statement or a payee; a full stop after it is none of it."""
    words = _BETWEEN_NAMES.split(" ".join(texts))
    return frozenset({*words, *(word.strip("._:-") for word in words)}) - {""}


def kept(text: str) -> str:
    """Of a text what kind of line it is, and words with a digit, such as our own names; long numbers but for four.

    Names of people and of parties, in Chinese or in letters, are left out; the rest is cut to a bounded length.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    # Every other piece is a name of our own, whatever its digits look like.
    pieces = [piece if own % 2 else _without_numbers(piece) for own, piece in enumerate(_UUID.split(plain))]
    left = " ".join(piece for piece in pieces if piece)
    return "***" if personal_in(_UUID.sub(" ", left)) else left[:_TEXT_MAX]


def _without_numbers(text: str) -> str:
    return " ".join(_KEPT.findall(_NUMBER.sub(_masked, text)))


def _masked(found: re.Match[str]) -> str:
    digits = re.sub(r"[ -]", "", found.group())
    return f" ***{digits[-4:]} " if len(digits) >= _DIGITS_MIN else found.group()
