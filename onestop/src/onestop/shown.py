"""What of an event is shown outside its service: all but what is sealed, and what stands for an ID number."""

from typing import Any, Final

import msgspec

#: Fields of events that hold ciphertext, or a text by which a person's number is found again (docs/decisions/0013).
SEALED: Final = frozenset({"personal", "sealed", "number_token", "number_tokens", "former_token"})


def shown(value: Any) -> Any:
    """Structs as plain data for JSON, without the sealed fields at any depth."""
    return _without(msgspec.to_builtins(value, str_keys=True))


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without(one) for name, one in value.items() if name not in SEALED}
    return [_without(one) for one in value] if isinstance(value, list | tuple) else value
