"""One referral: applied for, agreed by the sending hospital, approved by the agency (001 二(六), 附件; DOMAIN B11)."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

import msgspec

from kernel.decider import Decider
from kernel.refusals import RefusalKind, Refused

#: Copies that must lie with the application (001 附件 注2): one paper of each group.
PAPERS = (("id_card_copy", "household_book_copy"), ("social_card_copy",))


class Apply(msgspec.Struct, frozen=True):
    """File the form. Personal fields stay with identity; the form names the person by id."""

    referral_id: str
    person_id: str
    sending_hospital: str
    receiving_hospital: str
    attribute: str
    diagnosis: str
    signed_on: date
    papers: tuple[str, ...]
    today: date


class Endorse(msgspec.Struct, frozen=True):
    """The sending hospital's insurance office agrees, or not."""

    hospital_id: str
    agreed: bool
    opinion: str
    sealed_on: date
    today: date


class Review(msgspec.Struct, frozen=True):
    """The agency of the pooling area approves, or rejects."""

    approved: bool
    opinion: str
    sealed_on: date
    today: date


class Cancel(msgspec.Struct, frozen=True):
    """The sending hospital takes the filing back."""

    hospital_id: str
    reason: str
    today: date


class Use(msgspec.Struct, frozen=True):
    """A stay begins on this referral: one referral, one stay (AMB-H5)."""

    encounter_id: str


Command = Apply | Endorse | Review | Cancel | Use


class ReferralApplied(msgspec.Struct, frozen=True):
    """The form was filed with its papers."""

    referral_id: str
    person_id: str
    sending_hospital: str
    receiving_hospital: str
    attribute: str
    diagnosis: str
    signed_on: date
    papers: tuple[str, ...]


class ReferralEndorsed(msgspec.Struct, frozen=True):
    """The sending hospital agreed, or refused. ``form`` says what about, so that readers need not look it up."""

    form: ReferralApplied
    agreed: bool
    opinion: str
    sealed_on: date


class ReferralReviewed(msgspec.Struct, frozen=True):
    """The agency approved, or rejected."""

    form: ReferralApplied
    endorsed_on: date
    approved: bool
    opinion: str
    sealed_on: date


class ReferralCancelled(msgspec.Struct, frozen=True):
    """The filing was taken back before a stay began on it."""

    form: ReferralApplied
    reason: str
    cancelled_on: date


class ReferralUsed(msgspec.Struct, frozen=True):
    """A stay began on it."""

    form: ReferralApplied
    endorsed_on: date
    approved_on: date
    encounter_id: str


Event = ReferralApplied | ReferralEndorsed | ReferralReviewed | ReferralCancelled | ReferralUsed


class State(msgspec.Struct, frozen=True):
    """Where the filing is. ``form`` is None before it was filed."""

    name: str = "DRAFT"
    form: ReferralApplied | None = None
    endorsed_on: date | None = None
    approved_on: date | None = None


def decide(command: Command, state: State) -> Sequence[Event]:
    """What a command brings about; raises Refused."""
    match command:
        case Apply():
            return _apply(command)
        case Endorse():
            return _endorse(command, state)
        case Review():
            return _review(command, state)
        case Cancel():
            return _cancel(command, state)
        case Use():
            return _use(command, state)
        case _:
            assert_never(command)


def _apply(command: Apply) -> Sequence[Event]:
    if command.sending_hospital == command.receiving_hospital:
        raise Refused("REFERRAL_TO_ITSELF", f"{command.sending_hospital} cannot refer a patient to itself")
    for group in PAPERS:
        if not set(group) & set(command.papers):
            raise Refused("PAPERS_MISSING", f"the application needs {' or '.join(group)} (001 附件 注2)")
    _check_day("signature", command.signed_on, command.today)
    return (
        ReferralApplied(
            command.referral_id,
            command.person_id,
            command.sending_hospital,
            command.receiving_hospital,
            command.attribute,
            command.diagnosis,
            command.signed_on,
            command.papers,
        ),
    )


