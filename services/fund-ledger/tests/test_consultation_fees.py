"""Consultation fees over HTTP: reported by the centre, paid in full, passed on to every clinic, or told."""

import io
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import msgspec
import pytest
from openpyxl import load_workbook

from fund_ledger.config import Config
from fund_ledger.main import build
from kernel.security import Role
from kernel.testing.surroundings import Service, Surroundings
from law.packs import Pack, PackLibrary

COUNTY: Final = "450223"
PACK: Final = "450000-guangxi/2019-guiyibaofa-14"
REPORT: Final = {
    "county": COUNTY,
    "month": "2019-07",
    "route": "THROUGH_CENTRE",
    "clinics": [{"clinic_id": "V1", "visits": 100}, {"clinic_id": "V2", "visits": 40}],
}
PATH: Final = f"/v1/consultation-fees/C1-{COUNTY}-2019-07"
APPROVAL: Final = f"{PATH}/approval?due=1260.00"
DAY: Final = {"value_on": "2019-08-01"}
PAID: Final = {**DAY, "amount": "1260.00"}
HELD: Final = f"receivable/centre/C1/{COUNTY}/CONSULT_FEE_PASS_THROUGH"


class Office:
    """The ledger with the health centre C1, the agency and finance."""

    def __init__(self) -> None:
        self.now = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)
        self.ledger: Service
        self.agency: httpx.AsyncClient
        self.finance: httpx.AsyncClient
        self.centre: httpx.AsyncClient

    async def do(self, who: httpx.AsyncClient, path: str, **body: Any) -> Any:
        done = await who.post(path, json=body or None)
        assert done.status_code in (200, 201), done.text
        return done.json()

    async def code(self, who: httpx.AsyncClient, path: str, **body: Any) -> tuple[int, str]:
        refused = await who.post(path, json=body or None)
        return refused.status_code, refused.json()["code"]

    async def books(self) -> dict[str, str]:
        rows = (await self.finance.get("/v1/accounts")).json()["items"]
        return {row["account"]: row["balance"] for row in rows if row["balance"] != "0.00"}

    async def paid(self, **change: Any) -> None:
        await self.do(self.centre, "/v1/consultation-fees", **{**REPORT, **change})
        await self.do(self.agency, APPROVAL)
        await self.do(self.finance, f"{PATH}/payment", **PAID)

    async def pass_on(self, first: str, second: str, *, all_of_it: bool = False) -> Any:
        clinics = [{"clinic_id": "V1", "amount": first}, {"clinic_id": "V2", "amount": second}]
        got = [clinic for clinic in clinics if clinic["amount"] != "0.00"]
        return await self.do(self.centre, f"{PATH}/passing-on", clinics=got, all_of_it=all_of_it, **DAY)

    async def retained(self) -> int:
        sql = "SELECT count(*) FROM events WHERE type = 'FeesRetained'"
        found: int = await self.ledger.pool.fetchval(sql)
        return found


async def office_of(around: Surroundings, config: Config) -> Office:
    made = Office()
    # The county's own settings say the fee; no document names one.
    library = PackLibrary(config.library.packs, {PACK: {"consultation_fee_yuan": "9.00"}})
    here = msgspec.structs.replace(config, library=library)
    made.ledger = await around.serve("fund_ledger", lambda host: build(host, here), clock=lambda: made.now)
    made.agency = await made.ledger.client(Role.AGENCY, "A1")
    made.finance = await made.ledger.client(Role.FINANCE)
    made.centre = await made.ledger.client(Role.HOSPITAL, "C1")
    await made.do(made.agency, "/v1/clinic-accounts/V8/centre", county=COUNTY, centre_id="C1")
    return made


@pytest.fixture
async def office(around: Surroundings, config: Config) -> Office:
    return await office_of(around, config)


