"""Applying: lines of a batch in groups, each group one command whose answer says what became of every line."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

from identity.feeds.commands.known import Known, NewPerson
from identity.feeds.commands.named import differs
from identity.feeds.domain.batch import Batch, BatchKind
from identity.feeds.domain.belonging import check_belongs
from identity.feeds.domain.county_lists import CountyLists, moved_instead
from identity.feeds.domain.handling import Handling
from identity.feeds.domain.lines import Barrier, Line, Receipt, prefix_of_area
from identity.feeds.domain.places import check_division, is_former
from identity.feeds.domain.row import FeedRow, FileDescription
from identity.feeds.domain.row_warnings import NAME_DIFFERS, Seen, warned
from identity.intake.domain import both
from identity.persons.domain import person
from identity.persons.domain.categories import Category
from identity.persons.domain.corrections import DECIDER as CORRECTIONS
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import EndReason, Membership
from identity.persons.domain.moving import move
from identity.persons.domain.owners import PLATFORM_OWNERS, Owners
from identity.persons.domain.person import DECIDER, RecordDeath
from identity.persons.domain.statement import Statement, Superseded, registered_with, stated_at, take
from kernel.values.china_time import china_date
from kernel.values.division_table import own_zones
from kernel.values.refusals import Refused
from kernel.writing.event_store import Stream, StreamAppend

_PERSONS: Final = uuid5(NAMESPACE_OID, "onestop/identity/person")


def person_id_of(token: str) -> str:
    """The id of a person who comes by a feed, the same for every row that names the person."""
    return str(uuid5(_PERSONS, token))


class Group:
    """Decides one group of lines; it lives inside one attempt of a command."""

    def __init__(self, batch: Batch, known: Known, barriers: Sequence[Barrier], handling: Handling) -> None:
        self._batch = batch
        self._handling = handling
        self._file = description_of(batch)
        self._known = known
        self._lists = CountyLists(batch, self._file, barriers)
        self._streams: dict[str, Stream] = {}
        self._states: dict[str, Entitlement | None] = {}
        self._events: dict[str, list[Any]] = {}
        self._besides: list[StreamAppend] = []
        self.receipts: list[Receipt] = []

    @property
    def appends(self) -> tuple[StreamAppend, ...]:
        """What the group writes."""
        people = [StreamAppend(self._streams[i], tuple(events)) for i, events in self._events.items() if events]
        return (*people, *self._besides)

    def line(self, line: Line, hashes: Mapping[int, str], rows: Mapping[int, FeedRow]) -> None:
        """Take a line: a row's statement, or the end of what a full list no longer names."""
        if line.row is None:
            self.ending(line)
        else:
            self.row(line, hashes[line.row], rows[line.row])

    def row(self, line: Line, number_hash: str, row: FeedRow) -> None:
        """Take a row's statement."""
        new = self._known.new.get(number_hash)
        person_id = self.person_of(number_hash)
        state = self.state(person_id)
        registered = self._known.names.get(person_id, row.name)
        another = state is not None and differs(registered, row.name)
        # Another office's wrong name bars nobody; but nobody is moved, or dies, under a name that is not theirs.
        if another and (row.died_on is not None or person_id not in self._known.named_by_others):
            self._refuse(line, Refused("ROW_NAME_DIFFERS", NAME_DIFFERS))
            return
        if state is not None and (dead := self._still_listed(row, state)) is not None:
            self.receipts.append(Receipt(line.line, "UNCHANGED", person_id, "ROW_OF_DECEASED", dead))
            return
        events: list[Any] = []
        is_newest = self._is_newest(state) and not another
        outside = self._is_outside(row.county)
        # A list says nothing about where people of other areas live.
        moves = state is not None and state.county != row.county and not outside and not another
        try:
            self._check_place(row.county, state)
            events += self._begins(line, row, new, state)
            outcome = self._statement(line, self._file.statement(row), row.county, person_id, events)
            if state is not None and moves:
                away, outcome = self._move(row, outcome, events, state)
                if away is not None:
                    self._keep(line, person_id, events, Receipt(line.line, outcome, person_id, "ROW_MOVED_AWAY", away))
                    return
            if row.died_on is not None:
                self._death(row.died_on, row.id_number.born_on, events, person_id)
            # The last step: a row that is refused leaves no household either.
            outcome = self._beside(line, state, events, outcome, outside=outside) if is_newest else outcome
        except Refused as refused:
            self._refuse(line, refused)
            return
        outcome = "REGISTERED" if state is None else outcome
        former = is_former(row.county, self._file.zones, self._file.today.year)
        seen = Seen(outside=outside, numbered=line.row in self._known.numbers, former=former, named_otherwise=another)
        self._keep(line, person_id, events, Receipt(line.line, outcome, person_id, *warned(row, seen)))

    def _is_outside(self, county: str) -> bool:
        return not county.startswith(prefix_of_area(self._batch.area))

    def _check_place(self, county: str, state: Entitlement | None) -> None:
        """Refuse a row by where its person lives: ROW_DIVISION_FOREIGN, ROW_APPROVAL_MISSING."""
        if state is not None and self._batch.kind is BatchKind.DELTA:
            # The row may say another county than the one where the person is registered.
            check_division(self._batch.divisions, state.county)
        lives = None if state is None else state.county
        self._handling.check(county, outside=self._is_outside(county), lives=lives)

    def _begins(self, line: Line, row: FeedRow, new: NewPerson | None, state: Entitlement | None) -> Sequence[Any]:
        """What comes before a row's statement, if it may be: a registration, or the number of a baby without one."""
        told = None if state is None else self._known.facts.get(state.person_id)
        check_belongs(row, self._file.statement(row), state, told, self._file.today)
        if state is None:
            assert new is not None, "who is registered has a stream"
            by = self._batch.department.value
            return DECIDER.decide(self._known.registration(new, row.county, by), None)
        number = self._known.numbers.get(line.row or 0)
        return () if number is None else CORRECTIONS.decide(number, state)

    def _beside(self, line: Line, state: Entitlement | None, events: list[Any], outcome: str, *, outside: bool) -> str:
        """What a row says besides the membership: phone, address and card, the household and the township."""
        if (correction := self._known.corrections.get(line.row or 0)) is not None:
            events += CORRECTIONS.decide(correction, events[-1].entitlement if events else state)
        household = self._known.households.get(line.row or 0)
        township = self._known.townships.get(line.row or 0)
        # A list says nothing about where in their county people of other areas live.
        besides = [each for each in (household, None if outside else township) if each is not None]
        self._besides += besides
        return "CHANGED" if besides and outcome == "UNCHANGED" else outcome

    def _still_listed(self, row: FeedRow, state: Entitlement) -> str | None:
        """What to tell about somebody who died and whom the list goes on naming as it did; else None."""
        died_on = state.deceased_on
        if died_on is None or row.died_on is not None or (row.valid_to is not None and row.valid_to <= died_on):
            return None
        feed = self._batch.department, row.category
        if not any(m.feed == feed and m.valid_from == row.valid_from for m in state.memberships):
            return None
        return both(
            f"此人已于 {died_on} 登记死亡，请从名单中删去；如有误请更正死亡登记",
            f"this person died on {died_on}: take them off the list, or have the death corrected",
        )

    def _is_newest(self, state: Entitlement | None) -> bool:
        """Whether the department has said nothing of a person since the batch."""
        own = [m for m in (state.memberships if state else ()) if m.department is self._batch.department]
        return all(m.stated < self._file.stated for m in own)

    def _keep(self, line: Line, person_id: str, events: Sequence[Any], receipt: Receipt) -> None:
        assert receipt.line == line.line
        self._take(person_id, events)
        self.receipts.append(receipt)

    def _move(self, row: FeedRow, outcome: str, events: list[Any], state: Entitlement) -> tuple[str | None, str]:
        """Somebody of another county moves; or stays, and what the county is told of that comes first."""
        now = events[-1].entitlement if events else state
        statement = self._file.statement(row)
        if outcome == "SUPERSEDED":
            if not self._lists.stops(statement, row.county):
                events += self._lists.named(statement, row.county, now)
            return None, outcome
        away = self._lists.away(state, self.events_of(state.person_id)[1], row.county)
        if away is not None:
            events += self._lists.named(statement, row.county, now)
            return away, outcome
        events += self._lists.moves(row.category, row.county, now)
        return None, "MOVED"

    def ending(self, line: Line) -> None:
        """End what a full list no longer names: the day of the list is the last one (R-JY-15, AMB-E9)."""
        assert line.person_id is not None
        assert line.membership_id is not None
        state = self.state(line.person_id)
        assert state is not None, "a membership that stands has a person"
        held = state.membership(line.membership_id)
        if held.stated == self._file.stated:
            # Another line of the list has just said so: of a baby that it names by the own number now.
            self.receipts.append(Receipt(line.line, "UNCHANGED", line.person_id))
            return
        statement = _ended(self._batch, self._file, held)
        events: list[Any] = []
        try:
            self._handling.check(state.county, outside=self._is_outside(state.county))
            if (county := self._lists.elsewhere(held, state, self.events_of(line.person_id)[1])) is not None:
                self._take(line.person_id, move(state, county, self._batch.department.value))
                told = moved_instead(county)
                self.receipts.append(Receipt(line.line, "MOVED_AWAY", line.person_id, "ROW_MOVED_INSTEAD", told))
                return
            outcome = self._statement(line, statement, state.county, line.person_id, events)
        except Refused as refused:
            self._refuse(line, refused)
            return
        self._take(line.person_id, events)
        outcome = "ENDED" if outcome == "CHANGED" else outcome
        self.receipts.append(Receipt(line.line, outcome, line.person_id))

    def _statement(self, line: Line, statement: Statement, county: str, person_id: str, events: list[Any]) -> str:
        if self._lists.stops(statement, county):
            return "SUPERSEDED"
        state = events[-1].entitlement if events else self.state(person_id)
        assert state is not None
        statement = self._lists.timed(statement, county, state)
        if state.deceased_on is not None and statement.valid_from > state.deceased_on:
            raise Refused("PERSON_DECEASED", f"the person died on {state.deceased_on}")
        found = take(statement, state, str(uuid5(_PERSONS, f"{self._batch.batch_id}/{line.line}")))
        if isinstance(found, Superseded):
            return "SUPERSEDED"
        if events and isinstance(events[-1], person.PersonRegistered):
            # Whom the list brings in is registered with what it says of them.
            (first,) = found
            assert isinstance(first, person.MembershipAsserted), "of somebody new nothing was said before"
            events[-1:] = [registered_with(events[-1], first)]
        else:
            events += found
        if not found:
            return "UNCHANGED"
        return "ADDED" if any(isinstance(event, person.MembershipAsserted) for event in found) else "CHANGED"

    def _death(self, died_on: date, born_on: date, events: list[Any], person_id: str) -> None:
        state = events[-1].entitlement if events else self.state(person_id)
        death = RecordDeath(died_on, self._batch.department.value, born_on, self._file.today)
        events += DECIDER.decide(death, state)

    def person_of(self, number_hash: str) -> str:
        """Whom a number stands for."""
        new = self._known.new.get(number_hash)
        return self._known.persons[number_hash] if new is None else new.person_id

    def events_of(self, person_id: str) -> tuple[Stream, Sequence[Any]]:
        """A person's stream with what the group adds to it."""
        stream, past = self._known.streams.get(person_id, (Stream(f"person/{person_id}"), ()))
        return stream, (*past, *self._events.get(person_id, ()))

    def state(self, person_id: str) -> Entitlement | None:
        """How a person stands after the lines so far."""
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
        valid_to=china_date(batch.as_of),
        group=held.group,
        poverty_status=held.poverty_status,
        exit_date=held.exit_date,
        reason=EndReason.REMOVED if held.category is Category.REGISTERED_POOR else EndReason.STOPPED,
        evidence=file.evidence,
        stated=file.stated,
    )


def description_of(batch: Batch, owners: Owners = PLATFORM_OWNERS) -> FileDescription:
    """What holds for every row of a batch; whose list says a category is asked when a row is read."""
    return FileDescription(
        department=batch.department,
        category=batch.category,
        group=batch.group,
        area=batch.area,
        evidence=f"feed {batch.number}",
        stated=stated_at(batch.as_of, batch.number, batch.received_at),
        today=china_date(batch.received_at),
        divisions=batch.divisions,
        zones=own_zones(),
        owners=owners,
    )
