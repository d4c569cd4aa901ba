"""Where a referral's papers are handed in: the sending hospital files and sees its own, the agency its counties'."""

from typing import Final

from kernel.http import ErrorCode, Router, allow, of_division
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.running.scans import api as of_kernel
from kernel.running.scans.api import Desk, Subject
from kernel.running.scans.store import ScanStore
from kernel.security import Principal, Role
from law.packs import PackLibrary
from referral.referrals.domain.asked import asked_of, rule_at
from referral.referrals.domain.standing import State
from referral.referrals.queries.access import seen
from referral.referrals.queries.referrals import ReferralAnswer, ReferralQueries
from referral.scans.domain import ReferralPaper, check_open, scans_foreign

CODES: Final = (*of_kernel.CODES, ErrorCode("SCANS_FOREIGN", 403, "The papers are another hospital's"))

_KEEPERS: Final = allow(Role.HOSPITAL, Role.AGENCY, by_division=True)
_OVERSEERS: Final = allow(Role.AGENCY, Role.OPERATIONS, by_division=True)


def scans(
    runtime: Runtime, store: ScanStore, referrals: ReferralQueries, requests: Requests, library: PackLibrary
) -> Router:
    """The routes of /v1/referrals/{subject_id}/scans."""

    async def own(caller: Principal, referral_id: str) -> ReferralAnswer:
        referral = await seen(referrals, caller, referral_id)
        if caller.own_hospital not in (None, referral.sending_hospital):
            raise scans_foreign()
        return referral

    async def to_see(caller: Principal, referral_id: str) -> Subject:
        referral = await own(caller, referral_id)
        asked = asked_of(rule_at(library, referral.county, referral.signed_on))
        return Subject(subject_id=referral_id, person_id=referral.person_id, missing=asked.unseen)

    async def to_file(caller: Principal, referral_id: str) -> Subject:
        referral = await own(caller, referral_id)
        check_open(State(referral.state), agency=caller.own_hospital is None)
        return Subject(subject_id=referral_id, person_id=referral.person_id)

    async def to_remove(caller: Principal, referral_id: str) -> Subject:
        # What is wrong goes whenever it is found; a hospital takes back what it filed itself, and no more after review.
        if caller.own_hospital is not None:
            await to_file(caller, referral_id)
        person_id = (await own(caller, referral_id)).person_id
        return Subject(subject_id=referral_id, person_id=person_id, remover=caller.own_hospital)

    desk = Desk(
        path="/v1/referrals",
        tag="scans",
        kinds=ReferralPaper,
        readers=_KEEPERS,
        writers=_KEEPERS,
        overseers=_OVERSEERS,
        guard=lambda name: of_division(name, referrals.county_of),
        to_see=to_see,
        to_file=to_file,
        to_remove=to_remove,
    )
    return of_kernel.scans(runtime, store, requests, desk)
