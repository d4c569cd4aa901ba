"""What a document says of each operation beyond its types: codes that it may answer with, requests with their replies.

A generated file in each service's package (`onestop generate`), which is read when somebody asks for the document.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

FILE: Final = "operations.json"


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it was played, and the reply that it got."""

    title: str
    status: int
    request: Any = None
    reply: Any = None


class Described(msgspec.Struct, frozen=True, omit_defaults=True):
    """One operation."""

    codes: Sequence[str]
    examples: Sequence[Example] = ()


#: Method and path of an operation, such as ``POST /v1/encounters``.
Descriptions = Mapping[str, Described]


@cache
def described_in(package: str) -> Descriptions:
    """What the package's file says; nothing where it has none."""
    file = files(package) / FILE
    return msgspec.json.decode(file.read_bytes(), type=dict[str, Described]) if file.is_file() else {}
