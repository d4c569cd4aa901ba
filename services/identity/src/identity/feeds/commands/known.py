"""What is known of a group's people before it is decided."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from identity.facts.domain.facts import Facts
from identity.persons.domain.corrections import CorrectIdNumber, CorrectPersonalData
from identity.persons.domain.person import RegisterPerson, SealedPersonalData
from kernel.writing.event_store import Stream, StreamAppend


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
    #: Whom some row names otherwise than another office registered them.
    named_by_others: frozenset[str] = frozenset()
    #: By new person, the year of birth that is told to others.
    births: Mapping[str, int] = {}
    #: By row, the own number of somebody who was registered as a baby without one.
    numbers: Mapping[int, CorrectIdNumber] = {}
    #: By row, what is to be written of the person's household.
    households: Mapping[int, StreamAppend] = {}
    #: By row, in which township the person is to be placed.
    townships: Mapping[int, StreamAppend] = {}
    #: By person, what was told beside memberships of whom a row says to be of low income.
    facts: Mapping[str, Facts] = {}
    #: By row, what is to be written anew of a known person.
    corrections: Mapping[int, CorrectPersonalData] = {}

    def registration(self, new: NewPerson, county: str, by: str) -> RegisterPerson:
        """Taking one of the new people in, where a department's row says so."""
        return RegisterPerson(
            person_id=new.person_id,
            county=county,
            number_token=new.token,
            personal=self.sealed[new.person_id],
            registered_by=by,
            born_in=self.births.get(new.person_id),
        )
