"""Filing over HTTP: the sending hospital applies and endorses, the agency approves or rejects."""

from datetime import date
from typing import Annotated, Final

import msgspec

from kernel.http import IdempotencyKey, Json, RequestBody, Router, Sent, Wire, allow, answered, of_division
from kernel.http.fields import Text
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from referral.referrals.commands.filing import ReferralCommands
from referral.referrals.domain.commands import Cancel, Endorse, Expire, Reject
from referral.referrals.domain.form import Attachment, AttachmentKind, Attribute, Form, FormField, Signatory
from referral.referrals.domain.standing import Opinion
from referral.referrals.queries.referrals import ReferralQueries

Hospital = Annotated[Principal, allow(Role.HOSPITAL)]
Agency = Annotated[Principal, allow(Role.AGENCY)]
HospitalOrAgency = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY)]
AgencyOrOperations = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS)]
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]

_ATTACHMENTS_MAX: Final = 10


class AttachmentBody(RequestBody, frozen=True):
    """A copy, by the reference under which the hospital keeps it."""

    kind: AttachmentKind
    reference: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/~-]{0,199}$")]


class ApplyBody(RequestBody, frozen=True, kw_only=True):
    """The form without its personal fields: name and number lie with identity, the others stand on paper.

    ``filled_in`` names those of the others that stand there; which are asked for is said by the place's document.
    """

    person_id: Identifier
    receiving_hospital: Identifier
    attributes: Annotated[tuple[Attribute, ...], msgspec.Meta(max_length=len(Attribute))]
    diagnosis: Text
    signed_on: date
    attachments: Annotated[tuple[AttachmentBody, ...], msgspec.Meta(max_length=_ATTACHMENTS_MAX)]
    signed_by: Signatory = Signatory.SELF
    emergency_admitted_on: date | None = None
    filled_in: Annotated[tuple[FormField, ...], msgspec.Meta(max_length=len(FormField))] = ()


class EndorsementBody(RequestBody, frozen=True):
    """The opinion of the sending hospital's insurance office, and the day of its seal."""

    agreed: bool
    opinion: Text
    sealed_on: date


class OpinionBody(RequestBody, frozen=True):
    """The opinion of the agency, and the day of its seal."""

    opinion: Text
    sealed_on: date


class CancelBody(RequestBody, frozen=True):
    """Why the referral is taken back."""

    reason: Text


class ReferralMoved(Wire, frozen=True):
    """Where the referral is now; ``expires_on`` is the last day for a stay to begin."""

    referral_id: str
    state: str
    revision: int
    expires_on: date | None


def filing(commands: ReferralCommands, queries: ReferralQueries, requests: Requests) -> Router:
    """The writing routes of /v1/referrals."""
    router = Router(prefix="/v1/referrals", tags=["filing"])
    of_referral = of_division("referral_id", queries.county_of)

    @router.post("", status_code=201)
    async def apply(caller: Hospital, command: Sent[ApplyBody], key: IdempotencyKey) -> Json[ReferralMoved]:
        """Apply for a referral from the caller's hospital to another one."""
        context, sender = requests.by(caller, key), caller.organisation or ""
        return answered(await commands.apply(context, lambda referral_id: _form(referral_id, sender, command)))

    @router.post("/{referral_id}/endorsement", dependencies=[of_referral])
    async def endorse(
        referral_id: str, caller: Hospital, command: Sent[EndorsementBody], key: IdempotencyKey
    ) -> Json[ReferralMoved]:
        """Agree to it, or not, as the sending hospital's insurance office."""
        context, opinion = requests.by(caller, key), Opinion(command.opinion, command.sealed_on)
        endorsement = Endorse(_hospital(caller), command.agreed, opinion, context.today)
        return answered(await commands.decide(context, referral_id, endorsement))

    @router.post("/{referral_id}/approval", dependencies=[of_referral])
    async def approve(
        referral_id: str, caller: Agency, command: Sent[OpinionBody], key: IdempotencyKey
    ) -> Json[ReferralMoved]:
        """Approve it as the agency of the pooling area."""
        opinion = Opinion(command.opinion, command.sealed_on)
        return answered(await commands.approve(requests.by(caller, key), referral_id, opinion))

    @router.post("/{referral_id}/rejection", dependencies=[of_referral])
    async def reject(
        referral_id: str, caller: Agency, command: Sent[OpinionBody], key: IdempotencyKey
    ) -> Json[ReferralMoved]:
        """Reject it as the agency of the pooling area."""
        context, opinion = requests.by(caller, key), Opinion(command.opinion, command.sealed_on)
        return answered(await commands.decide(context, referral_id, Reject(opinion, context.today)))

    @router.post("/{referral_id}/cancellation", dependencies=[of_referral])
    async def cancel(
        referral_id: str, caller: HospitalOrAgency, command: Sent[CancelBody], key: IdempotencyKey
    ) -> Json[ReferralMoved]:
        """Take it back before a stay begins on it: the sending hospital, or the agency."""
        hospital_id = None if Role.HOSPITAL not in caller.roles else _hospital(caller)
        cancellation = Cancel(hospital_id, command.reason)
        return answered(await commands.decide(requests.by(caller, key), referral_id, cancellation))

    @router.post("/{referral_id}/expiry", dependencies=[of_referral])
    async def expire(referral_id: str, caller: AgencyOrOperations, key: IdempotencyKey) -> Json[ReferralMoved]:
        """Close an approval whose last day is over."""
        context = requests.by(caller, key)
        return answered(await commands.decide(context, referral_id, Expire(context.today)))

    return router


def _hospital(caller: Principal) -> str:
    assert caller.organisation is not None, "a hospital's token names the hospital"
    return caller.organisation


def _form(referral_id: str, sending_hospital: str, command: ApplyBody) -> Form:
    filed = {
        **msgspec.structs.asdict(command),
        "attributes": tuple(sorted(set(command.attributes))),
        "filled_in": tuple(sorted(set(command.filled_in))),
        "attachments": tuple(Attachment(copy.kind, copy.reference) for copy in command.attachments),
    }
    return Form(referral_id=referral_id, sending_hospital=sending_hospital, **filed)
