"""Whoever has no business with a person's data is refused at every door of the desk, and sees nothing."""

from typing import Final

import pytest
from tests.desk_clerk import SCRIPT, Clerk, Settled, clerk_with, token_of

from kernel.security import Role
from kernel.writing.database import administering
from onestop.looks import looks_of
from workbench.demo.city import HOSPITALS

ELSEWHERE: Final = "451028"


async def test_what_cannot_be_kept_is_not_shown(settled: Settled, clerk: Clerk) -> None:
    async with administering(settled.platform.admin_url) as owner:
        await owner.execute("REVOKE INSERT ON looks.looks FROM desk")
    for path, said in settled.doors():
        answer = await clerk.ask(path, **said)
        assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_ERROR"), path
        assert answer.headers["content-type"] == "application/problem+json"
        assert HOSPITALS[0].hospital_id not in answer.text


async def test_another_countys_clerk_is_refused_at_every_door_and_sees_none_of_its_looks(
    settled: Settled, clerk: Clerk
) -> None:
    assert (await clerk.ask(f"/v1/traces/{settled.settlement}")).status_code == 200
    async with clerk_with(settled.platform, token_of(settled.platform, [ELSEWHERE], subject="wang")) as client:
        stranger = Clerk(client)
        for path, said in settled.doors():
            assert await stranger.refused(path, **said) == (403, "DIVISION_FOREIGN"), path
        assert await stranger.looks() == []
    assert [one.looked_by for one in await looks_of(settled.platform.admin_url)] == ["li"]
    async with clerk_with(settled.platform, token_of(settled.platform, None, subject="zhao")) as client:
        assert (await Clerk(client).ask(f"/v1/traces/{settled.settlement}")).status_code == 200


async def test_who_is_not_of_operations_or_comes_too_late_is_not_let_in(settled: Settled) -> None:
    hospital = Clerk(settled.platform.client("desk", Role.HOSPITAL, HOSPITALS[0].hospital_id))
    async with clerk_with(settled.platform, token_of(settled.platform, None, seconds=-600)) as client:
        for path, said in (*settled.doors(), ("/v1/looks", {})):
            assert await hospital.refused(path, **said) == (403, "ROLE_NOT_ALLOWED"), path
            assert await Clerk(client).refused(path, **said) == (401, "TOKEN_EXPIRED"), path
    assert await looks_of(settled.platform.admin_url) == []


async def test_who_does_not_say_why_or_names_a_person_there_sees_nothing(settled: Settled, clerk: Clerk) -> None:
    for path, said in settled.doors():
        for reason in ("", "  ", "x" * 201, "a\u202eb"):
            assert await clerk.refused(path, **{**said, "because": reason}) == (
                422,
                "INVALID_FIELD" if reason == "a\u202eb" else "INVALID_PARAMETER",
            )
        told = {**said, "because": "样表 11010519491231002X"}
        assert await clerk.refused(path, **told) == (422, "PERSONAL_DATA_IN_TEXT")
    assert await looks_of(settled.platform.admin_url) == []


@pytest.mark.parametrize(
    "name", ["JS-none", "'; DROP TABLE settlements; --", "' OR '1'='1", SCRIPT, "%", "结算单", "\\", "x" * 100]
)
async def test_a_name_that_stands_for_nothing_is_unknown_whatever_it_says(
    settled: Settled, clerk: Clerk, name: str
) -> None:
    answer = await clerk.ask("/v1/traces", name=name)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOTHING_FOUND")
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await clerk.ask("/v1/traces", name=settled.person)).status_code == 200
    assert [one.command for one in await looks_of(settled.platform.admin_url)] == ["trace"]


async def test_unknown_things_and_odd_moments_are_refused_by_name(settled: Settled, clerk: Clerk) -> None:
    on = {"on": "2026-11-29"}
    assert await clerk.refused("/v1/traces/none") == (404, "SETTLEMENT_UNKNOWN")
    assert await clerk.refused("/v1/traces/none/page") == (404, "SETTLEMENT_UNKNOWN")
    assert await clerk.refused("/v1/as-of/persons/none", **on) == (404, "PERSON_UNKNOWN_THEN")
    assert await clerk.refused("/v1/as-of/years/none", **on) == (404, "YEAR_UNKNOWN_THEN")
    assert await clerk.refused("/v1/as-of/settlements/none", **on) == (404, "SETTLEMENT_UNKNOWN_THEN")
    assert await clerk.refused("/v1/as-of/accounts", account="fund/none", **on) == (404, "ACCOUNT_UNKNOWN")
    path = f"/v1/as-of/persons/{settled.person}"
    for moment in ("0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00", "yesterday", "1764500000"):
        assert await clerk.refused(path, **on, known_at=moment) == (422, "INVALID_PARAMETER"), moment
    assert await clerk.refused(path, on="29.11.2026") == (422, "INVALID_PARAMETER")
    assert await clerk.refused("/v1/traces", name="x" * 101) == (422, "INVALID_PARAMETER")
    assert await clerk.refused("/v1/traces", name="a\0b") == (422, "INVALID_PARAMETER")
    assert await looks_of(settled.platform.admin_url) == []
