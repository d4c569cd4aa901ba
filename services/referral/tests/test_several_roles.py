"""A token with several roles is kept to the hospital that it names."""

from types import SimpleNamespace

import httpx
import pytest

from kernel.security import Principal, Role
from kernel.testing.surroundings import Service
from kernel.values.refusals import Refused
from referral.referrals.api.reading import _side
from referral.referrals.queries.access import seen
from referral.referrals.queries.lists import Wanted
from referral.referrals.queries.referrals import ReferralQueries


@pytest.mark.parametrize("more", [Role.OPERATIONS, Role.AGENCY])
async def test_another_role_opens_no_other_hospital_s_referral(
    referral: Service, sender: httpx.AsyncClient, applied: str, more: Role
) -> None:
    queries = ReferralQueries(SimpleNamespace(store=SimpleNamespace(pool=referral.pool)))
    own = Principal("u1", frozenset({Role.HOSPITAL, more}), "H430481")
    assert (await seen(queries, own, applied)).referral_id == applied
    with pytest.raises(Refused, match="referral"):
        await seen(queries, Principal("u1", frozenset({Role.HOSPITAL, more}), "H999999"), applied)
    assert _side(own, None, Wanted()).sending_hospital == "H430481"
