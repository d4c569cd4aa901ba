"""A JSON object that names a member twice is refused: of two amounts, nobody may pick one in silence (R-LY-01)."""

import json
from typing import Any, Final

from kernel.http.problems import ProblemError

_NAME_SHOWN_MAX: Final = 40


def check_named_once(content: bytes) -> None:
    """Raise DUPLICATE_FIELD where an object of the JSON text ``content`` has a name twice.

    JSON itself leaves open which of the two counts (RFC 8259, section 4), and readers differ. Raises RecursionError
    where the nesting is too deep to be looked into.
    """
    # Numbers stay text: how they read is the decoder's business, and a very long one is no failure here.
    json.loads(content, object_pairs_hook=_once, parse_int=str, parse_float=str)


def _once(members: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in members}) == len(members):
        return
    names = [name for name, _ in members]
    twice = next(name for at, name in enumerate(names) if name in names[:at])[:_NAME_SHOWN_MAX]
    detail = f"the body names {twice!r} twice in one object; it must stand there once"
    raise ProblemError("DUPLICATE_FIELD", 422, detail, about={"field": twice})
