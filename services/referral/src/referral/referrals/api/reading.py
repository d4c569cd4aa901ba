"""Reading over HTTP: a hospital sees its own referrals, the agency all of them."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from fastapi import Query

from kernel.http import Json, Page, PageRequest, Router, Wire, allow, answer, of_division, page_of, paging
from kernel.security import Principal, Role
from kernel.values.refusals import Refused
from referral.referrals.domain.form import check_order
from referral.referrals.domain.referral import referral_unknown
from referral.referrals.domain.standing import State
from referral.referrals.queries.referrals import Queries, ReferralRow, Wanted

Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, Role.OPERATIONS, by_division=True)]
InState = Annotated[State | None, Query(description="Only referrals in this state")]
Side = Annotated[Literal["sent", "received"] | None, Query(description="Hospitals only; sent where not given")]
HospitalQuery = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
CountyQuery = Annotated[
    str | None, Query(pattern=r"^[0-9]{6}$", description="The applicant's county when it was filed")
]
SignedFrom = Annotated[date | None, Query(description="Signed on this day or later")]
SignedTo = Annotated[date | None, Query(description="Signed on this day or earlier")]
OfPerson = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._:-]{1,64}$", description="Not for hospitals")]


class AttachmentAnswer(Wire, frozen=True):
    """A copy, by the reference under which the sending hospital keeps it."""

    kind: str
    reference: str


class ReferralAnswer(Wire, frozen=True):
    """A referral as it stands; the person's name and number lie with identity."""

    referral_id: str
    revision: int
    person_id: str
    state: str
    sending_hospital: str
    receiving_hospital: str
    attributes: tuple[str, ...]
    diagnosis: str
    attachments: tuple[AttachmentAnswer, ...]
    signed_on: date
    signed_by: str
    endorsement: str | None
    endorsed_on: date | None
    review: str | None
    reviewed_on: date | None
    approved_on: date | None
    expires_on: date | None
    encounter_id: str | None
    ended_because: str | None
    emergency_admitted_on: date | None
    county: str | None
    waiting_since: date | None


class StayAnswer(Wire, frozen=True):
    """A settlement of the stay; ``with_benefits`` where the referral opened them."""

    settlement_id: str
    encounter_id: str
    settled_at: datetime
    with_benefits: bool
    revoked_at: datetime | None


class MisuseAnswer(Wire, frozen=True):
    """A stay that named the referral in vain, and why."""

    encounter_id: str
    why: str
    recorded_at: datetime


def reading(queries: Queries) -> Router:
    """The reading routes of /v1/referrals."""
    router = Router(prefix="/v1/referrals", tags=["referrals"])
    of_referral = of_division("referral_id", queries.county_of)

    @router.get("")
    async def list_referrals(
        caller: Reader,
        page: Annotated[PageRequest, paging(str)],
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
            None if state is None else state.value,
            sending_hospital,
            receiving_hospital,
            person_id,
            county,
            signed_from,
            signed_to,
            divisions=divisions_of(caller, county),
        )
        after = None if page.after is None else str(page.after[0])
        rows = await queries.page(_side(caller, side, wanted), after, page.limit + 1)
        return answer(page_of([_answer(row) for row in rows], page, key=lambda row: (row.referral_id,)))

    @router.get("/{referral_id}", dependencies=[of_referral])
    async def get_referral(referral_id: str, caller: Reader) -> Json[ReferralAnswer]:
        """See one referral."""
        return answer(_answer(await seen(queries, caller, referral_id)))

    @router.get("/{referral_id}/misuses", dependencies=[of_referral])
    async def list_misuses(referral_id: str, caller: Reader) -> Json[list[MisuseAnswer]]:
        """List the stays that named the referral in vain, the first hundred."""
        await seen(queries, caller, referral_id)
        misuses = await queries.misuses(referral_id)
        return answer([MisuseAnswer(**msgspec.structs.asdict(misuse)) for misuse in misuses])

    @router.get("/{referral_id}/settlements", dependencies=[of_referral])
    async def list_settlements(referral_id: str, caller: Reader) -> Json[list[StayAnswer]]:
        """What settlement made of the stay that rests on the referral."""
        await seen(queries, caller, referral_id)
        stays = await queries.stays(referral_id)
        return answer([StayAnswer(**msgspec.structs.asdict(stay)) for stay in stays])

    return router


def divisions_of(caller: Principal, county: str | None) -> list[str] | None:
    """To whose referrals a list is narrowed beside the county that was asked for. Raises Refused DIVISION_FOREIGN."""
    if county is not None:
        caller.must_act_in(county)
    return None if caller.divisions is None or county is not None else caller.division_patterns


def _side(caller: Principal, side: str | None, wanted: Wanted) -> Wanted:
    """What a list is narrowed to for this caller; raises Refused SIDE_MISPLACED."""
    if caller.roles != {Role.HOSPITAL}:
        if side is not None:
            raise Refused("SIDE_MISPLACED", "only a hospital has a side; leave it out to see all referrals")
        return wanted
    if wanted.person_id is not None:
        raise Refused("SIDE_MISPLACED", "a hospital lists by side, sent or received; person_id is the agency's")
    own = "receiving_hospital" if side == "received" else "sending_hospital"
    if getattr(wanted, own) not in (None, caller.organisation):
        raise Refused("SIDE_MISPLACED", f"on this side {own} is the caller itself; leave it out")
    return msgspec.structs.replace(wanted, **{own: caller.organisation or ""}, approved_only=side == "received")


async def seen(queries: Queries, caller: Principal, referral_id: str) -> ReferralRow:
    """A referral that the caller may see; raises Refused REFERRAL_UNKNOWN."""
    row = await queries.referral(referral_id)
    if row is None or (caller.roles == {Role.HOSPITAL} and not _is_of(row, caller.organisation)):
        raise referral_unknown()
    return row


def _is_of(row: ReferralRow, hospital_id: str | None) -> bool:
    # The receiving hospital's copy is sent with the approval, not before (001 附件 注1).
    return row.sending_hospital == hospital_id or (
        row.receiving_hospital == hospital_id and row.approved_on is not None
    )


def _answer(row: ReferralRow) -> ReferralAnswer:
    attachments = tuple(AttachmentAnswer(kind=copy.kind, reference=copy.reference) for copy in row.attachments)
    return ReferralAnswer(**{**msgspec.structs.asdict(row), "attachments": attachments})
