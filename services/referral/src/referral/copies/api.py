"""Copies over HTTP: each keeper of a copy of the form says when it came, and all see who has theirs."""

from datetime import date
from typing import Annotated, Final

from kernel.http import (
    ErrorCode,
    IdempotencyKey,
    Json,
    RequestBody,
    Router,
    Sent,
    Wire,
    allow,
    answer,
    answered,
    of_division,
)
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import RefusalKind, Refused
from referral.copies.commands import CopyCommands
from referral.copies.domain import Copy, CopyDelivered
from referral.copies.queries import CopyQueries
from referral.referrals.queries.access import Reader, seen
from referral.referrals.queries.referrals import ReferralAnswer, ReferralQueries

CODES: Final = (
    ErrorCode("COPY_DELIVERED_BEFORE", 409, "The copy was delivered on another day"),
    ErrorCode("COPY_FOREIGN", 403, "The copy is kept by another office"),
)

Keeper = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY)]


class DeliveryBody(RequestBody, frozen=True):
    """The day on which the copy came."""

    delivered_on: date


class CopyRecorded(Wire, frozen=True):
    """The copy and its day."""

    referral_id: str
    copy: str
    delivered_on: date


class CopyAnswer(Wire, frozen=True):
    """A copy of the form; without a day it has not come. ``keeper`` is the hospital, or the agency."""

    copy: str
    keeper: str
    delivered_on: date | None
    recorded_by: str | None


def copies(commands: CopyCommands, queries: CopyQueries, referrals: ReferralQueries, requests: Requests) -> Router:
    """The routes of /v1/referrals/{referral_id}/copies."""
    of_referral = of_division("referral_id", referrals.county_of)
    router = Router(prefix="/v1/referrals/{referral_id}/copies", tags=["copies"], dependencies=[of_referral])

    @router.post("/{copy}")
    async def record_delivery(
        referral_id: str, copy: Copy, caller: Keeper, command: Sent[DeliveryBody], key: IdempotencyKey
    ) -> Json[CopyRecorded]:
        """Record that a copy came: a hospital its own one, the agency any."""
        referral = await seen(referrals, caller, referral_id)
        if Role.HOSPITAL in caller.roles and keeper_of(referral, copy) != caller.organisation:
            raise Refused("COPY_FOREIGN", f"the {copy} copy is kept by another office", kind=RefusalKind.FORBIDDEN)
        by = "agency" if Role.HOSPITAL not in caller.roles else keeper_of(referral, copy)
        return answered(
            await commands.deliver(requests.by(caller, key), CopyDelivered(referral_id, copy, command.delivered_on, by))
        )

    @router.get("")
    async def list_copies(referral_id: str, caller: Reader) -> Json[list[CopyAnswer]]:
        """List the three copies and when each came."""
        referral = await seen(referrals, caller, referral_id)
        came = await queries.came(referral_id)
        return answer(
            [CopyAnswer(copy.value, keeper_of(referral, copy), *came.get(copy, (None, None))) for copy in Copy]
        )

    return router


def keeper_of(referral: ReferralAnswer, copy: Copy) -> str:
    """Who keeps a copy: a hospital's id, or the agency."""
    hospitals = {Copy.SENDING: referral.sending_hospital, Copy.RECEIVING: referral.receiving_hospital}
    return hospitals.get(copy, "agency")
