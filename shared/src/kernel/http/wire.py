"""Bodies of requests and answers: frozen structs whose amounts are fen inside and yuan outside."""

import inspect
from typing import Any, Final, Self

import msgspec
from typing_extensions import override

from kernel.http.amounts import Yuan, encode_hook, holds_yuan

_FEN: Final = "_fen"


# Inside, a name ends with its unit; outside, amounts are in yuan, so the unit must not be there.
class Wire(msgspec.Struct, frozen=True, kw_only=True, rename=lambda name: name.removesuffix(_FEN)):
    """Base of every answer body. ``total_fen: Yuan`` is ``"total": "12.50"`` on the wire.

    A field ends in ``_fen`` exactly when it is a Yuan or SignedYuan: fen can never leave as if they were yuan.
    """

    @override
    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name, annotation in inspect.get_annotations(cls).items():
            if name.endswith(_FEN) != holds_yuan(annotation):
                raise TypeError(f"{cls.__name__}.{name}: a field is a Yuan exactly when its name ends in {_FEN}")

    @classmethod
    def of_row(cls, **columns: Any) -> Self:
        """The answer that a row of a question already is: its columns are named as the fields.

        Amounts are plain fen there, and arrays are lists. Raises TypeError for an array of amounts, which no column is.
        """
        return cls(**{name: _from_column(name, value) for name, value in columns.items()})


def _from_column(name: str, value: Any) -> Any:
    if name.endswith(_FEN) and value is not None:
        if not isinstance(value, int):
            raise TypeError(f"no column is an amount like {name}: {value!r}")
        return Yuan(value)
    return tuple(value) if isinstance(value, list) else value


class RequestBody(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every request body: unknown fields are refused."""


_ENCODER: Final = msgspec.json.Encoder(enc_hook=encode_hook)


_CANONICAL: Final = msgspec.json.Encoder(enc_hook=encode_hook, order="deterministic")


def canonical(value: Any) -> bytes:
    """The one JSON of everything that means the same: amounts with two decimals, members in one order, no blanks."""
    return _CANONICAL.encode(value)


def encode(value: Any) -> bytes:
    """JSON of an answer body."""
    return _ENCODER.encode(value)
