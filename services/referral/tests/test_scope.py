"""A county's agency sees and decides the referrals of its own county's people (R-JY-12)."""

from typing import Any, Final

import httpx
import pytest

from kernel.security import Role
from kernel.testing.surroundings import Service

OWN, FOREIGN, CITY = ["430481"], ["430482"], ["430400"]
SEALED: Final = {"opinion": "同意", "sealed_on": "2018-09-02"}
#: Made up; its check character is right.
HOLDER: Final = {
    "name": "王小明",
    "id_number": "430481199003070030",
    "phone": "13800138000",
    "address": "测试路1号",
    "card_number": "A123456789",
}
ROUTES: Final = [
    ("get", "", {}),
    ("get", "/misuses", {}),
    ("get", "/settlements", {}),
    ("get", "/copies", {}),
    ("get", "/form", {}),
    ("get", "/form.pdf", {}),
    ("post", "/form", HOLDER),
    ("post", "/form.pdf", HOLDER),
    ("post", "/copies/AGENCY", {"delivered_on": "2018-09-03"}),
    ("post", "/approval", SEALED),
    ("post", "/rejection", SEALED),
    ("post", "/cancellation", {"reason": "示范"}),
    ("post", "/expiry", {}),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_a_referral_of_another_county_s_person_is_closed(
    referral: Service, applied: str, method: str, path: str, body: dict[str, Any]
) -> None:
    answers: list[httpx.Response] = []
    for divisions in (FOREIGN, OWN, CITY):
        client = await referral.client(Role.AGENCY, divisions=divisions)
        answers.append(await client.request(method, f"/v1/referrals/{applied}{path}", json=body))
    assert (answers[0].status_code, answers[0].json()["code"]) == (403, "DIVISION_FOREIGN")
    # What is not its turn yet is refused for that; nobody is refused for the county.
    assert {reply.status_code for reply in answers[1:]} <= {200, 409}
    assert method == "post" or answers[1].status_code == 200


LISTS: Final = ["/v1/referrals", "/v1/referrals/worklist", "/v1/referrals/worklist/totals"]


async def test_lists_hold_the_caller_s_own_people(referral: Service, applied: str) -> None:
    counted = []
    for divisions in (None, CITY, OWN, FOREIGN):
        client = await referral.client(Role.AGENCY, divisions=divisions)
        found = [(await client.get(path)).json() for path in LISTS]
        counted.append([len(rows) if isinstance(rows, list) else len(rows["items"]) for rows in found])
    assert counted == [[1, 1, 1], [1, 1, 1], [1, 1, 1], [0, 0, 0]]


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_of_another_county_is_not_given(referral: Service, path: str) -> None:
    client = await referral.client(Role.OPERATIONS, divisions=OWN)
    assert (await client.get(path, params={"county": "430481"})).status_code == 200
    refused = await client.get(path, params={"county": "430482"})
    assert (refused.status_code, refused.json()["code"]) == (403, "DIVISION_FOREIGN")


async def test_of_an_old_referral_nobody_knows_whose_it_is(referral: Service, applied: str) -> None:
    await referral.pool.execute("UPDATE referrals SET county = NULL WHERE referral_id = $1", applied)
    county, everywhere = await referral.client(Role.AGENCY, divisions=OWN), await referral.client(Role.AGENCY)
    assert (await county.get(f"/v1/referrals/{applied}")).status_code == 403
    assert (await everywhere.get(f"/v1/referrals/{applied}")).status_code == 200
