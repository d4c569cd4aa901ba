"""Applying: lines of a batch in groups, each group one command whose answer says what became of every line."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

import msgspec

from identity.feeds.domain.feed import Batch
from identity.feeds.domain.lines import Barrier, Line, Receipt
from identity.feeds.domain.row import FeedRow, FileDescription, check_division
from identity.persons.domain import person
from identity.persons.domain.categories import Category
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import EndReason, Membership
from identity.persons.domain.person import DECIDER, RecordDeath, RegisterPerson, SealedPersonalData
from identity.persons.domain.statement import Statement, Superseded, stated_at, take
from kernel.values.china_time import china_date
from kernel.values.refusals import Refused
from kernel.writing.event_store import Stream, StreamAppend

_ONE_DAY: Final = timedelta(days=1)
_PERSONS: Final = uuid5(NAMESPACE_OID, "onestop/identity/person")


class NewPerson(msgspec.Struct, frozen=True):
    """A person whom nobody registered yet, and the token that stands for the ID number."""

    person_id: str
    token: str


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a group's people: registered and new ones by their number's hash, streams, names, new data."""

    persons: Mapping[str, str]
    streams: Mapping[str, tuple[Stream, Sequence[Any]]]
    names: Mapping[str, str]
    new: Mapping[str, NewPerson]
    sealed: Mapping[str, SealedPersonalData]


def person_id_of(token: str) -> str:
    """The id of a person who comes by a feed, the same for every row that names the person."""
    return str(uuid5(_PERSONS, token))


class Group:
    """Decides one group of lines; it lives inside one attempt of a command."""

    def __init__(self, batch: Batch, known: Known, barriers: Sequence[Barrier]) -> None:
        self._batch = batch
        self._file = description_of(batch)
        self._known = known
        self._barriers = barriers
        self._streams: dict[str, Stream] = {}
        self._states: dict[str, Entitlement | None] = {}
        self._events: dict[str, list[Any]] = {}
        self.receipts: list[Receipt] = []

    @property
    def appends(self) -> tuple[StreamAppend, ...]:
        """What the group writes."""
        return tuple(StreamAppend(self._streams[i], tuple(events)) for i, events in self._events.items() if events)

    def row(self, line: Line, number_hash: str, row: FeedRow) -> None:
        """Take a row's statement."""
        new = self._known.new.get(number_hash)
        person_id = self._known.persons[number_hash] if new is None else new.person_id
        state = self._state(person_id)
        if state is not None and self._known.names.get(person_id, row.name) != row.name:
            self._refuse(line, Refused("ROW_NAME_DIFFERS", "this ID number is registered under another name"))
            return
        events: list[Any] = []
        try:
            if state is not None:
                # The row may say another county than the one where the person is registered.
                check_division(self._batch.divisions, state.county)
            if state is None:
                assert new is not None, "who is registered has a stream"
                events += DECIDER.decide(self._registration(new, row), None)
            outcome = self._statement(line, self._file.statement(row), row.county, person_id, events)
            if row.died_on is not None:
                self._death(row.died_on, row.id_number.born_on, events, person_id)
        except Refused as refused:
            self._refuse(line, refused)
            return
        self._take(person_id, events)
        self.receipts.append(Receipt(line.line, "REGISTERED" if state is None else outcome, person_id))

    def _registration(self, new: NewPerson, row: FeedRow) -> RegisterPerson:
        sealed = self._known.sealed[new.person_id]
        return RegisterPerson(new.person_id, row.county, new.token, sealed, self._batch.department.value)

    def ending(self, line: Line) -> None:
        """End what a full list no longer names, on the day before it."""
        assert line.person_id is not None
        assert line.membership_id is not None
        state = self._state(line.person_id)
        assert state is not None, "a membership that stands has a person"
        held = state.membership(line.membership_id)
        statement = _ended(self._batch, self._file, held)
        events: list[Any] = []
        try:
            outcome = self._statement(line, statement, state.county, line.person_id, events)
        except Refused as refused:
            self._refuse(line, refused)
            return
        self._take(line.person_id, events)
        outcome = "ENDED" if outcome == "CHANGED" else outcome
        self.receipts.append(Receipt(line.line, outcome, line.person_id))

    def _statement(self, line: Line, statement: Statement, county: str, person_id: str, events: list[Any]) -> str:
        if any(barrier.stops(statement, county) for barrier in self._barriers):
            return "SUPERSEDED"
        state = events[-1].entitlement if events else self._state(person_id)
        assert state is not None
        if state.deceased_on is not None and statement.valid_from > state.deceased_on:
            raise Refused("PERSON_DECEASED", f"the person died on {state.deceased_on}")
        found = take(statement, state, str(uuid5(_PERSONS, f"{self._batch.batch_id}/{line.line}")))
        if isinstance(found, Superseded):
            return "SUPERSEDED"
        events += found
        if not found:
            return "UNCHANGED"
        return "ADDED" if any(isinstance(event, person.MembershipAsserted) for event in found) else "CHANGED"

    def _death(self, died_on: date, born_on: date, events: list[Any], person_id: str) -> None:
        state = events[-1].entitlement if events else self._state(person_id)
        death = RecordDeath(died_on, self._batch.department.value, born_on, self._file.today)
        events += DECIDER.decide(death, state)

    def _state(self, person_id: str) -> Entitlement | None:
        if person_id not in self._states:
            stream, past = self._known.streams.get(person_id, (Stream(f"person/{person_id}"), ()))
            self._streams[person_id] = stream
            self._states[person_id] = DECIDER.fold(past)
            self._events[person_id] = []
        return self._states[person_id]

    def _take(self, person_id: str, events: Sequence[Any]) -> None:
        if events:
            self._states[person_id] = events[-1].entitlement
            self._events[person_id] += events

    def _refuse(self, line: Line, refused: Refused) -> None:
        self.receipts.append(Receipt(line.line, "REFUSED", line.person_id, refused.code, refused.detail))


def _ended(batch: Batch, file: FileDescription, held: Membership) -> Statement:
    return Statement(
        department=held.department,
        category=held.category,
        valid_from=held.valid_from,
        valid_to=china_date(batch.as_of) - _ONE_DAY,
        group=held.group,
        poverty_status=held.poverty_status,
        exit_date=held.exit_date,
        reason=EndReason.REMOVED if held.category is Category.REGISTERED_POOR else EndReason.STOPPED,
        evidence=file.evidence,
        stated=file.stated,
    )


def description_of(batch: Batch) -> FileDescription:
    """What holds for every row of a batch."""
    return FileDescription(
        department=batch.department,
        category=batch.category,
        evidence=f"feed {batch.number}",
        stated=stated_at(batch.as_of, batch.number),
        today=china_date(batch.received_at),
        divisions=batch.divisions,
    )