def _endorse(command: Endorse, state: State) -> Sequence[Event]:
    form = _own(state, command.hospital_id)
    _check_state(state, "APPLIED", "endorse")
    _check_day("hospital's seal", command.sealed_on, command.today)
    if command.sealed_on < form.signed_on:
        raise Refused(
            "DATES_OUT_OF_ORDER",
            f"the hospital's seal of {command.sealed_on} is older than the signature of {form.signed_on}",
        )
    return (ReferralEndorsed(form, command.agreed, command.opinion, command.sealed_on),)


def _review(command: Review, state: State) -> Sequence[Event]:
    _check_state(state, "HOSPITAL_AGREED", "review")
    _check_day("agency's seal", command.sealed_on, command.today)
    assert state.form is not None
    assert state.endorsed_on is not None
    if command.sealed_on < state.endorsed_on:
        raise Refused(
            "DATES_OUT_OF_ORDER",
            f"the agency's seal of {command.sealed_on} is older than the hospital's of {state.endorsed_on}",
        )
    return (ReferralReviewed(state.form, state.endorsed_on, command.approved, command.opinion, command.sealed_on),)


def _cancel(command: Cancel, state: State) -> Sequence[Event]:
    form = _own(state, command.hospital_id)
    if state.name not in ("APPLIED", "HOSPITAL_AGREED", "AGENCY_APPROVED"):
        _check_state(state, "APPLIED", "cancel")
    return (ReferralCancelled(form, command.reason, command.today),)


def _use(command: Use, state: State) -> Sequence[Event]:
    # A stay that names a referral not approved was admitted all the same; settlement withholds the benefits.
    if state.name != "AGENCY_APPROVED":
        return ()
    assert state.form is not None
    assert state.endorsed_on is not None
    assert state.approved_on is not None
    return (ReferralUsed(state.form, state.endorsed_on, state.approved_on, command.encounter_id),)


def referral_unknown() -> Refused:
    """There is no such referral, or it is none of the caller's."""
    return Refused("REFERRAL_UNKNOWN", "there is no such referral", kind=RefusalKind.NOT_FOUND)


def _own(state: State, hospital_id: str) -> ReferralApplied:
    if state.form is None or state.form.sending_hospital != hospital_id:
        raise referral_unknown()
    return state.form


def _check_state(state: State, wanted: str, command: str) -> None:
    if state.form is None:
        raise referral_unknown()
    if state.name != wanted:
        raise Refused(
            "REFERRAL_NOT_IN_STATE",
            f"cannot {command} referral {state.form.referral_id}: it is {state.name}, and must be {wanted}",
            kind=RefusalKind.CONFLICT,
            about={"referral": state.form.referral_id, "state": state.name},
        )


def _check_day(what: str, day: date, today: date) -> None:
    if day > today:
        raise Refused("DATE_IN_FUTURE", f"the {what} of {day} has not come yet; today is {today}")


def evolve(state: State, event: Event) -> State:
    """The state after an event."""
    match event:
        case ReferralApplied():
            return State("APPLIED", event)
        case ReferralEndorsed():
            name = "HOSPITAL_AGREED" if event.agreed else "HOSPITAL_REFUSED"
            return State(name, state.form, event.sealed_on)
        case ReferralReviewed():
            name = "AGENCY_APPROVED" if event.approved else "AGENCY_REJECTED"
            return State(name, state.form, state.endorsed_on, event.sealed_on if event.approved else None)
        case ReferralCancelled():
            return State("CANCELLED", state.form, state.endorsed_on)
        case ReferralUsed():
            return State("USED", state.form, state.endorsed_on, state.approved_on)
        case _:
            assert_never(event)


DECIDER: Decider[Command, State, Event] = Decider(State(), decide, evolve)
