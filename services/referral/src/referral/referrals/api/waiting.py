"""The work list over HTTP: which referrals wait for whose act, and since when."""

from datetime import date
from typing import Annotated, Final, Literal

import msgspec
from fastapi import Query

from kernel.http import Json, Page, PageRequest, Router, Wire, answer, paged, paging
from kernel.running.requested import Requests
from kernel.security import Principal
from referral.referrals.api.reading import CountyQuery, HospitalQuery, divisions_of
from referral.referrals.domain.standing import State
from referral.referrals.queries.access import Reader
from referral.referrals.queries.lists import Wanted
from referral.referrals.queries.referrals import ReferralAnswer, ReferralQueries

Turn = Literal["HOSPITAL", "AGENCY"]
OfTurn = Annotated[Turn | None, Query(description="Only what waits for the sending hospital, or for the agency")]

_TURNS: Final[dict[str, Turn]] = {State.APPLIED.value: "HOSPITAL", State.HOSPITAL_AGREED.value: "AGENCY"}
_STATES: Final = {turn: state for state, turn in _TURNS.items()}


class WaitingAnswer(Wire, frozen=True, kw_only=True):
    """A referral that waits; ``waiting_days`` are whole days in China since the last signature or seal."""

    referral_id: str
    person_id: str
    state: str
    turn: Turn
    waiting_since: date
    waiting_days: int
    county: str | None
    sending_hospital: str
    receiving_hospital: str
    signed_on: date
    emergency_admitted_on: date | None


class WaitingTotalAnswer(Wire, frozen=True):
    """How many wait for whom, and how long the oldest of them."""

    turn: Turn
    referrals: int
    longest_days: int


def work_list(queries: ReferralQueries, requests: Requests) -> Router:
    """The work list's routes; they stand before those of a single referral, whose id could be any word."""
    router = Router(prefix="/v1/referrals/worklist", tags=["referrals"])

    @router.get("")
    async def list_waiting(
        caller: Reader,
        page: Annotated[PageRequest, paging(date, str)],
        turn: OfTurn = None,
        county: CountyQuery = None,
        sending_hospital: HospitalQuery = None,
    ) -> Json[Page[WaitingAnswer]]:
        """List what waits for somebody's act, the longest wait first; a hospital sees what it sent."""
        today = requests.today
        state = None if turn is None else _STATES[turn]
        sender = _sender(caller, sending_hospital)
        wanted = Wanted(state=state, county=county, sending_hospital=sender, divisions=divisions_of(caller, county))
        rows = await queries.waiting(wanted, page.after, page.limit + 1)
        items = [_waiting(row, row.waiting_since, today) for row in rows if row.waiting_since is not None]
        return paged(items, page, "waiting_since", "referral_id")

    @router.get("/totals")
    async def count_waiting(
        caller: Reader, county: CountyQuery = None, sending_hospital: HospitalQuery = None
    ) -> Json[list[WaitingTotalAnswer]]:
        """How many referrals wait for whom."""
        today = requests.today
        sender, divisions = _sender(caller, sending_hospital), divisions_of(caller, county)
        totals = await queries.waiting_totals(Wanted(county=county, sending_hospital=sender, divisions=divisions))
        answers = [WaitingTotalAnswer(_TURNS[t.state], t.referrals, (today - t.oldest).days) for t in totals]
        return answer(answers)

    return router


def _waiting(row: ReferralAnswer, since: date, today: date) -> WaitingAnswer:
    waits = {"turn": _TURNS[row.state], "waiting_days": (today - since).days}
    return msgspec.convert(msgspec.structs.asdict(row) | waits, WaitingAnswer)


def _sender(caller: Principal, sending_hospital: str | None) -> str | None:
    """Whose referrals the caller may see: a hospital its own. Raises Refused ORGANISATION_FOREIGN."""
    if caller.own_hospital is None:
        return sending_hospital
    if sending_hospital is not None:
        caller.must_act_for(sending_hospital)
    return caller.organisation or ""
