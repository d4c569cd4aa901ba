"""A clock that stands until a test sets it."""

from datetime import datetime


class SetClock:
    """Tells ``now``, which a test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now
