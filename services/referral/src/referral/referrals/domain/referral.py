"""One referral: applied for and agreed by the sending hospital, approved by the agency, used by one stay."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, TypeAlias, assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict, not_found
from referral.referrals.domain.applicant import check_applicant
from referral.referrals.domain.asked import check_asked, check_scanned
from referral.referrals.domain.commands import (
    Apply,
    Approve,
    Cancel,
    Command,
    Endorse,
    Expire,
    GiveBack,
    Reject,
    Use,
)
from referral.referrals.domain.form import check_entered, check_form, check_order
from referral.referrals.domain.gate import Closed
from referral.referrals.domain.standing import Standing, State

# Events


class _Told(msgspec.Struct, frozen=True):
    """An event says itself where the referral stands after it."""

    standing: Standing


class ReferralApplied(_Told, frozen=True):
    """The form was filed with its attachments."""


class HospitalAgreed(_Told, frozen=True):
    """The sending hospital's insurance office agreed."""


class HospitalRefused(_Told, frozen=True):
    """The sending hospital's insurance office did not agree."""


class AgencyApproved(_Told, frozen=True):
    """The agency approved: the stay has full benefits."""


class AgencyRejected(_Told, frozen=True):
    """The agency rejected."""


class ReferralCancelled(_Told, frozen=True):
    """The referral was taken back before a stay began on it; by the agency where ``by_hospital`` is None."""

    by_hospital: str | None


class ReferralExpired(_Told, frozen=True):
    """The last day for a stay to begin went by."""


class ReferralUsed(_Told, frozen=True):
    """A stay began on it."""


class ReferralGivenBack(_Told, frozen=True):
    """The stay that it was used for was cancelled: it stands approved again, as long as the approval holds."""


class MisuseRecorded(_Told, frozen=True):
    """A stay named this referral, but it does not open the gate; for the agency to look into."""

    encounter_id: str
    why: Closed


#: After these the referral stands elsewhere.
Moved: TypeAlias = (
    ReferralApplied
    | HospitalAgreed
    | HospitalRefused
    | AgencyApproved
    | AgencyRejected
    | ReferralCancelled
    | ReferralExpired
    | ReferralUsed
    | ReferralGivenBack
)
Event: TypeAlias = Moved | MisuseRecorded

_OPEN: Final = (State.APPLIED, State.HOSPITAL_AGREED, State.AGENCY_APPROVED)


def decide(command: Command, standing: Standing | None) -> Sequence[Event]:
    """What a command brings about; raises Refused."""
    match command:
        case Apply():
            return _apply(command, standing)
        case Endorse():
            return _endorse(command, _known(standing))
        case Approve() | Reject():
            return _review(command, _known(standing))
        case Cancel():
            return _cancel(command, _known(standing))
        case Expire():
            return _expire(command, _known(standing))
        case Use() | GiveBack():
            return () if standing is None else _of_stay(command, standing)
        case _:
            assert_never(command)


def evolve(_before: Standing | None, event: Event) -> Standing | None:
    """The standing after an event, which the event says itself."""
    return event.standing


DECIDER: Final[Decider[Command, Standing | None, Event]] = Decider(None, decide, evolve)


def _apply(command: Apply, standing: Standing | None) -> Sequence[Event]:
    assert standing is None, "a referral's id derives from its command, so it is applied for once"
    check_form(command.form, today=command.today, emergency_days=command.emergency_days)
    check_asked(command.form, command.asked)
    check_applicant(command.form, command.applicant)
    county = None if command.applicant is None else command.applicant.county
    return [ReferralApplied(Standing(form=command.form, state=State.APPLIED, revision=1, county=county))]


def _endorse(command: Endorse, standing: Standing) -> Sequence[Event]:
    _check_sender(standing, command.hospital_id)
    _check_state(standing, "endorse", State.APPLIED)
    sealed_on = command.opinion.sealed_on
    check_entered("hospital's seal", sealed_on, command.today, command.grace_days)
    check_order("hospital's seal", sealed_on, "signature", standing.form.signed_on)
    if command.agreed:
        return [HospitalAgreed(standing.moved(state=State.HOSPITAL_AGREED, endorsement=command.opinion))]
    return [HospitalRefused(standing.moved(state=State.HOSPITAL_REFUSED, endorsement=command.opinion))]


