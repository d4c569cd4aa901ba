"""The person: registered once, then entitled by what departments say about them."""

from collections.abc import Sequence
from datetime import date
from typing import Final, TypeAlias, assert_never

import msgspec

from identity.persons.domain.categories import Department, Group, PovertyStatus
from identity.persons.domain.enrolment import Enrolment, check_enrolment
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.group_ages import check_age
from identity.persons.domain.membership import (
    CorrectionReason,
    EndReason,
    Evidence,
    Membership,
    check_coherent,
    dates_out_of_order,
)
from identity.persons.domain.owners import PLATFORM_OWNERS, Owners, not_owned
from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict, not_found


class SealedPersonalData(msgspec.Struct, frozen=True):
    """Personal data as base64 of ciphertext under the person's own key; unreadable once that key is destroyed."""

    id_number: str
    name: str
    phone: str | None = None
    address: str | None = None
    card_number: str | None = None


# Commands


class RegisterPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Take a person in. ``number_token`` stands for the ID number, and says nothing once it is forgotten.

    ``born_in`` is the year of birth, None where it is not told to others.
    """

    person_id: str
    county: str
    number_token: str
    personal: SealedPersonalData
    registered_by: str
    born_in: int | None = None


class AssertMembership(msgspec.Struct, frozen=True):
    """A department says that the person belongs to a category. ``born_on`` is None for a forgotten person."""

    membership: Membership
    born_on: date | None
    owners: Owners = PLATFORM_OWNERS


class EndMembership(msgspec.Struct, frozen=True):
    """The membership holds on ``last_day`` for the last time."""

    department: Department
    membership_id: str
    last_day: date
    reason: EndReason
    stated: str = ""


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """A membership as it should read, whole; what is left out is empty afterwards."""

    reason: CorrectionReason
    valid_from: date
    evidence: Evidence
    valid_to: date | None = None
    group: Group | None = None
    poverty_status: PovertyStatus | None = None
    exit_date: date | None = None


_WORDING: Final = tuple(name for name in Correction.__struct_fields__ if name != "reason")


class CorrectMembership(Correction, frozen=True, kw_only=True):
    """The membership should read like this; its department and category never change."""

    department: Department
    membership_id: str
    born_on: date | None
    stated: str = ""
    owners: Owners = PLATFORM_OWNERS


class Enrol(msgspec.Struct, frozen=True):
    """The person is insured in an area and year, or a step of that enrolment was taken."""

    enrolment: Enrolment
    today: date


class RecordDeath(msgspec.Struct, frozen=True):
    """The person died."""

    died_on: date
    reported_by: str
    born_on: date | None
    today: date


Command: TypeAlias = RegisterPerson | AssertMembership | EndMembership | CorrectMembership | Enrol | RecordDeath


# Events: each carries the entitlement that it leads to.


class PersonRegistered(msgspec.Struct, frozen=True):
    """Whom a list brings in has the list's membership from the first; whom an official takes in has none yet."""

    number_token: str
    personal: SealedPersonalData
    registered_by: str
    entitlement: Entitlement


class MembershipAsserted(msgspec.Struct, frozen=True):
    membership_id: str
    entitlement: Entitlement


class MembershipEnded(msgspec.Struct, frozen=True):
    membership_id: str
    reason: EndReason
    entitlement: Entitlement


class MembershipCorrected(msgspec.Struct, frozen=True):
    membership_id: str
    reason: CorrectionReason
    entitlement: Entitlement


class PersonEnrolled(msgspec.Struct, frozen=True):
    enrolment: Enrolment
    entitlement: Entitlement


class DeathRecorded(msgspec.Struct, frozen=True):
    reported_by: str
    entitlement: Entitlement


Event: TypeAlias = (
    PersonRegistered | MembershipAsserted | MembershipEnded | MembershipCorrected | PersonEnrolled | DeathRecorded
)
State: TypeAlias = Entitlement | None


def decide(command: Command, state: State) -> Sequence[Event]:
    """What the command brings about; raises Refused."""
    if isinstance(command, RegisterPerson):
        return _register(command, state)
    person = standing(state)
    match command:
        case AssertMembership():
            return _assert(command, person)
        case EndMembership():
            return _end(command, person)
        case CorrectMembership():
            return _correct(command, person)
        case Enrol():
            return _enrol(command, person)
        case RecordDeath():
            return _record_death(command, person)
        case _:
            assert_never(command)


#: Each event says the entitlement after it itself.
DECIDER: Final[Decider[Command, State, Event]] = Decider(None, decide, lambda _state, event: event.entitlement)


def _register(command: RegisterPerson, state: State) -> Sequence[Event]:
    if state is not None:
        raise person_already_registered()
    entitlement = Entitlement(person_id=command.person_id, revision=1, county=command.county, born_in=command.born_in)
    return [PersonRegistered(command.number_token, command.personal, command.registered_by, entitlement)]


