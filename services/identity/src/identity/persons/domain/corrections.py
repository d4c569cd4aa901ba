"""Corrections of a person: a name, a number or a day of death that was written down wrongly, or has changed."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

import msgspec

from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.person import SealedPersonalData, State, check_death_date, known
from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict


class DataCorrectionReason(StrEnum):
    """Why personal data are written anew."""

    ENTERED_WRONGLY = "ENTERED_WRONGLY"
    CHANGED = "CHANGED"


class DeathCorrectionReason(StrEnum):
    """Why a recorded death is written anew."""

    DATE_WRONG = "DATE_WRONG"
    NOT_DEAD = "NOT_DEAD"


class PersonalRecord(msgspec.Struct, frozen=True):
    """A person's data whole, sealed, with the token of the ID number in force and who registered them."""

    number_token: str
    personal: SealedPersonalData
    registered_by: str


# Commands


class CorrectPersonalData(msgspec.Struct, frozen=True):
    """The record should read like this; ``fields`` names what differs, without saying how."""

    record: PersonalRecord
    fields: tuple[str, ...]
    reason: DataCorrectionReason
    corrected_by: str


class CorrectIdNumber(msgspec.Struct, frozen=True):
    """The person has another ID number; the former one goes on leading to them. ``born_on`` is the new number's."""

    record: PersonalRecord
    former_token: str
    born_on: date
    reason: DataCorrectionReason
    corrected_by: str


class CorrectDeath(msgspec.Struct, frozen=True, kw_only=True):
    """The person died on another day, or is not dead (``died_on`` is None); ``evidence`` names the paper."""

    died_on: date | None
    reason: DeathCorrectionReason
    evidence: str
    corrected_by: str
    born_on: date | None
    today: date


Command: TypeAlias = CorrectPersonalData | CorrectIdNumber | CorrectDeath


# Events


class PersonalDataCorrected(msgspec.Struct, frozen=True):
    record: PersonalRecord
    fields: tuple[str, ...]
    reason: DataCorrectionReason
    corrected_by: str
    entitlement: Entitlement


class IdNumberCorrected(msgspec.Struct, frozen=True):
    record: PersonalRecord
    former_token: str
    reason: DataCorrectionReason
    corrected_by: str
    entitlement: Entitlement


class DeathCorrected(msgspec.Struct, frozen=True):
    formerly: date
    reason: DeathCorrectionReason
    evidence: str
    corrected_by: str
    entitlement: Entitlement


Event: TypeAlias = PersonalDataCorrected | IdNumberCorrected | DeathCorrected


def decide(command: Command, state: State) -> Sequence[Event]:
    """What a correction brings about; nothing where all is so already. Raises Refused."""
    person = known(state)
    match command:
        case CorrectPersonalData(record, fields, reason, by):
            return [PersonalDataCorrected(record, fields, reason, by, person.corrected())] if fields else []
        case CorrectIdNumber():
            return _correct_number(command, person)
        case CorrectDeath():
            return _correct_death(command, person)
        case _:
            assert_never(command)


#: Each event says the entitlement after it itself.
DECIDER: Final[Decider[Command, State, Event]] = Decider(None, decide, lambda _state, event: event.entitlement)


def _correct_number(command: CorrectIdNumber, state: Entitlement) -> Sequence[Event]:
    if command.record.number_token == command.former_token:
        return []
    earliest = min((membership.valid_from for membership in state.memberships), default=None)
    if earliest is not None and earliest < command.born_on:
        raise Refused("BEFORE_BIRTH", f"a membership from {earliest} is before the birth date in the new number")
    if state.deceased_on is not None and state.deceased_on < command.born_on:
        raise Refused("BEFORE_BIRTH", "the recorded death is before the birth date in the new number")
    record, former, by = command.record, command.former_token, command.corrected_by
    return [IdNumberCorrected(record, former, command.reason, by, state.numbered(command.born_on))]


def _correct_death(command: CorrectDeath, state: Entitlement) -> Sequence[Event]:
    if (command.died_on is None) != (command.reason is DeathCorrectionReason.NOT_DEAD):
        raise Refused("DEATH_REASON_DISAGREES", "NOT_DEAD has no day; a wrong date needs the right one")
    if state.deceased_on is None:
        raise conflict("DEATH_UNKNOWN", "no death was recorded, so there is none to correct")
    if command.died_on == state.deceased_on:
        return []
    if command.died_on is not None:
        check_death_date(command.died_on, command.born_on, command.today)
    after = state.with_death(command.died_on)
    return [DeathCorrected(state.deceased_on, command.reason, command.evidence, command.corrected_by, after)]
