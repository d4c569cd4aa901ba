"""Bodies of requests and answers: frozen structs whose amounts are fen inside and yuan outside."""

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, Self, get_origin, get_type_hints

import msgspec
from typing_extensions import override

from kernel.http.amounts import SignedYuan, encode_hook, holds_yuan

_FEN: Final = "_fen"


def _wire_name(name: str) -> str:
    # Inside, a name ends with its unit; outside, amounts are in yuan, so the unit must not be there.
    return name.removesuffix(_FEN)


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename=_wire_name):
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
        """The answer that a row of a table is: amounts are plain fen there, and arrays are lists."""
        made = _made_from_columns(cls)
        return cls(**{name: made[name](value) if name in made else value for name, value in columns.items()})


@lru_cache(maxsize=256)
def _made_from_columns(cls: type[Wire]) -> Mapping[str, Callable[[Any], Any]]:
    return {name: _made_from_column(hint) for name, hint in get_type_hints(cls).items() if not _is_as_stored(hint)}


def _is_as_stored(hint: Any) -> bool:
    return get_origin(hint) is not tuple and not holds_yuan(hint)


def _made_from_column(hint: Any) -> Callable[[Any], Any]:
    if isinstance(hint, type) and issubclass(hint, SignedYuan):
        return hint
    if get_origin(hint) is tuple and not holds_yuan(hint):
        return tuple
    raise TypeError(f"no column of a table is a {hint}")


class RequestBody(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every request body: unknown fields are refused."""


_ENCODER: Final = msgspec.json.Encoder(enc_hook=encode_hook)


def encode(value: Any) -> bytes:
    """JSON of an answer body."""
    return _ENCODER.encode(value)
