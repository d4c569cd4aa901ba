"""Each county's staff see and decide what concerns the people of their own county (R-JY-12)."""

from datetime import date
from typing import Any, Final

import pytest

from kernel.security import Role
from settlement.encounters.queries.encounters import SETTLEMENTS_OF_COUNTIES_SQL

OWN, FOREIGN, CITY = ["445202"], ["445203"], ["445200"]
DAY: Final = date(2019, 8, 5)
YEAR: Final = {"person_id": "P2", "area": "445200", "year": 2019, "balances": {"aid_in": "1.00"}, "source": "handover"}
ROUTES: Final = [
    (Role.AGENCY, "get", "/v1/settlements/{settlement_id}", {}),
    (Role.FINANCE, "get", "/v1/settlements/{settlement_id}/statement", {}),
    (Role.OPERATIONS, "get", "/v1/reviews/{review_id}", {}),
    (Role.OPERATIONS, "post", "/v1/reviews/{review_id}/proposal", {"decision": "LEAVE", "reason": "示范"}),
    (Role.AGENCY, "post", "/v1/reviews/{review_id}/release", {}),
    (Role.AGENCY, "post", "/v1/reviews/{review_id}/rejection", {"reason": "示范"}),
    (Role.AGENCY, "get", "/v1/benefit-years/445200/P1/2019", {}),
    (Role.OPERATIONS, "post", "/v1/benefit-years", YEAR),
    (
        Role.DEPARTMENT,
        "post",
        "/v1/encounters/{encounter_id}/catalogue-exception",
        {"approved_on": "2019-08-10", "evidence": "特殊情况审批单"},
    ),
]
LISTS: Final = ["/v1/settlements", "/v1/reviews", "/v1/payment-refusals", "/v1/institutions"]


@pytest.fixture
async def desk(jieyang: Any) -> tuple[Any, dict[str, str]]:
    """A settled bill of P1 of 445202, and a review item that a better category has opened."""
    await jieyang.tell("P1", "DIBAO")
    settled = await jieyang.bill("P1", DAY, {"compliant": "10000.00"}, {"BMI": "6000.00", "CII": "0.00"})
    await jieyang.tell("P1", "TEKUN")
    await jieyang.tell("P2", "DIBAO")
    (row,) = await jieyang.reviews()
    return jieyang, {name: settled[name] for name in ("settlement_id", "encounter_id")} | {
        "review_id": row["review_id"]
    }


@pytest.mark.parametrize(("role", "method", "path", "body"), ROUTES)
async def test_what_concerns_another_county_s_person_is_closed(
    desk: Any, role: Role, method: str, path: str, body: dict[str, Any]
) -> None:
    jieyang, names = desk
    organisation = "health" if role is Role.DEPARTMENT else None
    codes = []
    for divisions in (FOREIGN, OWN, CITY):
        client = await jieyang.service.client(role, organisation, divisions=divisions, subject=f"of-{divisions[0]}")
        reply = await client.request(method, path.format(**names), json=body)
        codes.append((reply.status_code, reply.json().get("code")))
    assert codes[0] == (403, "DIVISION_FOREIGN")
    # Where the second of two does the same once more, another rule may refuse it; never this one.
    assert all(code not in {"DIVISION_FOREIGN", "DIVISIONS_NOT_SERVED"} and status != 422 for status, code in codes[1:])


async def test_lists_hold_the_caller_s_own_people(desk: Any) -> None:
    jieyang, _ = desk
    counted = []
    for divisions in (None, CITY, OWN, FOREIGN):
        client = await jieyang.service.client(Role.AGENCY, divisions=divisions)
        counted.append([len((await client.get(path)).json()["items"]) for path in LISTS])
    # Nobody's payment was refused, and the registry of institutions is everybody's.
    assert counted == [[1, 1, 0, 2], [1, 1, 0, 2], [1, 1, 0, 2], [0, 0, 0, 2]]


async def test_a_county_s_list_walks_along_its_own_settlements(jieyang: Any) -> None:
    async with jieyang.service.pool.acquire() as connection, connection.transaction():
        # As the service's sessions plan, however few rows there are yet (docs/decisions/0011).
        await connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off")
        plan = await connection.fetch(
            f"EXPLAIN {SETTLEMENTS_OF_COUNTIES_SQL}", OWN, "", 10, None, None, None, None, None
        )
    steps = [row[0].strip() for row in plan]
    assert any("county = known.county" in step and "settlement_id >" in step for step in steps), steps
    assert not any("Seq Scan on settlements" in step for step in steps), steps


async def test_of_an_unknown_person_only_the_area_is_known(jieyang: Any) -> None:
    codes = []
    for divisions in (OWN, CITY):
        client = await jieyang.service.client(Role.OPERATIONS, divisions=divisions)
        codes.append((await client.post("/v1/benefit-years", json=YEAR)).status_code)
    assert codes == [403, 201]
