"""Personal data for eyes that need not see all of it: enough to recognise a person who is there."""

from typing import Final

_STAR: Final = "*"


def mask_name(name: str) -> str:
    """The first character stays: 王小明 becomes 王**."""
    return name[:1] + _STAR * (len(name) - 1)


def mask_id_number(number: str) -> str:
    """The first three and last four characters stay; the birth date between them does not."""
    return number[:3] + _STAR * (len(number) - 7) + number[-4:]


def mask_phone(phone: str) -> str:
    """The last four digits stay."""
    return _STAR * max(0, len(phone) - 4) + phone[-4:]
