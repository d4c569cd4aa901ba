"""Annulment: a registration made by error, on which nothing rests, is taken back."""

from enum import StrEnum

import msgspec

from identity.persons.domain.entitlement import Entitlement
from kernel.values.refusals import conflict


class AnnulmentReason(StrEnum):
    """Why a registration should never have been."""

    WRONG_NUMBER = "WRONG_NUMBER"
    NO_SUCH_PERSON = "NO_SUCH_PERSON"
    TEST_ENTRY = "TEST_ENTRY"


class AnnulRegistration(msgspec.Struct, frozen=True):
    """Take a registration back. ``resting`` names what rests on it outside the person's own stream."""

    reason: AnnulmentReason
    resting: tuple[str, ...]
    annulled_by: str


class RegistrationAnnulled(msgspec.Struct, frozen=True):
    """The record stands for nobody; its ID number is free again."""

    reason: AnnulmentReason
    annulled_by: str
    entitlement: Entitlement


def annul(command: AnnulRegistration, person: Entitlement) -> RegistrationAnnulled:
    """Take a registration back; raises Refused PERSON_IN_USE where anything rests on it."""
    person.check_stands()
    resting = [*command.resting]
    resting += ["memberships"] * bool(person.memberships) + ["enrolments"] * bool(person.enrolments)
    resting += ["certifications"] * bool(person.certifications) + ["a death"] * (person.deceased_on is not None)
    if resting:
        detail = f"{', '.join(resting)} rest on this registration: correct the person, or merge two records"
        raise conflict("PERSON_IN_USE", detail)
    after = msgspec.structs.replace(person, revision=person.revision + 1, annulled=True)
    return RegistrationAnnulled(command.reason, command.annulled_by, after)
