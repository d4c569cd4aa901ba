"""Copies over HTTP: each keeper of a copy of the form says when it came, and all see who has theirs."""

from datetime import date
from typing import Annotated

from kernel.http import IdempotencyKey, Json, RequestBody, Router, Wire, allow, answer, body, of_division, stored_answer
from kernel.security import Principal, Role
from kernel.values.refusals import RefusalKind, Refused
from referral.copies.domain import Copy
from referral.referrals.api.reading import Reader, seen
from referral.referrals.commands import Handlers
from referral.referrals.queries.referrals import Queries, ReferralRow

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


def copies(handlers: Handlers, queries: Queries) -> Router:
    """The routes of /v1/referrals/{referral_id}/copies."""
    of_referral = of_division("referral_id", queries.county_of)
    router = Router(prefix="/v1/referrals/{referral_id}/copies", tags=["copies"], dependencies=[of_referral])

    @router.post("/{copy}")
    async def record_delivery(
        referral_id: str,
        copy: Copy,
        caller: Keeper,
        command: Annotated[DeliveryBody, body(DeliveryBody)],
        key: IdempotencyKey,
    ) -> Json[CopyRecorded]:
        """Record that a copy came: a hospital its own one, the agency any."""
        row = await seen(queries, caller, referral_id)
        if Role.AGENCY not in caller.roles and keeper_of(row, copy) != caller.organisation:
            raise Refused("COPY_FOREIGN", f"the {copy} copy is kept by another office", kind=RefusalKind.FORBIDDEN)
        by = "agency" if Role.AGENCY in caller.roles else keeper_of(row, copy)
        done = await handlers.deliver(caller, key, referral_id, copy, command.delivered_on, by)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.get("")
    async def list_copies(referral_id: str, caller: Reader) -> Json[list[CopyAnswer]]:
        """List the three copies and when each came."""
        row = await seen(queries, caller, referral_id)
        came = await queries.copies(referral_id)
        return answer(
            [
                CopyAnswer(
                    copy=copy.value,
                    keeper=keeper_of(row, copy),
                    delivered_on=came[copy].delivered_on if copy in came else None,
                    recorded_by=came[copy].recorded_by if copy in came else None,
                )
                for copy in Copy
            ]
        )

    return router


def keeper_of(row: ReferralRow, copy: Copy) -> str:
    """Who keeps a copy: a hospital's id, or the agency."""
    keepers = {Copy.AGENCY: "agency", Copy.SENDING: row.sending_hospital, Copy.RECEIVING: row.receiving_hospital}
    return keepers[copy]
