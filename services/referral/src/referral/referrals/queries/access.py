"""Who may look at referrals, and at which: a hospital at those it sent or receives, the agency at its counties'."""

from typing import Annotated

from kernel.http import allow
from kernel.security import Principal, Role
from referral.referrals.domain.referral import referral_unknown
from referral.referrals.queries.referrals import ReferralAnswer, ReferralQueries

Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, Role.OPERATIONS, by_division=True)]


async def seen(queries: ReferralQueries, caller: Principal, referral_id: str) -> ReferralAnswer:
    """A referral that the caller may see; raises Refused REFERRAL_UNKNOWN."""
    referral = await queries.referral(referral_id)
    # A token that is a hospital's among other things is kept to that hospital's referrals.
    own = caller.own_hospital
    if referral is None or (own is not None and not _is_of(referral, own)):
        raise referral_unknown()
    return referral


def _is_of(referral: ReferralAnswer, hospital_id: str | None) -> bool:
    # The receiving hospital's copy is sent with the approval, not before (001 附件 注1).
    return referral.sending_hospital == hospital_id or (
        referral.receiving_hospital == hospital_id and referral.approved_on is not None
    )
