"""A clerk of operations asks the desk: what happened, what held when, who looked."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import pytest
from tests.desk_clerk import BECAUSE, Clerk, Settled, clerk_with, token_of

from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.moving import PersonMoved
from kernel.security import Principal, Role
from kernel.values.refusals import Refused
from onestop.desk.theirs import as_seen_by
from onestop.looks import looks_of
from onestop.shown import SEALED
from onestop.trace import Step, Story, trace
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.window import Window

BILL: Final = stories.Bill(100_000, 0, 60_000)
ELSEWHERE: Final = "451028"


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
        again = await clerk.ask_again(path, first.headers["etag"], said)
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
