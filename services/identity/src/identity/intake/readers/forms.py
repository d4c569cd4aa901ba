"""Forms: what the rows of a kind of file are, and how each is read from its cells."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Generic, TypeAlias, TypeVar

import msgspec

from identity.intake.readers.layout import Layout

RowT = TypeVar("RowT")


class Form(msgspec.Struct, Generic[RowT], frozen=True):
    """How a kind of file is read: ``read`` makes a row of cells, or raises Refused."""

    kind: type[RowT]
    layout: Layout
    read: Callable[[Mapping[str, str]], RowT]
    today: date


#: Makes a form where a file is read. A module-level function with its arguments (functools.partial), so that it can be
#: named to the process that reads.
FormMaker: TypeAlias = Callable[[], Form[RowT]]