def _assert(command: AssertMembership, state: Entitlement) -> Sequence[Event]:
    membership = command.membership
    command.owners.check(membership.department, membership.category, membership.group, state.county)
    check_coherent(membership)
    _check_within_life(membership, command.born_on, state.deceased_on)
    return [MembershipAsserted(membership.membership_id, state.with_membership(membership))]


def _end(command: EndMembership, state: Entitlement) -> Sequence[Event]:
    held = state.membership(command.membership_id)
    _check_own(command.department, held)
    if command.last_day < held.valid_from:
        raise dates_out_of_order("last_day", command.last_day, "valid_from", held.valid_from)
    if held.valid_to is not None and command.last_day >= held.valid_to:
        detail = f"this membership already ends on {held.valid_to}; to move that day, correct it"
        raise conflict("MEMBERSHIP_ENDED", detail)
    ended = msgspec.structs.replace(held, valid_to=command.last_day, stated=command.stated)
    return [MembershipEnded(held.membership_id, command.reason, state.with_membership(ended))]


def _correct(command: CorrectMembership, state: Entitlement) -> Sequence[Event]:
    held = state.membership(command.membership_id)
    corrected = msgspec.structs.replace(held, **{name: getattr(command, name) for name in _WORDING})
    _check_own(command.department, held)
    check_coherent(corrected)
    # Who said it puts its own word right, also where another office says the category by now.
    if (corrected.category, corrected.group) != (held.category, held.group):
        command.owners.check(command.department, corrected.category, corrected.group, state.county)
    _check_within_life(corrected, command.born_on, state.deceased_on)
    if corrected == held:
        return []
    corrected = msgspec.structs.replace(corrected, stated=command.stated)
    return [MembershipCorrected(held.membership_id, command.reason, state.with_membership(corrected))]


def _check_own(department: Department, held: Membership) -> None:
    """Refuse a change of what another department said: whose list it was may have been another before."""
    if department is not held.department:
        raise not_owned(department, held.category, held.group, held.department)


def _enrol(command: Enrol, state: Entitlement) -> Sequence[Event]:
    check_enrolment(command.enrolment, today=command.today)
    held = state.enrolment(command.enrolment.key)
    enrolment = command.enrolment if held is None else held.completed_by(command.enrolment)
    if state.deceased_on is not None and enrolment.year > state.deceased_on.year:
        raise _person_deceased(state.deceased_on)
    if enrolment == held:
        return []
    return [PersonEnrolled(enrolment, state.with_enrolment(enrolment))]


def _record_death(command: RecordDeath, state: Entitlement) -> Sequence[Event]:
    check_death_date(command.died_on, command.born_on, command.today)
    if state.deceased_on == command.died_on:
        return []  # Two departments may report the same death.
    if state.deceased_on is not None:
        detail = f"the death was recorded for {state.deceased_on}, not for {command.died_on}: settle which is right"
        raise conflict("DEATH_DATE_DISAGREES", detail)
    return [DeathRecorded(command.reported_by, state.with_death(command.died_on))]


def check_death_date(died_on: date, born_on: date | None, today: date) -> None:
    """Refuse a day of death that is still to come, or before birth."""
    if died_on > today:
        raise Refused("DATE_IN_FUTURE", f"died_on {died_on} is after today, {today}")
    if born_on is not None and died_on < born_on:
        raise Refused("BEFORE_BIRTH", "died_on is before the person was born")


def _check_within_life(membership: Membership, born_on: date | None, deceased_on: date | None) -> None:
    if born_on is not None and membership.valid_from < born_on:
        raise Refused("BEFORE_BIRTH", f"valid_from {membership.valid_from} is before the person was born")
    if born_on is not None:
        check_age(membership.group, born_on, membership.judged_on)
    if deceased_on is not None and membership.valid_from > deceased_on:
        raise _person_deceased(deceased_on)


def known(state: State) -> Entitlement:
    """The person; raises Refused PERSON_UNKNOWN."""
    if state is None:
        raise person_unknown()
    return state


def standing(state: State) -> Entitlement:
    """The person, whose record may change; raises Refused PERSON_UNKNOWN, PERSON_MERGED, PERSON_ANNULLED."""
    person = known(state)
    person.check_stands()
    return person


def person_unknown() -> Refused:
    """The refusal of a person nobody registered."""
    return not_found("PERSON_UNKNOWN", "no such person: register the person first")


def person_already_registered() -> Refused:
    """The refusal of a second registration under one ID number."""
    detail = "somebody is registered under this ID number: look the person up instead"
    return conflict("PERSON_ALREADY_REGISTERED", detail)


def _person_deceased(deceased_on: date) -> Refused:
    return conflict("PERSON_DECEASED", f"the person died on {deceased_on}")
