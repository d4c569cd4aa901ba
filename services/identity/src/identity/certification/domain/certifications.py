"""Certifying and cancelling: decisions on a person's chronic diseases, in the person's own stream (003 三(八)-(九))."""

from collections.abc import Sequence
from datetime import date
from typing import Final, TypeAlias, assert_never

import msgspec

from identity.certification.domain.certifiers import Certifier, may_certify
from identity.persons.domain.certification import Certification
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import dates_out_of_order
from identity.persons.domain.person import person_unknown
from kernel.values.decider import Decider
from kernel.values.refusals import Refused, check_not_to_come, conflict, forbidden, not_found
from law.packs.rules import Certification as Rule


class Certify(msgspec.Struct, frozen=True):
    """A hospital's two doctors certify a disease. ``certifier`` is the hospital as the agency has it registered."""

    certification: Certification
    certifier: Certifier | None
    rule: Rule


class TakeOverCertification(msgspec.Struct, frozen=True):
    """Onboarding: a certification of the system before, which keeps its own day."""

    certification: Certification
    rule: Rule
    today: date


class CancelCertification(msgspec.Struct, frozen=True):
    """The agency found that the person is not qualified, from a day on.

    ``doctors_told``: operations hears from now on who certified, because an incident may be theirs (003 三(九)).
    """

    certification_id: str
    cancelled_from: date
    reason: str
    today: date
    doctors_told: bool


Command: TypeAlias = Certify | TakeOverCertification | CancelCertification


class ChronicCertified(msgspec.Struct, frozen=True):
    """Benefits may rest on it from now on."""

    certification_id: str
    entitlement: Entitlement


class CertificationCancelled(msgspec.Struct, frozen=True):
    """The person is not qualified from a day on; related money is refused to the hospital, not to the person."""

    certification_id: str
    cancelled_from: date
    reason: str
    entitlement: Entitlement


Event: TypeAlias = ChronicCertified | CertificationCancelled
State: TypeAlias = Entitlement | None


def decide(command: Command, state: State) -> Sequence[Event]:
    """What the command brings about; raises Refused."""
    if state is None:
        raise person_unknown()
    state.check_stands()
    match command:
        case Certify():
            return _certify(command, state)
        case TakeOverCertification():
            return _take_over(command, state)
        case CancelCertification():
            return _cancel(command, state)
        case _:
            assert_never(command)


def evolve(_state: State, event: Event) -> State:
    """The entitlement after an event, of these or any other of the person's: each says it itself."""
    return event.entitlement


DECIDER: Final[Decider[Command, State, Event]] = Decider(None, decide, evolve)


def _certify(command: Certify, state: Entitlement) -> Sequence[Event]:
    new = command.certification
    if state.deceased_on is not None and state.deceased_on < new.effective_from:
        raise conflict("PERSON_DECEASED", f"the person died on {state.deceased_on}")
    _check_disease(new.disease, command.rule)
    _check_doctors(new, command.certifier, command.rule)
    _check_not_held(new, state)
    return [ChronicCertified(new.certification_id, _with(state, new))]


def _take_over(command: TakeOverCertification, state: Entitlement) -> Sequence[Event]:
    new = command.certification
    check_not_to_come("certified_on", new.effective_from, command.today)
    _check_disease(new.disease, command.rule)
    _check_not_held(new, state)
    return [ChronicCertified(new.certification_id, _with(state, new))]


def _check_not_held(new: Certification, state: Entitlement) -> None:
    for held in state.certifications:
        if held.disease == new.disease and held.holds_on(new.effective_from):
            raise conflict(
                "ALREADY_CERTIFIED",
                f"{new.disease} was certified on {held.effective_from} and still holds",
                certification=held.certification_id,
            )


def _check_disease(disease: str, rule: Rule) -> None:
    listed = rule.disease_list
    if listed is None or listed.disease(disease) is None:
        raise Refused(
            "DISEASE_NOT_LISTED",
            f"{disease} is not among the {rule.diseases} diseases of {rule.clause}; see GET /v1/chronic-diseases",
            about={"disease": disease},
        )


def _check_doctors(new: Certification, certifier: Certifier | None, rule: Rule) -> None:
    if certifier is None or not certifier.certifies_on(new.effective_from):
        raise forbidden(
            "CERTIFIER_UNKNOWN",
            f"{new.hospital_id} is not registered as a certifying institution on {new.effective_from}",
            hospital=new.hospital_id,
        )
    different = {doctor.doctor_id: doctor for doctor in new.doctors}
    if not may_certify(
        rule,
        hospital_grade=certifier.grade,
        titles=[doctor.title for doctor in different.values()],
        same_specialty=len({doctor.specialty for doctor in new.doctors}) == 1,
        disease_listed=True,
    ):
        raise Refused(
            "CERTIFICATION_NOT_VALID",
            f"{rule.clause} asks for a hospital of grade {rule.hospital_grade_min} or higher and {rule.doctors_min} "
            f"different doctors of one specialty, {rule.title_min} or above; this is grade {certifier.grade} with "
            f"{len(different)} different doctors",
        )


def _cancel(command: CancelCertification, state: Entitlement) -> Sequence[Event]:
    held = next((c for c in state.certifications if c.certification_id == command.certification_id), None)
    if held is None:
        raise not_found(
            "CERTIFICATION_UNKNOWN",
            f"this person has no certification {command.certification_id}",
            certification=command.certification_id,
        )
    if held.cancelled_from is not None:
        raise conflict(
            "CERTIFICATION_CANCELLED",
            f"this certification was cancelled from {held.cancelled_from} on; the money of that time is refused",
        )
    check_not_to_come("cancelled_from", command.cancelled_from, command.today)
    if command.cancelled_from < held.effective_from:
        raise dates_out_of_order("cancelled_from", command.cancelled_from, "effective_from", held.effective_from)
    cancelled = msgspec.structs.replace(held, cancelled_from=command.cancelled_from, doctors_told=command.doctors_told)
    after = _with(state, cancelled)
    return [CertificationCancelled(held.certification_id, command.cancelled_from, command.reason, after)]


def _with(state: Entitlement, certification: Certification) -> Entitlement:
    known = {held.certification_id: held for held in state.certifications}
    known[certification.certification_id] = certification
    return msgspec.structs.replace(state, revision=state.revision + 1, certifications=tuple(known.values()))
