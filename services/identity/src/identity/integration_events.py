"""What identity tells the others: a person's whole entitlement after each change, premiums that were paid, and that
a comparison's result was pushed."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from contracts import identity as contract
from identity.certification.domain.certifications import CertificationCancelled, ChronicCertified
from identity.comparison.domain.comparison import ComparisonPushed
from identity.enrolment.domain.premium_batch import SubsidyPaid
from identity.facts.domain.handbook import HandbookChecked
from identity.persons.domain.also_listed import AlsoListed
from identity.persons.domain.annulment import RegistrationAnnulled
from identity.persons.domain.certification import Certification
from identity.persons.domain.corrections import DeathCorrected, IdNumberCorrected, PersonalDataCorrected
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.erasure import PersonErased
from identity.persons.domain.handing_over import MembershipHandedOver
from identity.persons.domain.merging import AliasMoved, MergedAway, RecordsMerged
from identity.persons.domain.moving import PersonMoved
from identity.persons.domain.person import (
    DeathRecorded,
    MembershipAsserted,
    MembershipCorrected,
    MembershipEnded,
    PersonEnrolled,
    PersonRegistered,
)
from identity.persons.domain.withdrawing import MembershipWithdrawn
from kernel.messaging.envelope import Published
from kernel.writing.event_store import RecordedEvent


def publish(recorded: RecordedEvent) -> Published | None:
    """The published form of a recorded event; None where nobody else needs to know."""
    told = TOLD.get(type(recorded.event))
    return None if told is None else told(recorded.event)


def _as(change: str) -> Callable[[Any], Published]:
    return lambda event: _changed(event.entitlement, change)


def _ended(event: MembershipEnded) -> Published:
    return _changed(event.entitlement, event.reason.value)


def _death_corrected(event: DeathCorrected) -> Published:
    return _changed(event.entitlement, f"DEATH_{event.reason.value}")


def _merged(event: MergedAway | AliasMoved) -> Published:
    # Who still acts for the alias, such as a hospital with a patient admitted under it, acts on what is known.
    known = event.surviving
    told = msgspec.structs.replace(
        event.entitlement,
        memberships=known.memberships,
        enrolments=known.enrolments,
        deceased_on=known.deceased_on,
        certifications=known.certifications,
        born_in=known.born_in,
    )
    return _changed(told, "MERGED")


def _changed(entitlement: Entitlement, change: str) -> Published:
    certifications = [_certification(held) for held in entitlement.certifications]
    told = {**_plain(entitlement), "change": change, "certifications": certifications}
    if entitlement.born_in is None:
        del told["born_in"]
    return Published(entitlement.person_id, msgspec.convert(told, contract.EntitlementChanged))


def _certification(held: Certification) -> dict[str, Any]:
    """Who certified is told of what was cancelled only; messages of before it was told must stay the same."""
    plain = _plain(held)
    del plain["doctors"]
    if held.doctors_told:
        plain["doctors"] = [doctor.doctor_id for doctor in held.doctors]
    return plain


def _handbook_checked(checked: HandbookChecked) -> Published:
    return Published(checked.person_id, msgspec.convert(_plain(checked), contract.HandbookChecked))


def _plain(inside: msgspec.Struct) -> dict[str, Any]:
    """What the contract takes its fields from: they are named as ours, and enumerations are texts in it."""
    plain: dict[str, Any] = msgspec.to_builtins(inside)
    return plain


def _premiums_paid(paid: SubsidyPaid) -> Published | None:
    if not paid.county:
        return None
    first = paid.premiums[0]
    event = contract.PremiumsPaid(
        batch_id=paid.batch_id,
        county=paid.county,
        area=first.area,
        year=first.year,
        funds=first.funds,
        persons=len(paid.premiums),
        total_fen=paid.total_fen,
        paid_on=paid.paid_on,
    )
    return Published(paid.batch_id, event)


def _pushed(pushed: ComparisonPushed) -> Published | None:
    if pushed.area is None:
        return None
    return Published(pushed.comparison_id, msgspec.convert(_plain(pushed), contract.ComparisonPushed))


#: Whatever is not here stays inside. Every event that carries an entitlement is: readers follow its revisions.
TOLD: Final[Mapping[type, Callable[[Any], Published | None]]] = {
    PersonRegistered: _as("REGISTERED"),
    MembershipAsserted: _as("ADDED"),
    MembershipEnded: _ended,
    MembershipCorrected: _as("CORRECTED"),
    MembershipWithdrawn: _as("WITHDRAWN"),
    PersonEnrolled: _as("ENROLLED"),
    DeathRecorded: _as("DIED"),
    PersonMoved: _as("MOVED"),
    AlsoListed: _as("ALSO_LISTED"),
    MembershipHandedOver: _as("HANDED_OVER"),
    DeathCorrected: _death_corrected,
    PersonalDataCorrected: _as("PERSON_CORRECTED"),
    IdNumberCorrected: _as("PERSON_CORRECTED"),
    ChronicCertified: _as("CERTIFIED"),
    CertificationCancelled: _as("CERTIFICATION_CANCELLED"),
    RecordsMerged: _as("TOOK_OVER"),
    MergedAway: _merged,
    AliasMoved: _merged,
    RegistrationAnnulled: _as("ANNULLED"),
    PersonErased: _as("ERASED"),
    HandbookChecked: _handbook_checked,
    SubsidyPaid: _premiums_paid,
    ComparisonPushed: _pushed,
}
