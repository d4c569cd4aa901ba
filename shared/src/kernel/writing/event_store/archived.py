"""Events that are not at hand: their archive was detached, and only operations can bring it back."""

from typing import Any, ClassVar, Final

import asyncpg

from kernel.values.refusals import RefusalKind, Refused

_CODE: Final = "EVENTS_ARCHIVED"


class ArchivedError(Refused, asyncpg.PostgresError):  # type: ignore[misc] # the server sends no detail of its own
    """What the database says with OS003, as the refusal that it is (EVENTS_ARCHIVED): to a caller, and to an inbox."""

    sqlstate: ClassVar[str] = "OS003"  # asyncpg raises this class for it

    def __init__(self, detail: str = "", *_more: Any) -> None:
        super().__init__(_CODE, detail, kind=RefusalKind.CONFLICT)


def at_hand_sql(stream_id: str) -> str:
    """A condition that holds, or raises ArchivedError; ``stream_id`` is an SQL expression.

    It looks at nothing more than an index, which is empty where nothing was archived.
    """
    # A scalar question, which is asked by key: EXISTS might be answered from a hash of all that was ever archived.
    asked = f"SELECT at_hand(x.stream_id) FROM archived_streams x WHERE x.stream_id = {stream_id} LIMIT 1"
    return f"COALESCE(({asked}), true)"


def any_away_sql(entries: str) -> str:
    """Whether the events of some entries are not at hand; ``entries`` is a table with the column ``pos``."""
    return f"""(EXISTS (SELECT FROM archives WHERE detached_at IS NOT NULL) AND EXISTS (
  SELECT FROM {entries} n JOIN archived_entries x ON x.pos = n.pos JOIN archives a ON a.name = x.archive
  WHERE a.detached_at IS NOT NULL))"""
