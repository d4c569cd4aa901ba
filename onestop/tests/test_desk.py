"""Operations' desk: who may come in, and what it may do in the database."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from kernel.security import Role
from onestop.desk.desk import as_role
from onestop.looks import looks_of, write_down
from onestop.platform import Platform, running_platform

POLICIES: Final = Path(__file__).resolve().parents[2] / "policies"


@pytest.fixture
async def platform(database: str, tmp_path: Path) -> AsyncIterator[Platform]:
    """Every service and the desk on empty tables."""
    async with running_platform(database, tmp_path, POLICIES) as platform:
        yield platform


async def test_looks_are_given_page_by_page_the_newest_first(platform: Platform) -> None:
    for number in range(3):
        await write_down(platform.admin_url, "trace", [f"person-{number}"], ("li", "患者询问"), ["445202"])
    clerk = platform.client("desk", Role.OPERATIONS)
    first = (await clerk.get("/v1/looks", params={"limit": 2})).json()
    rest = (await clerk.get("/v1/looks", params={"limit": 2, "after": first["next"]})).json()
    told = [line["subject"] for page in (first, rest) for line in page["items"]]
    assert told == ["person-2", "person-1", "person-0"]
    assert rest["items"][0] | {"at": ""} == {
        "look_id": rest["items"][0]["look_id"],
        "at": "",
        "command": "trace",
        "subject": "person-0",
        "looked_by": "li",
        "because": "患者询问",
        "division": "445202",
    }
    one = await clerk.get("/v1/looks", params={"subject": "person-1"})
    assert [line["subject"] for line in one.json()["items"]] == ["person-1"]
    again = await clerk.get("/v1/looks", params={"subject": "person-1"}, headers={"If-None-Match": one.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_who_is_not_of_operations_is_not_let_in(platform: Platform) -> None:
    for role, organisation in ((Role.HOSPITAL, "H1"), (Role.AGENCY, None), (Role.FINANCE, None)):
        refused = await platform.client("desk", role, organisation).get("/v1/looks")
        assert (refused.status_code, refused.json()["code"]) == (403, "ROLE_NOT_ALLOWED")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM looks.looks",
        "UPDATE looks.looks SET looked_by = 'nobody'",
        "DELETE FROM settlement.events",
        "INSERT INTO fund_ledger.balances SELECT * FROM fund_ledger.balances",
        "DELETE FROM bus.messages",
        "CREATE TABLE looks.mine (x int)",
        "UPDATE reconciliation.differences SET repair = '{}'",
        "INSERT INTO reconciliation.differences SELECT * FROM reconciliation.differences",
        "INSERT INTO reconciliation.reconciliations (state, began_by, backend) VALUES ('RUNNING', 'x', 1)",
        "DELETE FROM desk.answers",
        "SET ROLE settlement",
    ],
)
async def test_a_thief_of_the_desks_password_changes_nothing(platform: Platform, statement: str) -> None:
    await write_down(platform.admin_url, "trace", ["person-1"], ("li", ""))
    session = await asyncpg.connect(as_role(platform.admin_url, "desk"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await session.execute(statement)
    finally:
        await session.close()
    assert len(await looks_of(platform.admin_url)) == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql:///onestop?host=%2Ftmp%2Fpg", "postgresql://desk@/onestop?host=%2Ftmp%2Fpg"),
        ("postgresql://postgres@/onestop?host=%2Ftmp&port=5", "postgresql://desk@/onestop?host=%2Ftmp&port=5"),
        ("postgresql://postgres:a%40b@db:5432/onestop", "postgresql://desk:a%40b@db:5432/onestop"),
    ],
)
def test_the_same_database_is_spoken_to_as_another_role(url: str, expected: str) -> None:
    assert as_role(url, "desk") == expected