async def test_the_fee_is_paid_in_full_and_passes_through_the_centre_down_to_zero(office: Office) -> None:
    await office.do(office.centre, "/v1/consultation-fees", **REPORT)
    told = (await office.agency.get(PATH)).json()
    assert (told["status"], told["unit_fee"], told["due"], told["left"]) == ("reported", "9.00", "1260.00", "0.00")
    assert told["clause"].startswith("003 四(十一)")
    assert await office.books() == {}
    await office.do(office.agency, APPROVAL)
    owed = f"payable/hospital/C1/{COUNTY}/CONSULT_FEE_PASS_THROUGH"
    assert (await office.books())[owed] == "-1260.00"
    await office.do(office.finance, f"{PATH}/payment", **PAID)
    books = await office.books()
    assert (books[HELD], books[f"payable/clinic/V1/{COUNTY}/CONSULT_FEE_PASS_THROUGH"]) == ("1260.00", "-900.00")
    assert owed not in books
    assert (await office.centre.get(PATH)).json()["days_waiting"] == 0
    office.now = datetime(2019, 8, 11, 1, 0, tzinfo=UTC)
    (waiting,) = (await office.agency.get("/v1/consultation-fees", params={"status": "paid"})).json()["items"]
    assert (waiting["left"], waiting["days_held"]) == ("1260.00", 10)
    await office.pass_on("500.00", "360.00")
    assert (await office.books())[HELD] == "400.00"
    book = await office.agency.get(f"/v1/reports/consultation-fees.xlsx?county={COUNTY}&month=2019-07")
    lines = list(load_workbook(io.BytesIO(book.content)).active.values)
    assert lines[0][0] == "村卫生室一般诊疗费月报表"
    assert [row[:8] for row in lines[4:7]] == [
        ("C1", "V1", "经卫生院转付", "已拨付", "100", 900, 500, 400),
        ("C1", "V2", "经卫生院转付", "已拨付", "40", 360, 360, 0),
        ("合计", None, None, None, None, 1260, 860, 400),
    ]
    assert (await office.pass_on("400.00", "0.00", all_of_it=True))["status"] == "done"
    assert await office.books() == {}
    assert await office.retained() == 0
    assert (await office.finance.get("/v1/trial-balance")).json()["balanced"] is True
    assert await office.code(office.agency, f"{PATH}/finding") == (409, "FEES_PASSED_ON")


@pytest.mark.parametrize(
    ("first", "second", "left", "short"),
    [
        ("899.99", "360.00", "0.01", ["V1"]),  # the township kept a fen
        ("900.00", "0.00", "360.00", ["V2"]),  # nothing is said of a clinic: it got nothing
        ("0.00", "0.00", "1260.00", ["V1", "V2"]),
    ],
)
async def test_the_consultation_fee_must_reach_every_clinic_whole(
    office: Office, first: str, second: str, left: str, short: list[str]
) -> None:
    await office.paid()
    await office.pass_on(first, second, all_of_it=True)
    assert (await office.agency.get(PATH)).json()["left"] == left
    assert (await office.books())[HELD] == left
    told = await office.ledger.pool.fetchval("SELECT data FROM events WHERE type = 'FeesRetained'")
    assert all(f'"{clinic}"' in told for clinic in short)
    assert await office.retained() == 1


async def test_what_one_clinic_lacks_is_not_made_up_by_another_s_surplus(office: Office) -> None:
    await office.paid()
    too_much = {"clinics": [{"clinic_id": "V1", "amount": "900.01"}], **DAY}
    assert await office.code(office.centre, f"{PATH}/passing-on", **too_much) == (409, "FEES_EXCEEDED")
    strange = {"clinics": [{"clinic_id": "V9", "amount": "1.00"}], **DAY}
    assert await office.code(office.centre, f"{PATH}/passing-on", **strange) == (409, "FEES_CLINIC_UNKNOWN")
    twice = {"clinics": [{"clinic_id": "V1", "amount": "1.00"}, {"clinic_id": "V1", "amount": "2.00"}], **DAY}
    assert await office.code(office.centre, f"{PATH}/passing-on", **twice) == (422, "FEES_FIGURES")
    early = {"clinics": [{"clinic_id": "V1", "amount": "1.00"}], "value_on": "2019-07-31"}
    assert await office.code(office.centre, f"{PATH}/passing-on", **early) == (422, "DATES_OUT_OF_ORDER")
    assert (await office.books())[HELD] == "1260.00"


async def test_a_fee_that_no_setting_says_is_not_booked(around: Surroundings, config: Config) -> None:
    now = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)
    ledger = await around.serve("fund_ledger", lambda host: build(host, config), clock=lambda: now)
    refused = await (await ledger.client(Role.HOSPITAL, "C1")).post("/v1/consultation-fees", json=REPORT)
    assert (refused.status_code, refused.json()["code"]) == (422, "FEES_WITHOUT_RULE")


