"""People as identity told of them: whose record stands, what money decisions rest on, whom nobody may admit."""

from datetime import date
from functools import reduce
from typing import Final

import msgspec

from kernel.values.refusals import Refused, conflict, not_found
from law import Membership, Standing
from law.certificate import Certificate
from law.standing import Enrolment


class Life(msgspec.Struct, frozen=True):
    """From the year of birth to the day of death, as far as either was told."""

    born_in: int | None = None
    deceased_on: date | None = None


class PersonTold(msgspec.Struct, frozen=True, kw_only=True):
    """What identity last told of a person, as it lies in the read table."""

    memberships: tuple[Membership, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()
    deceased_on: date | None = None
    merged_into: str | None = None
    certifications: tuple[Certificate, ...] = ()
    annulled: bool = False
    born_in: int | None = None

    @property
    def life(self) -> Life:
        """Within which care can begin."""
        return Life(self.born_in, self.deceased_on)

    @property
    def standing(self) -> Standing:
        """The part of it that decisions about money use."""
        return Standing(self.memberships, self.enrolments)


class Who(msgspec.Struct, frozen=True):
    """A person as far as a bill rests on what identity told, and the revision of what it told."""

    standing: Standing
    certificates: tuple[Certificate, ...] = ()
    identity_revision: int | None = None
    deceased_on: date | None = None


class Days(msgspec.Struct, frozen=True):
    """A stretch of days, both ends counted."""

    first: date
    last: date

    def joined(self, other: "Days") -> "Days":
        """The stretch from the first to the last day of both."""
        return Days(min(self.first, other.first), max(self.last, other.last))


ALWAYS: Final = Days(date.min, date.max)


def days_changed(before: PersonTold, now: PersonTold) -> Days | None:
    """The days for which money decisions would find something else than before; None where they would not.

    A membership counts for stays that have a day in common with it, an enrolment for those that end in its year, a
    death for those that begin after it.
    """
    if (before.merged_into, before.annulled) != (now.merged_into, now.annulled):
        return ALWAYS
    memberships = set(before.memberships) ^ set(now.memberships)
    found = [Days(member.valid_from, member.valid_to or date.max) for member in memberships]
    years = {enrolment.year for enrolment in set(before.enrolments) ^ set(now.enrolments)}
    found += [Days(date(year, 1, 1), date(year, 12, 31)) for year in years]
    if before.deceased_on != now.deceased_on:
        found.append(Days(min(day for day in (before.deceased_on, now.deceased_on) if day), date.max))
    return reduce(Days.joined, found) if found else None


_decoder: Final = msgspec.json.Decoder(PersonTold)
_NOTHING: Final = PersonTold()


def person_told(entitlement: str | None) -> PersonTold:
    """What identity told, from the read table's text; nothing where it told of nobody."""
    return _NOTHING if entitlement is None else _decoder.decode(entitlement)


def check_record(person_id: str, told: PersonTold) -> None:
    """Refuse a record that stands for nobody: one that was merged away, or a registration that was an error."""
    if told.merged_into is not None:
        detail = f"the record {person_id} was merged into {told.merged_into}; admit the person under that one"
        raise conflict("PERSON_MERGED", detail, person=person_id, surviving=told.merged_into)
    if told.annulled:
        detail = f"the registration {person_id} was annulled with identity; look the person up again"
        raise conflict("PERSON_ANNULLED", detail, person=person_id)


def check_alive(person_id: str, life: Life, day: date) -> None:
    """Refuse what begins after the person's death, or in a year before the person's birth."""
    if life.deceased_on is not None and life.deceased_on < day:
        raise Refused("PERSON_DECEASED", f"person {person_id} is recorded as deceased on {life.deceased_on}")
    if life.born_in is not None and day.year < life.born_in:
        raise Refused("BEFORE_BIRTH", f"{day} is before person {person_id} was born; correct the day, or the person")


def person_unknown(person_id: str) -> Refused:
    """Identity has not told us of this person."""
    return not_found(
        "PERSON_UNKNOWN",
        f"person {person_id} is not known here; register the person with identity first, "
        "and try again in a moment if that has just been done",
        person=person_id,
    )
