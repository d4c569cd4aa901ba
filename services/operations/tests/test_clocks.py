"""Clocks: what is due when by the documents, for whom, and how it stands."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from kernel.security import Role
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service
from law.clocks.official import official_calendar
from law.packs import PackLibrary
from operations.clocks.domain.schedule import Due, due_between, state_of
from operations.config import Config

HUINING, HUNAN, LIUZHOU, JIEYANG = "620422", "430481", "450221", "445202"
UNITS = {"县民政局", "县财政局", "县金融办", "县人社局", "县卫计局"}


def due(config: Config, county: str, first: date, last: date) -> list[Due]:
    library: PackLibrary = config.library
    return due_between(library, county, first, last, official_calendar())


def test_every_department_reports_by_the_8th_and_longer_periods_come_with_their_last_month(config: Config) -> None:
    reports = [
        one for one in due(config, HUINING, date(2018, 7, 1), date(2019, 1, 31)) if one.clock == "monthly_report"
    ]
    days = {one.period: one.due_on for one in reports}
    # The 8th of July 2018 is a Sunday and stays the last day (AMB-H3); the first report is that of June.
    assert days["2018-06"] == date(2018, 7, 8)
    assert days["2018-Q3"] == date(2018, 10, 8)
    assert days["2018-H2"] == days["2018"] == days["2018-12"] == date(2019, 1, 8)
    assert "2018-05" not in days
    assert {one.unit for one in reports if one.period == "2018-06"} == UNITS
    assert all(one.owner == one.unit for one in reports)


@pytest.mark.parametrize(
    ("county", "clock", "period", "due_on", "named", "owner"),
    [
        (HUNAN, "prepayment", "2018-11", date(2018, 10, 15), True, "财政部门"),
        (HUNAN, "dispatch_notice", "2018-09", date(2018, 10, 31), False, "人力资源社会保障部门"),
        (HUNAN, "reserves_in_and_platform_live", "2018-07-31", date(2018, 7, 31), True, None),
        (LIUZHOU, "enrolment_comparison", "2019-10", date(2019, 10, 10), True, None),
        (LIUZHOU, "coverage_notice", "2019-09", date(2019, 10, 31), False, None),
        (LIUZHOU, "chronic_filing", "2019-09", date(2019, 10, 31), False, None),
        (JIEYANG, "quota", "2020", date(2020, 1, 15), True, "财政部门"),
        (JIEYANG, "clearing", "2020", date(2020, 1, 31), False, "财政部门"),
        (HUINING, "joint_meeting", "2018-Q3", date(2018, 9, 30), False, "县卫计局"),
    ],
)
def test_each_documents_clock_stands_on_its_day(
    config: Config, county: str, clock: str, period: str, due_on: date, named: bool, owner: str | None
) -> None:
    found = {(one.clock, one.period): one for one in due(config, county, due_on, due_on)}
    one = found[clock, period]
    assert (one.due_on, one.named_day, one.owner) == (due_on, named, owner)


def test_nothing_is_due_before_its_document_was_in_force(config: Config) -> None:
    assert due(config, LIUZHOU, date(2018, 8, 1), date(2019, 1, 31)) == []


@pytest.mark.parametrize(
    ("done_on", "today", "state"),
    [
        (None, date(2019, 8, 1), "RUNNING"),
        (None, date(2019, 8, 2), "ABOUT"),
        (None, date(2019, 8, 8), "ABOUT"),
        (None, date(2019, 8, 9), "LATE"),
        (date(2019, 8, 8), date(2019, 9, 1), "DONE"),
        (date(2019, 8, 9), date(2019, 9, 1), "DONE_LATE"),
    ],
)
def test_the_last_day_is_in_time(config: Config, done_on: date | None, today: date, state: str) -> None:
    one = due(config, HUINING, date(2019, 8, 8), date(2019, 8, 8))[0]
    assert state_of(one, done_on, today) == state


async def lines(client: httpx.AsyncClient, **asked: str) -> list[dict[str, Any]]:
    reply = await client.get("/v1/clocks", params={"area": HUINING, "limit": "500"} | asked)
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


async def test_a_department_hands_its_report_in_and_who_has_not_is_late(
    operations: Service, staff: httpx.AsyncClient, clock: SetClock
) -> None:
    office = await operations.client(Role.DEPARTMENT, "civil-affairs", divisions=[HUINING])
    report = {"county": HUINING, "clock": "monthly_report", "period": "2019-08", "unit": "县民政局"}
    sent = await office.post("/v1/clocks/done", json=report | {"evidence": "会民函〔2019〕31号"})
    assert sent.status_code == 201, sent.text
    assert sent.json() == {
        "clock": "monthly_report",
        "period": "2019-08",
        "due_on": "2019-09-08",
        "done_on": "2019-09-03",
        "in_time": True,
        "version": 1,
    }
    clock.now += timedelta(days=7)
    asked = {"due_from": "2019-09-08", "due_to": "2019-09-08"}
    states = {one["unit"]: one["state"] for one in await lines(staff, **asked) if one["period"] == "2019-08"}
    assert states.pop("县民政局") == "DONE"
    assert set(states.values()) == {"LATE"}
    assert {one["unit"] for one in await lines(staff, state="LATE", **asked)} == UNITS - {"县民政局"}
    # A corrected version after the day is marked as one, and makes nothing late.
    again = await office.post("/v1/clocks/done", json=report | {"evidence": "会民函〔2019〕31号更正"})
    assert (again.json()["version"], again.json()["in_time"]) == (2, True)


async def test_what_is_due_once_a_year_is_said_to_be_done(staff: httpx.AsyncClient, clock: SetClock) -> None:
    clock.now = datetime(2020, 1, 10, 2, tzinfo=UTC)
    unit = {"unit": "县民政局"}
    for of, more, due_on in (
        ({"county": "445202", "clock": "quota", "period": "2020"}, {}, "2020-01-15"),
        ({"county": "445202", "clock": "clearing", "period": "2020"}, {}, "2020-01-31"),
        ({"county": HUINING, "clock": "monthly_report", "period": "2019"}, unit, "2020-01-08"),
    ):
        done = await staff.post("/v1/clocks/done", json=of | more | {"evidence": "示范函〔2020〕1号"})
        assert (done.status_code, done.json().get("due_on")) == (201, due_on), done.text
        assert done.json()["in_time"] == (due_on > "2020-01-10")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"period": "2019-09"}, "PERIOD_NOT_ENDED"),
        ({"unit": ""}, "CLOCK_UNKNOWN"),
        ({"clock": "no_such"}, "CLOCK_UNKNOWN"),
        ({"period": "2019-13"}, "PERIOD_MALFORMED"),
        ({"period": "2019-09-99"}, "PERIOD_MALFORMED"),
        ({"done_on": "2019-09-04"}, "DATE_IN_FUTURE"),
        ({"done_on": "2019-08-31"}, "PERIOD_NOT_ENDED"),
        ({"county": "110101"}, "CLOCK_UNKNOWN"),
        ({"evidence": "13812345678"}, "PERSONAL_DATA_IN_TEXT"),
    ],
)
async def test_what_cannot_be_done_is_said(staff: httpx.AsyncClient, change: dict[str, str], code: str) -> None:
    report = {"county": HUINING, "clock": "monthly_report", "period": "2019-08", "unit": "县民政局", "evidence": "x1"}
    refused = await staff.post("/v1/clocks/done", json=report | change)
    assert refused.json()["code"] == code, refused.text


async def test_too_long_a_time_is_refused_and_pages_follow_each_other(staff: httpx.AsyncClient) -> None:
    refused = await staff.get("/v1/clocks", params={"area": HUINING, "due_from": "2018-01-01", "due_to": "2019-12-31"})
    assert refused.json()["code"] == "SPAN_TOO_LONG"
    refused = await staff.get("/v1/clocks", params={"area": HUINING, "due_from": "2019-12-31", "due_to": "2018-01-01"})
    assert refused.json()["code"] == "DATES_OUT_OF_ORDER"
    asked = {"area": HUINING, "due_from": "2019-07-01", "due_to": "2019-10-31", "limit": "7"}
    seen = []
    while True:
        page = (await staff.get("/v1/clocks", params=asked)).json()
        seen += [(one["due_on"], one["clock"], one["period"], one["unit"]) for one in page["items"]]
        if page.get("next") is None:
            break
        asked["after"] = page["next"]
    whole = await lines(staff, due_from="2019-07-01", due_to="2019-10-31")
    assert seen == [(one["due_on"], one["clock"], one["period"], one["unit"]) for one in whole]
    assert len(seen) == len(set(seen)) > 20


@pytest.mark.parametrize(
    ("county", "milestone", "on"),
    [
        (HUNAN, "account_open", "2018-07-25"),
        (LIUZHOU, "system_upgrade", "2019-07-31"),
        (LIUZHOU, "certification_rules", "2019-07-31"),
        (JIEYANG, "in_city_settlement", "2019-06-30"),
    ],
)
async def test_a_milestone_is_on_the_readiness_list_until_it_is_reached(
    staff: httpx.AsyncClient, county: str, milestone: str, on: str
) -> None:
    async def standing() -> dict[str, Any]:
        found = await lines(staff, area=county, due_from=on, due_to=on)
        return next(one for one in found if one["clock"] == milestone)

    assert (await standing())["state"] == "LATE"
    said = {"county": county, "clock": milestone, "period": on, "done_on": on, "evidence": "验收单12"}
    assert (await staff.post("/v1/clocks/done", json=said)).status_code == 201
    after = await standing()
    assert (after["state"], after["evidence"]) == ("DONE", "验收单12")


async def test_a_department_says_its_own_duty_done_and_another_person_withdraws_it(
    operations: Service, staff: httpx.AsyncClient
) -> None:
    report = {"county": HUINING, "clock": "monthly_report", "period": "2019-08"}
    office = await operations.client(Role.DEPARTMENT, "civil-affairs", divisions=[HUINING])
    proof = {"evidence": "会民函〔2019〕31号"}
    foreign = await office.post("/v1/clocks/done", json=report | proof | {"unit": "县财政局"})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "ORGANISATION_FOREIGN")
    own = report | {"unit": "县民政局"}
    assert (await office.post("/v1/clocks/done", json=own | proof | {"done_on": "2019-09-01"})).status_code == 201
    asked = {"due_from": "2019-09-08", "due_to": "2019-09-08", "state": "DONE"}
    (line,) = await lines(staff, **asked)
    assert (line["done_on"], line["said_on"]) == ("2019-09-01", "2019-09-03")
    because = {"because": "所附文号不存在"}
    same = await office.post("/v1/clocks/done/withdrawal", json=own | because)
    assert same.json()["code"] == "CLOCK_SAME_PERSON"
    assert (await staff.post("/v1/clocks/done/withdrawal", json=own | because)).status_code == 200
    assert await lines(staff, **asked) == []
    again = await staff.post("/v1/clocks/done/withdrawal", json=own | because)
    assert again.json()["code"] == "CLOCK_NOT_DONE"
    assert (await office.post("/v1/clocks/done", json=own | proof)).json()["done_on"] == "2019-09-03"
