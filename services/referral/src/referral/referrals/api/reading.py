"""Reading over HTTP: a hospital sees its own referrals, the agency all of them."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from fastapi import Query

from kernel.http import ById, Json, Page, Router, answer, of_division, paged
from kernel.security import Principal
from kernel.values.refusals import Refused
from referral.referrals.domain.form import check_order
from referral.referrals.domain.standing import State
from referral.referrals.queries.access import Reader, seen
from referral.referrals.queries.lists import Wanted
from referral.referrals.queries.referrals import MisuseAnswer, ReferralAnswer, ReferralQueries, StayAnswer

InState = Annotated[State | None, Query(description="Only referrals in this state")]
Side = Annotated[Literal["sent", "received"] | None, Query(description="Hospitals only; sent where not given")]
HospitalQuery = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
CountyQuery = Annotated[
    str | None, Query(pattern=r"^[0-9]{6}$", description="The applicant's county when it was filed")
]
SignedFrom = Annotated[date | None, Query(description="Signed on this day or later")]
SignedTo = Annotated[date | None, Query(description="Signed on this day or earlier")]
OfPerson = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._:-]{1,64}$", description="Not for hospitals")]


def reading(queries: ReferralQueries) -> Router:
    """The reading routes of /v1/referrals."""
    router = Router(prefix="/v1/referrals", tags=["referrals"])
    of_referral = of_division("referral_id", queries.county_of)

    @router.get("")
    async def list_referrals(
        caller: Reader,
        page: ById,
        state: InState = None,
        side: Side = None,
        person_id: OfPerson = None,
        sending_hospital: HospitalQuery = None,
        receiving_hospital: HospitalQuery = None,
        county: CountyQuery = None,
        signed_from: SignedFrom = None,
        signed_to: SignedTo = None,
    ) -> Json[Page[ReferralAnswer]]:
        """List referrals, the newest signature first.

        A hospital lists those that it sent or those approved for it, the agency all of them; both may narrow the list.
        """
        if signed_from is not None and signed_to is not None:
            check_order("last day", signed_to, "first day", signed_from)
        wanted = Wanted(
            state=None if state is None else state.value,
            sending_hospital=sending_hospital,
            receiving_hospital=receiving_hospital,
            person_id=person_id,
            county=county,
            signed_from=signed_from,
            signed_to=signed_to,
            divisions=divisions_of(caller, county),
        )
        after = None if page.after is None else str(page.after[0])
        rows = await queries.page(_side(caller, side, wanted), after, page.limit + 1)
        return paged(rows, page, "referral_id")

    @router.get("/{referral_id}", dependencies=[of_referral])
    async def get_referral(referral_id: str, caller: Reader) -> Json[ReferralAnswer]:
        """See one referral."""
        return answer(await seen(queries, caller, referral_id))

    @router.get("/{referral_id}/misuses", dependencies=[of_referral])
    async def list_misuses(referral_id: str, caller: Reader) -> Json[list[MisuseAnswer]]:
        """List the stays that named the referral in vain, the first hundred."""
        await seen(queries, caller, referral_id)
        return answer(await queries.misuses(referral_id))

    @router.get("/{referral_id}/settlements", dependencies=[of_referral])
    async def list_settlements(referral_id: str, caller: Reader) -> Json[list[StayAnswer]]:
        """What settlement made of the stay that rests on the referral."""
        await seen(queries, caller, referral_id)
        return answer(await queries.stays(referral_id))

    return router


def divisions_of(caller: Principal, county: str | None) -> list[str] | None:
    """To whose referrals a list is narrowed beside the county that was asked for. Raises Refused DIVISION_FOREIGN."""
    if county is not None:
        caller.must_act_in(county)
    return None if caller.divisions is None or county is not None else caller.division_patterns


def _side(caller: Principal, side: str | None, wanted: Wanted) -> Wanted:
    """What a list is narrowed to for this caller; raises Refused SIDE_MISPLACED."""
    if caller.own_hospital is None:
        if side is not None:
            raise Refused("SIDE_MISPLACED", "only a hospital has a side; leave it out to see all referrals")
        return wanted
    if wanted.person_id is not None:
        raise Refused("SIDE_MISPLACED", "a hospital lists by side, sent or received; person_id is the agency's")
    own = "receiving_hospital" if side == "received" else "sending_hospital"
    if getattr(wanted, own) not in (None, caller.organisation):
        raise Refused("SIDE_MISPLACED", f"on this side {own} is the caller itself; leave it out")
    return msgspec.structs.replace(wanted, **{own: caller.organisation or ""}, approved_only=side == "received")
