"""A clerk of operations asks the desk: what happened, what held when, who looked; and others try to."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import msgspec
import pytest

from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.moving import PersonMoved
from kernel.security import Principal, Role
from kernel.values.china_time import china_date
from kernel.values.refusals import Refused
from kernel.writing.database import administering
from onestop.desk.theirs import as_seen_by
from onestop.looks import looks_of
from onestop.platform import Platform
from onestop.quiescence import wait_until_arrived
from onestop.shown import SEALED
from onestop.trace import Step, Story, trace
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.window import Window

BILL: Final = stories.Bill(100_000, 0, 60_000)
BECAUSE: Final = "患者询问"
ELSEWHERE: Final = "451028"
SCRIPT: Final = "<script>alert('示例')</script>"


class Settled(msgspec.Struct, frozen=True):
    """A settled visit that was taken back: its platform, the names that somebody may have of it, and its county."""

    platform: Platform
    names: dict[str, str]
    county: str
    before: datetime

    @property
    def settlement(self) -> str:
        return self.names["settlement"]

    @property
    def person(self) -> str:
        return self.names["person"]

    @property
    def day(self) -> str:
        """The day in China on which it was settled."""
        return china_date(self.before).isoformat()

    def doors(self) -> list[tuple[str, dict[str, str]]]:
        """Every door of the desk that shows something of it."""
        on = {"on": self.day}
        return [
            ("/v1/traces", {"name": self.person}),
            (f"/v1/traces/{self.settlement}", {}),
            (f"/v1/traces/{self.settlement}/page", {}),
            (f"/v1/as-of/persons/{self.person}", on),
            (f"/v1/as-of/years/{self.person}", on),
            (f"/v1/as-of/settlements/{self.settlement}", on),
            ("/v1/as-of/accounts", {"account": f"fund/{self.county}", **on}),
        ]


class Clerk:
    """Somebody at the desk with a token."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ask(self, path: str, headers: dict[str, str] | None = None, **said: str) -> httpx.Response:
        return await self._client.get(path, params={"because": BECAUSE, **said}, headers=headers)

    async def looks(self, **said: str) -> list[dict[str, Any]]:
        """The looks that are shown, the newest first."""
        items: list[dict[str, Any]] = (await self._client.get("/v1/looks", params=said)).json()["items"]
        return items

    async def refused(self, path: str, **said: str) -> tuple[int, str]:
        answer = await self.ask(path, **said)
        return answer.status_code, answer.json()["code"]


def clerk_with(platform: Platform, token: str) -> httpx.AsyncClient:
    """A client of the desk with a token."""
    return httpx.AsyncClient(base_url=platform.desk, headers={"Authorization": f"Bearer {token}"}, timeout=30)


@pytest.fixture
async def settled(embedded_town: Any) -> Settled:
    town = embedded_town
    before = datetime.now(UTC)
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    person = town.someone("DIBAO")
    admitted = await stories.admit(window, person, "special_outpatient", town.today)
    await stories.upload(window, admitted["encounter_id"], BILL)
    path, body = f"/v1/encounters/{admitted['encounter_id']}/settlement", {"payers": BILL.payers}
    bill = await window.post("settlement", path, body | {"settlement_number": "JS-2026-0007"})
    await window.post("settlement", f"/v1/settlements/{bill['settlement_id']}/revocation", {"reason": SCRIPT})
    await wait_until_arrived(town.platform.admin_url)
    names = {"settlement": bill["settlement_id"], "stay": admitted["encounter_id"], "person": person}
    async with administering(town.platform.admin_url) as owner:
        of = "SELECT county FROM settlement.settlements WHERE settlement_id = $1"
        county = await owner.fetchval(of, bill["settlement_id"])
    return Settled(town.platform, names | {"number": "JS-2026-0007", "journal": bill["settlement_id"]}, county, before)


@pytest.fixture
async def clerk(settled: Settled) -> AsyncIterator[Clerk]:
    """A clerk of the person's own county."""
    async with clerk_with(settled.platform, token_of(settled.platform, [settled.county])) as client:
        yield Clerk(client)


def token_of(platform: Platform, divisions: list[str] | None, *, subject: str = "li", seconds: int = 600) -> str:
    """A token of operations; one of negative seconds has ended."""
    now = time.time() if seconds > 0 else time.time() + 2 * seconds
    return platform.issuer.issue(Role.OPERATIONS, subject, None, abs(seconds), now, divisions=divisions)


@pytest.mark.parametrize("name", ["settlement", "stay", "person", "number", "journal"])
async def test_every_name_leads_to_the_story(settled: Settled, clerk: Clerk, name: str) -> None:
    (found,) = (await clerk.ask("/v1/traces", name=settled.names[name])).json()["items"]
    assert (found["settlement_id"], found["county"]) == (settled.settlement, settled.county)
    story = (await clerk.ask(f"/v1/traces/{found['settlement_id']}")).json()
    assert {step["service"] for step in story["steps"]} == {"identity", "settlement", "fund-ledger"}
    assert story["bills"][0]["total"] == "1000.00"
    assert [payer["name"] for payer in story["bills"][0]["payers"]][:2] == ["基本医疗保险", "大病保险"]
    assert all(payer["clause"] for payer in story["bills"][0]["payers"])


