"""Finds personal data in free texts: ID numbers and phone numbers, however they are spaced or in whatever digits."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Final

from kernel.values.redaction import looks_personal

#: Fewer digits than a phone number has name nobody; nearly every text ends here.
_MANY_DIGITS: Final = re.compile(r"(?:\d\W{0,3}){11}")
_GAP: Final = r"[\W_]{0,3}"
#: The first digit of an ID number is that of a part of the country; lookahead, so that every start is tried.
_OF_18: Final = re.compile(rf"(?<![0-9A-Za-z])(?=([1-8](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx])(?![0-9A-Za-z]))")
_OF_15: Final = re.compile(rf"(?<![0-9A-Za-z])(?=([1-8](?:{_GAP}[0-9]){{14}})(?![0-9A-Za-z]))")
_MOBILE: Final = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[\W_]?)?1[3-9][0-9][\W_]?[0-9]{4}[\W_]?[0-9]{4}(?![0-9A-Za-z])")
_LANDLINE: Final = re.compile(r"(?<![0-9A-Za-z])0[1-9][0-9]{1,2}[-\s][2-8][0-9]{6,7}(?![0-9A-Za-z])")
_PROVINCES: Final = frozenset(
    f"{code}"
    for codes in (
        range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66), (71, 81, 82, 83),
    )
    for code in codes
)  # fmt: skip
_CENTURY_OF_15: Final = "19"


def personal_in(text: str) -> str | None:
    """What in a text looks like personal data: "an ID number", "a phone number"; None for nothing."""
    if not _MANY_DIGITS.search(text):
        return None
    plain = unicodedata.normalize("NFKC", text)
    if looks_personal(plain) or any(map(_is_plausible, _numbers(plain))):
        return "an ID number"
    if _MOBILE.search(plain) or _LANDLINE.search(plain):
        return "a phone number"
    return None


def _numbers(text: str) -> Iterator[str]:
    for pattern in (_OF_18, _OF_15):
        for found in pattern.finditer(text):
            digits = re.sub(r"[\W_]", "", found.group(1))
            yield digits if len(digits) == 18 else f"{digits[:6]}{_CENTURY_OF_15}{digits[6:]}"


def _is_plausible(number: str) -> bool:
    """Whether a number has a part of the country and a day of birth in it; the first 14 digits say so."""
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return number[:2] in _PROVINCES and 1880 <= born_on.year <= 2100
