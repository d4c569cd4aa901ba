"""At which window a bill is handed in, how often somebody came for it, and what the others are told of it."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import pytest
from services.settlement.tests.conftest import open_desk
from services.settlement.tests.test_cases import HANDED_IN, OUTSIDE, PAPERS, handed_in, refused, settle, sign

from contracts.settlement import CaseChanged, SettlementConfirmed
from kernel.security import Role
from kernel.testing.deadline import eventually
from settlement.institutions.domain import reach_of

STATION: Final = "县外住院报销服务站"
COUNTY_WINDOW: Final = "县内住院报销服务窗口"
TOWNSHIP_WINDOW: Final = "乡镇卫生院窗口"
#: A township health centre of Leye.
CENTRE: Final = {
    "hospital_id": "H7",
    "name": "示范乡镇卫生院",
    "level": "township",
    "division": "451028",
    "contract_from": "2018-01-01",
}
IN_COUNTY: Final = HANDED_IN | {"hospital_id": "H1", "invoice_number": "LY-001"}


async def registered(desk: Any) -> Any:
    await desk.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED")
    everywhere = await desk.service.client(Role.AGENCY, "A0")
    for entry in (OUTSIDE, CENTRE):
        assert (await everywhere.post("/v1/institutions", json=entry)).status_code == 201
    return await desk.service.client(Role.AGENCY, "A1", divisions=["451028"])


@pytest.fixture
async def agency(leye: Any) -> Any:
    return await registered(leye)


async def messages(desk: Any, kind: type[msgspec.Struct]) -> Sequence[Any]:
    """What was told of a kind, once all events are relayed."""

    async def relayed() -> bool:
        pool = desk.service.pool
        events = await pool.fetchval("SELECT count(*) FROM events")
        return bool(events == await pool.fetchval("SELECT COALESCE(max(gseq), 0) FROM relay"))

    await eventually(relayed)
    sql = """SELECT body FROM messages WHERE topic = 'settlement' AND headers::text LIKE '%' || $1 || '%'
             ORDER BY partition, "offset\""""
    rows = await desk.around.bus.fetch(sql, f"onestop.settlement.{kind.__name__}.v1")
    return [msgspec.json.decode(row["body"], type=kind) for row in rows]


@pytest.mark.parametrize(
    ("bill", "window", "refusal"),
    [
        (HANDED_IN, {"kind": STATION}, None),
        (IN_COUNTY, {"kind": COUNTY_WINDOW, "hospital_id": "H1"}, None),
        (HANDED_IN, {"kind": TOWNSHIP_WINDOW, "hospital_id": "H7"}, "WINDOW_OF_OTHERS"),
        (HANDED_IN, {"kind": COUNTY_WINDOW, "hospital_id": "H1"}, "WINDOW_OF_OTHERS"),
        (IN_COUNTY, {"kind": STATION}, "WINDOW_OF_OTHERS"),
        (HANDED_IN, {"kind": "银行柜台"}, "WINDOW_UNKNOWN"),
        (IN_COUNTY, {"kind": COUNTY_WINDOW}, "WINDOW_UNKNOWN"),
        (IN_COUNTY, {"kind": COUNTY_WINDOW, "hospital_id": "H7"}, "WINDOW_UNKNOWN"),
        (IN_COUNTY, {"kind": COUNTY_WINDOW, "hospital_id": "H9"}, "WINDOW_UNKNOWN"),
        (IN_COUNTY, {"kind": COUNTY_WINDOW, "hospital_id": "H404"}, "WINDOW_UNKNOWN"),
    ],
)
async def test_a_bill_is_taken_in_at_the_window_it_belongs_to(
    agency: Any, bill: dict[str, Any], window: dict[str, str], refusal: str | None
) -> None:
    reply = await agency.post("/v1/cases", json=bill | {"window": window})
    if refusal is None:
        assert reply.status_code == 201, reply.text
        assert reply.json()["window"] == {"hospital_id": None} | window
    else:
        assert refused(reply) == (422, refusal)