def _review(command: Approve | Reject, standing: Standing) -> Sequence[Event]:
    _check_state(standing, "review", State.HOSPITAL_AGREED)
    assert standing.endorsement is not None
    sealed_on = command.opinion.sealed_on
    check_entered("agency's seal", sealed_on, command.today, command.grace_days)
    check_order("agency's seal", sealed_on, "hospital's", standing.endorsement.sealed_on)
    if isinstance(command, Reject):
        return [AgencyRejected(standing.moved(state=State.AGENCY_REJECTED, review=command.opinion))]
    check_scanned(command.asked, command.scans)
    days = command.validity_days
    approved = standing.moved(
        state=State.AGENCY_APPROVED,
        review=command.opinion,
        approved_on=sealed_on,
        approval_entered_on=command.today,
        # The day of the approval is the first of them.
        expires_on=None if days is None else sealed_on + timedelta(days=days - 1),
    )
    return [AgencyApproved(approved)]


def _cancel(command: Cancel, standing: Standing) -> Sequence[Event]:
    if command.hospital_id is not None:
        _check_sender(standing, command.hospital_id)
    _check_state(standing, "cancel", *_OPEN)
    cancelled = standing.moved(state=State.CANCELLED, ended_because=command.reason)
    return [ReferralCancelled(cancelled, command.hospital_id)]


def _expire(command: Expire, standing: Standing) -> Sequence[Event]:
    _check_state(standing, "expire", State.AGENCY_APPROVED)
    if standing.expires_on is None or command.today <= standing.expires_on:
        until = "does not expire" if standing.expires_on is None else f"holds until {standing.expires_on}"
        raise conflict("REFERRAL_STILL_VALID", f"this approval {until}")
    return [ReferralExpired(standing.moved(state=State.EXPIRED))]


def _of_stay(command: Use | GiveBack, standing: Standing) -> Sequence[Event]:
    if isinstance(command, GiveBack):
        holds = standing.state is State.USED and standing.encounter_id == command.encounter_id
        given_back = ReferralGivenBack(standing.moved(state=State.AGENCY_APPROVED, encounter_id=None))
        return [given_back] if holds else []
    # The stay has begun and is never undone from here: what is wrong with it is written down.
    if standing.encounter_id == command.encounter_id:
        return []
    why = _closed(command, standing)
    if why is not None:
        return [MisuseRecorded(standing, command.encounter_id, why)]
    return [ReferralUsed(standing.moved(state=State.USED, encounter_id=command.encounter_id))]


def _closed(command: Use, standing: Standing) -> Closed | None:
    checks = (
        (command.person_id != standing.form.person_id, Closed.PERSON_DISAGREES),
        (command.hospital_id != standing.form.receiving_hospital, Closed.HOSPITAL_DISAGREES),
        (standing.state is State.USED, Closed.USED_BEFORE),
        (standing.state is State.EXPIRED, Closed.EXPIRED),
        (standing.approved_on is None or standing.state is State.CANCELLED, Closed.NOT_APPROVED),
        (_is_too_late(command, standing), Closed.APPROVED_AFTER_ADMISSION),
        (_is_before(standing.expires_on, command.admitted_on), Closed.EXPIRED),
    )
    return next((why for closed, why in checks if closed), None)


def _is_too_late(command: Use, standing: Standing) -> bool:
    # An emergency's approval may come after the admission that it was filed for.
    return standing.form.emergency_admitted_on != command.admitted_on and _is_before(
        command.admitted_on, standing.approved_on
    )


def _is_before(earlier: date | None, later: date | None) -> bool:
    return earlier is not None and later is not None and earlier < later


def referral_unknown() -> Refused:
    """There is no such referral, or it is none of the caller's."""
    return not_found("REFERRAL_UNKNOWN", "there is no such referral")


def _known(standing: Standing | None) -> Standing:
    if standing is None:
        raise referral_unknown()
    return standing


def _check_sender(standing: Standing, hospital_id: str) -> None:
    if standing.form.sending_hospital != hospital_id:
        raise referral_unknown()


def _check_state(standing: Standing, command: str, *wanted: State) -> None:
    if standing.state not in wanted:
        detail = f"cannot {command} this referral: it is {standing.state}, and must be {' or '.join(wanted)}"
        raise conflict("REFERRAL_NOT_IN_STATE", detail, referral=standing.form.referral_id, state=standing.state)