async def test_a_story_shows_nothing_that_is_sealed(settled: Settled, clerk: Clerk) -> None:
    told = await clerk.ask(f"/v1/traces/{settled.settlement}")
    registered = next(step for step in told.json()["steps"] if step["type"] == "PersonRegistered")
    assert registered["event"]["entitlement"]["person_id"] == settled.person
    assert not [name for name in SEALED if f'"{name}"' in told.text]


async def test_every_look_is_kept_under_the_tokens_name_with_its_reason(settled: Settled, clerk: Clerk) -> None:
    for path, said in settled.doors():
        assert (await clerk.ask(path, **said)).status_code == 200, path
    kept = await looks_of(settled.platform.admin_url)
    assert {(one.looked_by, one.because, one.division) for one in kept} == {("li", BECAUSE, settled.county)}
    assert len(kept) == len(settled.doors())
    seen = await clerk.looks(subject=settled.person)
    assert [line["command"] for line in seen] == ["as-of", "as-of", "trace", "trace"]


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


async def test_as_of_a_moment_before_less_was_known(settled: Settled, clerk: Clerk) -> None:
    on, now, before = settled.day, datetime.now(UTC), settled.before.isoformat()
    path = f"/v1/as-of/settlements/{settled.settlement}"
    later = (await clerk.ask(path, on=on, known_at=now.isoformat())).json()
    assert (later["state"], later["total"]) == ("REVOKED", "1000.00")
    assert len(later["journals"]) == 2
    assert await clerk.refused(path, on=on, known_at=before) == (404, "SETTLEMENT_UNKNOWN_THEN")
    year = f"/v1/as-of/years/{settled.person}"
    assert (await clerk.ask(year, on=on)).json()[0]["version"] == 2
    assert await clerk.refused(year, on=on, known_at=before) == (404, "YEAR_UNKNOWN_THEN")
    person = f"/v1/as-of/persons/{settled.person}"
    assert (await clerk.ask(person, on=on, known_at=before)).json()["memberships"][0]["category"] == "DIBAO"
    long_before = (settled.before - timedelta(days=365)).isoformat()
    assert await clerk.refused(person, on=on, known_at=long_before) == (404, "PERSON_UNKNOWN_THEN")
    fund = {"account": f"fund/{settled.county}/BMI", "on": on}
    (booked,) = (await clerk.ask("/v1/as-of/accounts", **fund)).json()
    (untouched,) = (await clerk.ask("/v1/as-of/accounts", **fund, known_at=before)).json()
    assert (untouched["debit"], booked["debit"] != "0.00") == ("0.00", True)


async def test_who_has_the_newest_already_is_told_so_and_has_looked_all_the_same(
    settled: Settled, clerk: Clerk
) -> None:
    for path, said in settled.doors():
        first = await clerk.ask(path, **said)
        again = await clerk.ask(path, {"If-None-Match": first.headers["etag"]}, **said)
        assert (again.status_code, again.content) == (304, b""), path
    assert len(await looks_of(settled.platform.admin_url)) == 2 * len(settled.doors())


async def test_the_page_runs_nothing_and_what_somebody_wrote_is_text(settled: Settled, clerk: Clerk) -> None:
    page = await clerk.ask(f"/v1/traces/{settled.settlement}/page")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "<script" not in page.text
    assert "原因：&lt;script&gt;alert(&#x27;示例&#x27;)&lt;/script&gt;" in page.text


async def test_a_persons_bills_come_page_by_page(embedded_town: Any) -> None:
    town = embedded_town
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    person = town.someone("DIBAO")
    bills = [await stories.visit(window, person, "outpatient", town.today, BILL) for _ in range(3)]
    async with clerk_with(town.platform, token_of(town.platform, None)) as client:
        clerk = Clerk(client)
        first = (await clerk.ask("/v1/traces", name=person, limit="2")).json()
        rest = (await clerk.ask("/v1/traces", name=person, limit="2", after=first["next"])).json()
    shown = [line["settlement_id"] for page in (first, rest) for line in page["items"]]
    assert shown == sorted(bill["settlement_id"] for bill in bills)
    assert rest["next"] is None
    kept = await looks_of(town.platform.admin_url)
    assert sorted(one.subject for one in kept) == shown


async def test_of_a_person_who_moved_each_county_sees_its_own_time(settled: Settled) -> None:
    story = await trace(settled.platform.admin_url, settled.settlement)
    after = Entitlement(person_id=settled.person, revision=99, county=ELSEWHERE)
    moved = Step("identity", "PersonMoved", datetime.now(UTC), PersonMoved(settled.county, "wang", after), "wang")
    whole: Story = msgspec.structs.replace(story, steps=(*story.steps, moved))
    theirs, left_out = as_seen_by(_of(settled.county), whole)
    assert (theirs.steps, left_out) == (story.steps, 1)
    assert as_seen_by(_of(settled.county, ELSEWHERE), whole) == (whole, 0)
    assert as_seen_by(Principal("li", frozenset({Role.OPERATIONS})), whole) == (whole, 0)
    with pytest.raises(Refused, match="451028"):
        as_seen_by(_of(ELSEWHERE), whole)


def _of(*divisions: str) -> Principal:
    return Principal("li", frozenset({Role.OPERATIONS}), divisions=frozenset(divisions))
