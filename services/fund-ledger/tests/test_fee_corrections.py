"""What is put right about consultation fees: by another person, and the books come back to where they were."""

from datetime import UTC, datetime
from typing import Any, Final

import httpx
import msgspec
import pytest
from tests.ledger_office import Office, written_as_before

from fund_ledger.config import Config
from kernel.security import Role
from kernel.testing.surroundings import Surroundings
from law.packs import PackLibrary

COUNTY: Final = "450223"
PACK: Final = "450000-guangxi/2019-guiyibaofa-14"
REPORTS: Final = "/v1/consultation-fees"
PATH: Final = f"{REPORTS}/C1-{COUNTY}-2019-07"
DAY: Final = {"value_on": "2019-08-01"}
FEE: Final = f"{COUNTY}/CONSULT_FEE_PASS_THROUGH"


def report(*clinics: tuple[str, int], **more: Any) -> dict[str, Any]:
    """The visits of some clinics in July, at 9.00 each."""
    visits = [{"clinic_id": clinic, "visits": count} for clinic, count in clinics]
    return {"county": COUNTY, "month": "2019-07", "route": "THROUGH_CENTRE", "clinics": visits, **more}


class Township(Office):
    """Two people of the agency and two of finance, with the health centre C1."""

    agency_2: httpx.AsyncClient
    finance_2: httpx.AsyncClient
    centre: httpx.AsyncClient

    async def paid(self, path: str, due: str) -> None:
        await self.do(self.agency, f"{path}/approval?due={due}")
        await self.do(self.finance, f"{path}/payment", **DAY, amount=due)


@pytest.fixture
async def office(around: Surroundings, config: Config) -> Township:
    library = PackLibrary(config.library.packs, {PACK: {"consultation_fee_yuan": "9.00"}})
    here = msgspec.structs.replace(config, library=library)
    made = Township(datetime(2019, 8, 1, 1, 0, tzinfo=UTC))
    await made.open(around, here)
    made.agency_2 = await made.ledger.client(Role.AGENCY, "A1", subject="agency-2")
    made.finance_2 = await made.ledger.client(Role.FINANCE, subject="finance-2")
    made.centre = await made.ledger.client(Role.HOSPITAL, "C1")
    await made.do(made.agency, "/v1/clinic-accounts/V8/centre", county=COUNTY, centre_id="C1")
    return made


async def test_an_approval_is_withdrawn_by_another_and_the_report_made_again(office: Township) -> None:
    await office.do(office.centre, REPORTS, **report(("V1", 100)))
    await office.do(office.agency, f"{PATH}/approval?due=900.00")
    wrong = {"reason": "VISITS_WRONG"}
    assert await office.code(office.agency, f"{PATH}/approval-withdrawal", **wrong) == (409, "SAME_PERSON")
    done = await office.do(office.agency_2, f"{PATH}/approval-withdrawal", **wrong)
    assert (done["status"], done["journal_id"] is not None) == ("sent_back", True)
    assert await office.books() == {}
    assert await office.code(office.finance, f"{PATH}/payment", **DAY, amount="900.00") == (409, "FEES_NOT_IN_STATE")
    await office.do(office.centre, REPORTS, **report(("V1", 90)))
    await office.paid(PATH, "810.00")
    assert await office.code(office.agency_2, f"{PATH}/approval-withdrawal", **wrong) == (409, "FEES_NOT_IN_STATE")
    assert (await office.books())[f"receivable/centre/C1/{FEE}"] == "810.00"


@pytest.mark.parametrize("route", ["THROUGH_CENTRE", "DIRECT"])
async def test_a_payment_that_the_bank_gave_back_is_owed_again(office: Township, route: str) -> None:
    await office.do(office.centre, REPORTS, **report(("V1", 100), ("V2", 40), route=route))
    await office.do(office.agency, f"{PATH}/approval?due=1260.00")
    owed = await office.books()
    await office.do(office.finance, f"{PATH}/payment", **DAY, amount="1260.00")
    assert await office.code(office.finance, f"{PATH}/payment-return", **DAY) == (409, "SAME_PERSON")
    early = {"value_on": "2019-07-31"}
    assert await office.code(office.finance_2, f"{PATH}/payment-return", **early) == (422, "DATES_OUT_OF_ORDER")
    assert (await office.do(office.finance_2, f"{PATH}/payment-return", **DAY))["status"] == "approved"
    assert await office.books() == owed
    assert await office.code(office.finance_2, f"{PATH}/payment-return", **DAY) == (409, "FEES_NOT_IN_STATE")
    await office.do(office.finance, f"{PATH}/payment", **DAY, amount="1260.00")
    if route == "THROUGH_CENTRE":
        clinics = [{"clinic_id": "V1", "amount": "1.00"}]
        await office.do(office.centre, f"{PATH}/passing-on", clinics=clinics, **DAY)
        assert await office.code(office.finance_2, f"{PATH}/payment-return", **DAY) == (409, "FEES_PASSED_ON")