@pytest.mark.parametrize(("payee", "route"), [("C1", "THROUGH_CENTRE"), ("V1", "DIRECT")])
async def test_a_fee_is_paid_by_its_report_and_by_nothing_beside_it(
    around: Surroundings, config: Config, payee: str, route: str
) -> None:
    # The fund's name of Guangxi is longer than payments take; a place may call its own shorter.
    office = await office_of(around, msgspec.structs.replace(config, library=_with_short_name(config.library)))
    await office.do(office.centre, "/v1/consultation-fees", **{**REPORT, "route": route})
    await office.do(office.agency, APPROVAL)
    to = {"county": COUNTY, "fund": "CFEE", "hospital_id": payee}
    for door in ("/v1/payments", "/v1/money-proposals/payments"):
        assert await office.code(office.finance, door, **to, amount="1.00", **DAY) == (409, "PAID_BY_REPORT")
    office.now = datetime(2019, 9, 2, 1, 0, tzinfo=UTC)
    statement = {**to, "month": "2019-08"}
    assert await office.code(office.agency, "/v1/hospital-statements", **statement) == (409, "PAID_BY_REPORT")
    await office.do(office.finance, f"{PATH}/payment", **PAID)
    assert f"payable/hospital/{payee}/{COUNTY}/CFEE" not in await office.books()


def _with_short_name(library: PackLibrary) -> PackLibrary:
    return PackLibrary([_renamed(pack) if pack.pack_id == PACK else pack for pack in library.packs])


def _renamed(pack: Pack) -> Pack:
    fee = pack.file.consultation_fee
    assert fee is not None
    funds = tuple(
        msgspec.structs.replace(fund, code="CFEE") if fund.code == fee.fund else fund for fund in pack.file.funds
    )
    fee = msgspec.structs.replace(fee, fund="CFEE")
    return msgspec.structs.replace(pack, file=msgspec.structs.replace(pack.file, funds=funds, consultation_fee=fee))


async def test_a_clinic_s_month_stands_in_one_report(office: Office) -> None:
    await office.do(office.centre, "/v1/consultation-fees", **REPORT)
    other = await office.ledger.client(Role.HOSPITAL, "C2", subject="other")
    await office.do(office.agency, "/v1/clinic-accounts/V3/centre", county=COUNTY, centre_id="C2")
    refused = await office.code(other, "/v1/consultation-fees", **REPORT)
    assert refused == (409, "FEES_CLINIC_ELSEWHERE")
    await office.do(office.agency, f"{PATH}/sending-back", reason="CLINICS_WRONG")
    await office.do(other, "/v1/consultation-fees", **REPORT)
    refused = await office.code(office.centre, "/v1/consultation-fees", **REPORT)
    assert refused == (409, "FEES_CLINIC_ELSEWHERE")
    mine = {**REPORT, "clinics": [{"clinic_id": "V3", "visits": 1}]}
    refused = await office.code(office.centre, "/v1/consultation-fees", **mine)
    assert refused == (409, "FEES_CLINIC_ELSEWHERE")


async def test_a_centre_of_one_county_reports_to_no_other(office: Office) -> None:
    centre = await office.ledger.client(Role.HOSPITAL, "C3", subject="centre-3")
    await office.do(office.agency, "/v1/clinic-accounts/V1/centre", county="450224", centre_id="C3")
    assert await office.code(centre, "/v1/consultation-fees", **REPORT) == (403, "FEES_CENTRE_FOREIGN")


async def test_the_agency_finds_a_fee_that_stays_with_the_centre(office: Office) -> None:
    await office.do(office.centre, "/v1/consultation-fees", **REPORT)
    assert await office.code(office.agency, f"{PATH}/finding") == (409, "FEES_NOT_IN_STATE")
    await office.do(office.agency, APPROVAL)
    await office.do(office.finance, f"{PATH}/payment", **PAID)
    office.now = datetime(2019, 9, 1, 1, 0, tzinfo=UTC)
    await office.do(office.agency, f"{PATH}/finding")
    assert (await office.agency.get(PATH)).json()["found_on"] == "2019-09-01"
    assert await office.retained() == 1
    assert (await office.centre.post(f"{PATH}/finding")).status_code == 403


async def test_clinics_that_settle_directly_are_paid_themselves(office: Office) -> None:
    await office.do(office.centre, "/v1/consultation-fees", **{**REPORT, "route": "DIRECT"})
    await office.do(office.agency, APPROVAL)
    assert (await office.books())[f"payable/hospital/V2/{COUNTY}/CONSULT_FEE_PASS_THROUGH"] == "-360.00"
    assert (await office.do(office.finance, f"{PATH}/payment", **PAID))["status"] == "done"
    assert await office.books() == {}
    told = (await office.centre.get(PATH)).json()
    assert (told["left"], [clinic["passed"] for clinic in told["clinics"]]) == ("0.00", ["900.00", "360.00"])


