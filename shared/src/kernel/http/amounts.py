"""Amounts on the wire: decimal strings in yuan outside, whole fen inside, and the only place they meet."""

from functools import lru_cache
from typing import Any, Final, get_args

from kernel.values.money import fen_from_yuan, yuan_from_fen

_TEXT_SHOWN_MAX: Final = 40


class SignedYuan(int):
    """Whole fen inside; on the wire a decimal string in yuan, such as ``"-12.50"``."""


class Yuan(SignedYuan):
    """Whole fen inside, not negative; on the wire a decimal string in yuan, such as ``"12.50"``."""


class InvalidAmountError(ValueError):
    """A field that should be an amount in yuan is none. ``code`` is the problem's code."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def decode_hook(wanted: type, value: Any) -> Any:
    """Read an amount field. Raises InvalidAmountError; msgspec adds the path."""
    if issubclass(wanted, SignedYuan):
        return wanted(_fen(value, negative_allowed=wanted is SignedYuan))
    raise NotImplementedError(f"a body cannot hold {wanted.__name__}: no rule how to read it")


def encode_hook(value: Any) -> Any:
    """Write an amount field as yuan with two decimals."""
    if isinstance(value, SignedYuan):
        return _text_from_fen(value)
    raise NotImplementedError(f"an answer cannot hold {type(value).__name__}: no rule how to write it")


def sent_schema_hook(wanted: type) -> dict[str, Any]:
    """The JSON Schema of an amount field in a request: at most 9,999,999,999.99 yuan."""
    return _schema(wanted, r"(0|[1-9][0-9]{0,9})(\.[0-9]{1,2})?$")


def answered_schema_hook(wanted: type) -> dict[str, Any]:
    """The JSON Schema of an amount field in an answer: sums are larger than what may be sent, and have two decimals."""
    return _schema(wanted, r"(0|[1-9][0-9]{0,16})\.[0-9]{2}$")


def _schema(wanted: type, pattern: str) -> dict[str, Any]:
    if wanted is Yuan:
        return {"type": "string", "pattern": f"^{pattern}", "examples": ["1234.50"]}
    if wanted is SignedYuan:
        return {"type": "string", "pattern": f"^-?{pattern}", "examples": ["-12.50"]}
    raise NotImplementedError(f"no JSON Schema for {wanted.__name__}")


def holds_yuan(annotation: Any) -> bool:
    """Whether a field's annotation is an amount, or a list or option of amounts."""
    if isinstance(annotation, type) and issubclass(annotation, SignedYuan):
        return True
    return any(holds_yuan(argument) for argument in get_args(annotation))


def _fen(value: Any, *, negative_allowed: bool) -> int:
    if not isinstance(value, str):
        raise InvalidAmountError("INVALID_AMOUNT", "an amount is a text in yuan, such as '1234.50', not a number")
    try:
        fen = _fen_from_text(value)
    except ValueError:  # AmountError, or what Python says of thousands of digits
        shown = value[:_TEXT_SHOWN_MAX]
        detail = f"{shown!r} is not an amount in yuan: write digits with at most two decimals, as in '1234.50'"
        raise InvalidAmountError("INVALID_AMOUNT", detail) from None
    if fen < 0 and not negative_allowed:
        raise InvalidAmountError("NEGATIVE_AMOUNT", f"{value} is negative: this amount must be at least 0")
    return fen


@lru_cache(maxsize=16_384)
def _text_from_fen(fen: int) -> str:
    return yuan_from_fen(fen)


@lru_cache(maxsize=16_384)
def _fen_from_text(text: str) -> int:
    # Bills repeat the same prices all day long, and reading one is the dearest part of decoding a line.
    return fen_from_yuan(text)