async def test_a_month_has_a_report_for_each_route_and_for_what_an_approved_one_left_out(office: Township) -> None:
    await office.do(office.centre, REPORTS, **report(("V1", 100)))
    direct = report(("V2", 40), route="DIRECT", number=2)
    assert await office.code(office.centre, REPORTS, **report(("V2", 1), number=3)) == (409, "FEES_OUT_OF_ORDER")
    # What is not approved yet is made again, and not reported a second time beside itself.
    twice = report(("V1", 3), number=2)
    assert await office.code(office.centre, REPORTS, **twice) == (409, "FEES_CLINIC_ELSEWHERE")
    assert (await office.do(office.centre, REPORTS, **direct))["fees_id"] == f"C1-{COUNTY}-2019-07-2"
    await office.paid(PATH, "900.00")
    await office.paid(f"{PATH}-2", "360.00")
    await office.do(office.centre, REPORTS, **report(("V1", 3), ("V3", 10), number=3))
    await office.paid(f"{PATH}-3", "117.00")
    assert (await office.books())[f"receivable/centre/C1/{FEE}"] == "1017.00"
    listed = (await office.agency.get(REPORTS)).json()["items"]
    assert [(one["route"], one["due"]) for one in listed] == [
        ("THROUGH_CENTRE", "900.00"),
        ("DIRECT", "360.00"),
        ("THROUGH_CENTRE", "117.00"),
    ]
    assert (await office.finance.get("/v1/trial-balance")).json()["balanced"] is True


async def test_the_same_visits_are_not_paid_by_a_later_report_and_again_by_the_one_that_went_back(
    office: Township,
) -> None:
    foreign = (409, "FEES_CLINIC_ELSEWHERE")
    await office.do(office.centre, REPORTS, **report(("V1", 100), ("V2", 40)))
    await office.do(office.agency, f"{PATH}/sending-back", reason="VISITS_WRONG")
    # It may be made again, so its clinics are not for a report beside it.
    assert await office.code(office.centre, REPORTS, **report(("V1", 100), number=2)) == foreign
    await office.do(office.centre, REPORTS, **report(("V1", 90), ("V2", 40)))
    await office.do(office.agency, f"{PATH}/approval?due=1170.00")
    await office.do(office.centre, REPORTS, **report(("V1", 10), number=2))
    await office.do(office.agency_2, f"{PATH}/approval-withdrawal", reason="VISITS_WRONG")
    await office.paid(f"{PATH}-2", "90.00")
    assert await office.code(office.centre, REPORTS, **report(("V1", 100), ("V2", 40))) == foreign
    await office.do(office.centre, REPORTS, **report(("V2", 40)))
    await office.paid(PATH, "360.00")
    # What is left of that clinic stands beside both, where the agency sees it.
    await office.do(office.centre, REPORTS, **report(("V1", 90), number=3))


async def test_two_reports_of_a_clinic_that_both_went_back_are_made_again_the_first_one_first(office: Township) -> None:
    await office.do(office.centre, REPORTS, **report(("V1", 90)))
    await office.do(office.agency, f"{PATH}/approval?due=810.00")
    await office.do(office.centre, REPORTS, **report(("V1", 10), number=2))
    await office.do(office.agency, f"{PATH}-2/sending-back", reason="VISITS_WRONG")
    await office.do(office.agency_2, f"{PATH}/approval-withdrawal", reason="VISITS_WRONG")
    second = report(("V1", 9), number=2)
    assert await office.code(office.centre, REPORTS, **second) == (409, "FEES_CLINIC_ELSEWHERE")
    await office.do(office.centre, REPORTS, **report(("V1", 91)))
    await office.paid(PATH, "819.00")
    await office.do(office.centre, REPORTS, **second)


async def test_who_paid_before_that_was_noted_does_not_take_it_back_alone(office: Township, database: str) -> None:
    await office.do(office.centre, REPORTS, **report(("V1", 100)))
    await office.paid(PATH, "900.00")
    await written_as_before(database, "FeesPaid", "data = jsonb_set(data::jsonb, '{fees,paid_by}', 'null')::json")
    assert await office.code(office.finance, f"{PATH}/payment-return", **DAY) == (409, "SAME_PERSON")
    await office.do(office.finance_2, f"{PATH}/payment-return", **DAY)
    await office.do(office.finance, f"{PATH}/payment", **DAY, amount="900.00")
    # Where nothing says who it was, it is nobody's to take back.
    await written_as_before(database, "FeesPaid", "data = jsonb_set(data::jsonb, '{fees,paid_by}', 'null')::json")
    await written_as_before(database, "FeesPaid", "meta = (meta::jsonb - 'actor')::json")
    assert await office.code(office.finance_2, f"{PATH}/payment-return", **DAY) == (409, "PAYER_NOT_NOTED")