async def test_the_refusal_names_the_window_it_belongs_to(agency: Any) -> None:
    window = {"kind": TOWNSHIP_WINDOW, "hospital_id": "H7"}
    reply = await agency.post("/v1/cases", json=HANDED_IN | {"window": window})
    assert STATION in reply.json()["detail"]
    # Refused, it was not handed in: the invoice is free for the right window.
    assert (await handed_in(agency, window={"kind": STATION}))["state"] == "COMPLETE"


async def test_a_county_may_ask_for_the_window_of_every_bill(around: Any) -> None:
    agency = await registered(await open_desk(around, "451028", case_windows=frozenset({"451028"})))
    assert refused(await agency.post("/v1/cases", json=HANDED_IN)) == (422, "WINDOW_MISSING")
    assert (await handed_in(agency, window={"kind": STATION}))["window"]["kind"] == STATION


async def test_visits_are_days_on_which_somebody_came_and_returned_papers_are_counted(agency: Any) -> None:
    receipt = await handed_in(agency, papers=PAPERS[:1])
    assert (receipt["visits"], receipt["returned"]) == ([{"on": "2019-08-16", "by": "CADRE"}], 0)
    path = f"/v1/cases/{receipt['case_id']}"
    await agency.post(f"{path}/return", json={"reason": "票据缺印章"})
    came = {"papers": PAPERS[1:2], "on": "2019-08-19", "submitter": "SELF"}
    await agency.post(f"{path}/papers", json=came)
    again = (await agency.post(f"{path}/papers", json=came | {"papers": PAPERS[1:]})).json()
    assert again["visits"] == [{"on": "2019-08-16", "by": "CADRE"}, {"on": "2019-08-19", "by": "SELF"}]
    assert again["returned"] == 1


async def test_each_step_of_a_case_is_told_without_its_papers(leye: Any, agency: Any) -> None:
    receipt = await handed_in(agency, window={"kind": STATION})
    path = f"/v1/cases/{receipt['case_id']}"
    settlement_id = (await settle(agency, receipt)).json()["settlement_id"]
    await sign(leye, path, "社保", "民政", "卫计")
    assert (await agency.post(f"{path}/payment", json={"on": "2019-08-20"})).status_code == 200
    told: Sequence[CaseChanged] = await messages(leye, CaseChanged)
    assert [one.state for one in told] == ["COMPLETE", *["SETTLED"] * 4, "PAID"]
    last = told[-1]
    assert (last.settlement_id, last.window_kind, last.window_hospital) == (settlement_id, STATION, None)
    assert [(sign.owner, sign.by, str(sign.on)) for sign in last.signed] == [
        ("社保", "seconded-0", "2019-08-20"),
        ("民政", "seconded-1", "2019-08-20"),
        ("卫计", "seconded-2", "2019-08-20"),
    ]
    assert (str(last.paid_on), bool(last.paid_by), len(last.visits)) == ("2019-08-20", True, 1)
    (bill,) = await messages(leye, SettlementConfirmed)
    assert bill.stay.reach == "other_city", "Nanning and Leye lie in Guangxi"


async def test_while_the_release_before_runs_cases_are_told_to_nobody_for_ever(around: Any) -> None:
    desk = await open_desk(around, "451028", tells_cases=False)
    agency = await registered(desk)
    receipt = await handed_in(agency)
    await settle(agency, receipt)
    assert await messages(desk, CaseChanged) == []
    (bill,) = await messages(desk, SettlementConfirmed)
    assert bill.stay.reach is msgspec.UNSET


@pytest.mark.parametrize(
    ("county", "at", "reach"),
    [
        ("445202", "445202", "in_city"),
        ("445202", "445281", "in_city"),
        ("445200", "445202", "in_city"),
        ("445202", "440100", "other_city"),
        ("445202", "350200", "other_province"),
        ("110101", "110228", "in_city"),
        ("500101", "500200", "in_city"),
    ],
)
def test_how_far_from_home_an_institution_is(county: str, at: str, reach: str) -> None:
    assert reach_of(county, at) == reach
