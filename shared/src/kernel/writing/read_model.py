"""A service's read model: per topic, which rows each event leaves; joined, and checked against the registry."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import MetaData, Table

from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store import RecordedEvent
from kernel.writing.event_store.schema import KERNEL_METADATA
from kernel.writing.read_tables import Change, put_of

#: The rows that one kind of event leaves in a topic's tables: a pure function of the event and its place.
Rows: TypeAlias = Callable[[RecordedEvent], Iterable[Change]]
#: A topic's projection.
RowsByEvent: TypeAlias = Mapping[type, Rows]
#: The same for what another service tells: the rows that each kind of message leaves. Other kinds leave none.
RowsByMessage: TypeAlias = Mapping[type, Callable[[Any], Iterable[Change]]]


def no_rows(_recorded: RecordedEvent) -> Iterable[Change]:
    """The rows of an event that leaves none, said on purpose."""
    return ()


def one_row(table: Table, part: str | None = None) -> Rows:
    """The row of an event that is one, or has one as ``part``: its fields are named as the table's columns."""

    def rows(recorded: RecordedEvent) -> Iterable[Change]:
        yield put_of(recorded.event if part is None else getattr(recorded.event, part), table)

    return rows


class ReadModel:
    """The projections of a service's topics as one.

    Raises ValueError when it is made: for an event of the registry that no topic has an entry for, and for an entry
    that is no event of the registry. So an event without rows is seen at the start, and never a silent nothing.
    ``not_rebuilt`` are tables that do not follow from events: sources of their own, and working tables. Of these
    ``derived`` are kept by the database itself and follow from other tables, each by a question that gives its rows.
    """

    def __init__(
        self,
        registry: EventRegistry,
        tables: Sequence[MetaData],
        topics: Iterable[RowsByEvent],
        not_rebuilt: Sequence[MetaData] = (),
        derived: Mapping[Table, str] | None = None,
    ) -> None:
        #: For Alembic: the kernel's tables and the topics'.
        self.metadata: tuple[MetaData, ...] = (KERNEL_METADATA, *tables, *not_rebuilt)
        self._rebuilt = tuple(tables)
        self._derived = dict(derived or {})
        self._rows: dict[type, tuple[Rows, ...]] = {}
        for topic in topics:
            for event_class, rows in topic.items():
                self._rows[event_class] = (*self._rows.get(event_class, ()), rows)
        known = set(registry.classes.values())
        _check("have no rows in any topic: say no_rows where that is meant", known - self._rows.keys())
        _check("have rows and no stored name in event_types.py", self._rows.keys() - known)

    def project(self, recorded: RecordedEvent) -> Iterator[Change]:
        """The rows that are written together with an event."""
        for rows in self._rows[type(recorded.event)]:
            yield from rows(recorded)

    @property
    def tables(self) -> list[Table]:
        """The tables that replay rebuilds, in the order of their names."""
        of_events = [table for one in self._rebuilt for table in one.tables.values()]
        return sorted((*of_events, *self._derived), key=lambda table: table.name)

    @property
    def derived(self) -> dict[str, str]:
        """By the names of tables that follow from others, the statement that fills an empty one."""
        return {
            table.name: f"INSERT INTO {table.name} ({', '.join(table.columns.keys())}) {question}"
            for table, question in self._derived.items()
        }


def _check(what: str, classes: Iterable[Any]) -> None:
    names = sorted(each.__name__ for each in classes)
    if names:
        raise ValueError(f"{', '.join(names)} {what}")