async def test_a_report_is_checked_by_another_and_made_again_where_it_is_sent_back(office: Office) -> None:
    running = {**REPORT, "month": "2019-08"}
    assert await office.code(office.centre, "/v1/consultation-fees", **running) == (409, "MONTH_NOT_OVER")
    twice = {**REPORT, "clinics": [REPORT["clinics"][0], REPORT["clinics"][0]]}
    assert await office.code(office.centre, "/v1/consultation-fees", **twice) == (422, "FEES_FIGURES")
    none = {**REPORT, "clinics": [{"clinic_id": "V1", "visits": 0}]}
    assert await office.code(office.centre, "/v1/consultation-fees", **none) == (422, "FEES_FIGURES")
    elsewhere = {**REPORT, "county": "445202"}
    assert await office.code(office.centre, "/v1/consultation-fees", **elsewhere) == (422, "FEES_WITHOUT_RULE")
    await office.do(office.centre, "/v1/consultation-fees", **REPORT)
    assert await office.code(office.centre, "/v1/consultation-fees", **REPORT) == (409, "FEES_REPORTED_BEFORE")
    same = await office.ledger.client(Role.AGENCY, "A1", subject="hospital-1")
    assert await office.code(same, APPROVAL) == (409, "SAME_PERSON")
    await office.do(office.agency, f"{PATH}/sending-back", reason="VISITS_WRONG")
    assert await office.code(office.agency, APPROVAL) == (409, "FEES_NOT_IN_STATE")
    right = {**REPORT, "clinics": [{"clinic_id": "V1", "visits": 99}]}
    await office.do(office.centre, "/v1/consultation-fees", **right)
    # Who looked at the report before it was made again does not approve or pay another one.
    assert await office.code(office.agency, APPROVAL) == (409, "AMOUNT_DIFFERS")
    assert await office.code(office.agency, f"{PATH}/approval") == (409, "AMOUNT_DIFFERS")
    await office.do(office.agency, f"{PATH}/approval?due=891.00")
    assert await office.code(office.agency, f"{PATH}/sending-back", reason="VISITS_WRONG") == (409, "FEES_NOT_IN_STATE")
    right_sum = {"amount": "891.00"}
    before = {"value_on": "2019-07-31", **right_sum}
    assert await office.code(office.finance, f"{PATH}/payment", **before) == (422, "DATES_OUT_OF_ORDER")
    payer = await office.ledger.client(Role.FINANCE, subject="agency-1")
    assert await office.code(payer, f"{PATH}/payment", **PAID) == (409, "SAME_PERSON")
    for wrong in (PAID, DAY):
        assert await office.code(office.finance, f"{PATH}/payment", **wrong) == (409, "AMOUNT_DIFFERS")
    await office.do(office.finance, f"{PATH}/payment", **DAY, **right_sum)
    assert await office.code(office.finance, f"{PATH}/payment", **PAID) == (409, "FEES_NOT_IN_STATE")
    assert (await office.agency.get(PATH)).json()["due"] == "891.00"


async def test_another_centre_and_another_county_see_nothing_but_a_clinic_its_own(office: Office) -> None:
    await office.paid()
    other = await office.ledger.client(Role.HOSPITAL, "C2")
    assert (await other.get(PATH)).json()["code"] == "FEES_UNKNOWN"
    passed = {"clinics": [{"clinic_id": "V1", "amount": "1.00"}], **DAY}
    assert await office.code(other, f"{PATH}/passing-on", **passed) == (404, "FEES_UNKNOWN")
    clinic = await office.ledger.client(Role.HOSPITAL, "V1", subject="clinic")
    assert (await clinic.get(PATH)).json()["left"] == "1260.00"
    assert await office.code(clinic, f"{PATH}/passing-on", **passed) == (404, "FEES_UNKNOWN")
    foreign = await office.ledger.client(Role.AGENCY, "A2", divisions=["445202"], subject="foreign")
    assert (await foreign.get(PATH)).json()["code"] == "DIVISION_FOREIGN"
    assert await office.code(foreign, f"{PATH}/finding") == (403, "DIVISION_FOREIGN")
