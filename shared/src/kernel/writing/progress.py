"""Progress: whom a background job tells that it gets on, or what holds it up while it tries again."""

from collections.abc import Callable
from typing import Final

import msgspec


class Progress(msgspec.Struct, frozen=True):
    """Two ears for one job's state. Cheap to tell often: who listens tells changes apart."""

    works: Callable[[], None]
    held_up: Callable[[BaseException], None]


UNHEARD: Final = Progress(works=lambda: None, held_up=lambda _error: None)
