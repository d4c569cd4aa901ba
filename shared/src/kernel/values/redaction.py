"""Keeps resident ID numbers out of logs, whatever was logged by mistake."""

import re
from typing import Any, Final

#: 17 digits and a check character, in any digits of Unicode, not inside a longer number.
_RESIDENT_ID: Final = re.compile(r"(?<!\d)\d{17}[\dXxＸｘ](?!\d)")
REDACTED: Final = "[resident ID redacted]"


def looks_personal(text: str) -> bool:
    """Whether ``text`` holds anything that looks like an 18-digit resident ID number."""
    return _RESIDENT_ID.search(text) is not None


def redact(text: str) -> str:
    """``text`` with anything that looks like an 18-digit resident ID number blotted out."""
    return _RESIDENT_ID.sub(REDACTED, text)


def redact_value(value: Any) -> Any:
    """A JSON value with every text, number and key redacted."""
    match value:
        case str():
            return redact(value)
        case int():
            return REDACTED if looks_personal(str(value)) else value
        case list():
            return [redact_value(item) for item in value]
        case dict():
            return {redact(key): redact_value(item) for key, item in value.items()}
        case _:
            return value
