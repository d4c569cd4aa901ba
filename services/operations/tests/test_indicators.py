"""Indicators: shares of sums of money, from bills in force, by the documents of the place."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import httpx
import pytest
from services.operations.tests.conftest import NOW, Telling, bill, revoked, without_stay

from contracts import identity
from contracts.settlement import EncounterAdmitted, EncounterCancelled
from kernel.security import Role
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service, Surroundings
from operations.indicators.domain.shares import percent, reaches, rounded, share

AUGUST = {"area": "620422", "period": "2019-08"}


@pytest.mark.parametrize(("part_fen", "passes"), [(8_499_999, False), (8_500_000, True), (8_500_001, True)])
def test_a_threshold_is_reached_exactly_and_never_by_rounding(part_fen: int, passes: bool) -> None:
    assert reaches(Fraction(part_fen, 10_000_000), Decimal(85)) is passes


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (9_011, 10_000, "90.11"),  # the bulletin's (000 二(三))
        (0, 10_000, "0.00"),
        (2, 3, "66.67"),
        (19_999, 20_000, "100.00"),  # 99.995 % half up: a figure to show, not one to be measured against
        (-1, 8, "-12.50"),
        (-1, 100_000, "0.00"),
    ],
)
def test_a_share_is_shown_half_up(part: int, whole: int, shown: str) -> None:
    assert percent(Fraction(part, whole)) == shown


def test_a_share_of_nothing_is_no_indicator() -> None:
    assert share(0, 0) is None
    assert share(5, 0) is None
    assert rounded(Fraction(123_456, 100)) == "1234.56"


async def lines(client: httpx.AsyncClient, **asked: str) -> dict[tuple[str, str], dict[str, Any]]:
    reply = await client.get("/v1/indicators", params=AUGUST | asked)
    assert reply.status_code == 200, reply.text
    return {(one["of"], one["indicator"]): one for one in reply.json()["items"]}


async def test_the_ratio_is_of_sums_without_what_was_taken_back(telling: Telling, staff: httpx.AsyncClient) -> None:
    leye = {"county": "451028", "policy_id": "451028-leye/2018-weishengjisheng-10"}
    await telling.bill("S1", total_fen=10_000_00, patient_pays_fen=900_00, **leye)
    await telling.bill("S2", total_fen=30_000_00, patient_pays_fen=3_060_00, person_id="P2", **leye)
    await telling.bill("S3", total_fen=50_000_00, patient_pays_fen=50_000_00, **leye)
    await telling.bill("S4", total_fen=50_000_00, patient_pays_fen=50_000_00, encounter_kind="outpatient", **leye)
    await telling.event(revoked("S3"))
    await telling.heard("bill_revocations", 1)
    found = await lines(staff, area="451028")
    ratio = found["451028", "inpatient_reimbursement_ratio"]
    assert (ratio["value"], ratio["bills"], ratio["persons"]) == ("90.10", 2, 2)  # worked example LY-21
    assert (ratio["part"], ratio["whole"], ratio["before"]) == ("36040.00", "40000.00", None)
    assert ratio["clause"].startswith("二(三)")
    # As of the day before the revocation the third one counted.
    earlier = (await lines(staff, area="451028", as_of="2019-08-31"))["451028", "inpatient_reimbursement_ratio"]
    assert (earlier["bills"], earlier["value"]) == (3, "40.04")


async def test_hunan_watches_cost_and_catalogue_by_hospital_with_growth(
    telling: Telling, staff: httpx.AsyncClient
) -> None:
    hunan = {"county": "430481", "area": "430400", "policy_id": "430000-hunan/2018-xiangrenshefa-46"}
    flags = ("counts_in_assessment", "hpa_benefits")
    await telling.bill("S0", total_fen=80_000, discharged_on=date(2018, 8, 5), flags=flags, **hunan)
    await telling.bill("S1", total_fen=100_000, flags=flags, **hunan)
    await telling.bill("S2", total_fen=50_000, compliant_fen=50_000, out_of_catalogue_fen=0, flags=flags, **hunan)
    # Out of county without referral: not in the assessment at all (001 三(三)).
    await telling.bill("S3", total_fen=900_000, place="out_county", **hunan)
    await telling.event(without_stay(bill("S4", total_fen=150_000, flags=flags, hospital_id="H2", **hunan)))
    await telling.heard("bills", 5)
    found = await lines(staff, area="430481", by="hospital")
    cost = found["H1", "average_cost_per_stay"]
    assert (cost["value"], cost["before"], cost["growth_percent"], cost["bills"]) == ("750.00", "800.00", "-6.25", 2)
    assert found["H1", "reimbursable_share"]["value"] == "86.67"
    assert found["H1", "self_paid_share"]["value"] == "3.33"
    # Of a bill from before the catalogue was told there is a cost, and no share: no data.
    assert found["H2", "average_cost_per_stay"]["value"] == "1500.00"
    assert found["H2", "self_paid_share"]["value"] is None


async def test_compensation_of_chronic_visits_is_of_compliant_cost_and_not_rounded_up(
    telling: Telling, staff: httpx.AsyncClient
) -> None:
    visit = {"encounter_kind": "chronic_outpatient", "total_fen": 200_000, "compliant_fen": 200_000}
    await telling.bill("S1", patient_pays_fen=30_001, **visit)
    await telling.heard("bills", 1)
    named = ("620422", "chronic_outpatient_compensation")
    found = (await lines(staff, indicator=named[1]))[named]
    assert (found["value"], found["reached"], found["at_least_percent"]) == ("85.00", False, "85")
    assert found["owner"] == "县金融办"


async def test_nothing_settled_is_no_data_and_not_a_zero(staff: httpx.AsyncClient) -> None:
    found = (await lines(staff))["620422", "chronic_outpatient_compensation"]
    assert (found["value"], found["reached"], found["bills"]) == (None, None, 0)


async def test_who_has_the_newest_is_told_so(telling: Telling, staff: httpx.AsyncClient) -> None:
    first = await staff.get("/v1/indicators", params=AUGUST)
    tag = first.headers["etag"]
    again = await staff.get("/v1/indicators", params=AUGUST, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    await telling.bill("S1", encounter_kind="chronic_outpatient")
    await telling.heard("bills", 1)
    newer = await staff.get("/v1/indicators", params=AUGUST, headers={"If-None-Match": tag})
    assert newer.status_code == 200
    assert newer.headers["etag"] != tag


async def test_pages_follow_each_other_without_a_gap(telling: Telling, staff: httpx.AsyncClient) -> None:
    hunan = {"county": "430481", "policy_id": "430000-hunan/2018-xiangrenshefa-46", "flags": ("counts_in_assessment",)}
    for number in range(3):
        await telling.bill(f"S{number}", hospital_id=f"H{number}", **hunan)
    await telling.heard("bills", 3)
    asked = {"area": "430481", "period": "2019", "by": "hospital", "limit": "4"}
    seen = []
    while True:
        page = (await staff.get("/v1/indicators", params=asked)).json()
        seen += [(one["of"], one["indicator"]) for one in page["items"]]
        if page.get("next") is None:
            break
        asked["after"] = page["next"]
    assert len(seen) == 9
    assert seen == sorted(set(seen))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"period": "2019-13"}, "INVALID_PARAMETER"),
        ({"period": "2019-10"}, "PERIOD_NOT_BEGUN"),
        ({"area": "62"}, "INVALID_PARAMETER"),
        ({"by": "nobody"}, "INVALID_PARAMETER"),
    ],
)
async def test_what_cannot_be_asked_is_said(staff: httpx.AsyncClient, asked: dict[str, str], code: str) -> None:
    reply = await staff.get("/v1/indicators", params=AUGUST | asked)
    assert (reply.status_code, reply.json()["code"]) == (422, code)


async def test_a_countys_staff_see_their_own(operations: Service) -> None:
    agency = await operations.client(Role.AGENCY, divisions=["620422"])
    assert (await agency.get("/v1/indicators", params=AUGUST)).status_code == 200
    refused = await agency.get("/v1/indicators", params=AUGUST | {"area": "620400"})
    assert refused.json()["code"] == "DIVISION_FOREIGN"
    hospital = await operations.client(Role.HOSPITAL, "H1")
    assert (await hospital.get("/v1/indicators", params=AUGUST)).status_code == 403


async def test_a_supplement_counts_from_its_moment(telling: Telling, staff: httpx.AsyncClient) -> None:
    from contracts.settlement import SettlementSupplemented  # noqa: PLC0415

    leye = {"county": "451028", "policy_id": "451028-leye/2018-weishengjisheng-10"}
    await telling.bill("S1", **leye)
    await telling.event(
        SettlementSupplemented(
            supplement_id="X1",
            settlement_id="S1",
            encounter_id="E-S1",
            person_id="P1",
            county="451028",
            area="451000",
            hospital_id="H1",
            supplemented_at=datetime(2019, 9, 1, 8, tzinfo=UTC),
            review_id="R1",
            category="DIBAO",
            policy_id=leye["policy_id"],
            patient_fen=-5_000,
            payout_fen=0,
            layers=(),
        )
    )
    await telling.heard("bill_supplements", 1)
    name = ("451028", "inpatient_reimbursement_ratio")
    assert (await lines(staff, area="451028"))[name]["value"] == "95.00"
    assert (await lines(staff, area="451028", as_of="2019-08-31"))[name]["value"] == "90.00"


async def test_what_was_accepted_was_handled_and_whoever_is_ill_was_treated(
    telling: Telling, around: Surroundings, staff: httpx.AsyncClient
) -> None:
    def stay(name: str) -> EncounterAdmitted:
        return EncounterAdmitted(
            encounter_id=name, person_id="P1", hospital_id="H1", admitted_on=date(2019, 8, 2), deposit_required=False
        )

    for person in ("P1", "P2"):
        told = identity.EntitlementChanged(person_id=person, revision=1, change="ADDED", county="451028")
        await around.tell(identity.CONTRACT, person, told)
    await telling.heard("people", 2)
    for person in ("P1", "P2"):
        opened = await staff.post("/v1/illness-files", json={"person_id": person, "illness": "I10"})
        assert opened.status_code == 201, opened.text
    for name in ("E-S1", "E-S2", "E-S3"):
        await telling.event(stay(name))
    cancelled = EncounterCancelled(encounter_id="E-S3", person_id="P1", hospital_id="H1", cancelled_at=NOW)
    await telling.event(cancelled)
    await telling.bill("S1", county="451028", policy_id="451028-leye/2018-weishengjisheng-10")
    await telling.heard("cancelled_stays", 1)
    await telling.heard("bills", 1)
    found = await lines(staff, area="451028", period="2019-Q3")
    handled, treated = found["451028", "handled_rate"], found["451028", "treatment_rate"]
    assert (handled["value"], handled["part_count"], handled["whole_count"]) == ("50.00", 1, 2)
    assert (treated["value"], treated["part_count"], treated["whole_count"]) == ("50.00", 1, 2)
    assert (handled["part"], handled["whole"]) == (None, None)


async def test_who_was_treated_is_as_it_was_known(
    telling: Telling, around: Surroundings, staff: httpx.AsyncClient, clock: SetClock
) -> None:
    told = identity.EntitlementChanged(person_id="P1", revision=1, change="ADDED", county="451028")
    await around.tell(identity.CONTRACT, "P1", told)
    await telling.heard("people", 1)
    clock.now -= timedelta(days=10)
    assert (await staff.post("/v1/illness-files", json={"person_id": "P1", "illness": "I10"})).status_code == 201
    clock.now += timedelta(days=10)
    leye = {"county": "451028", "policy_id": "451028-leye/2018-weishengjisheng-10"}
    await telling.bill("S1", discharged_on=date(2019, 8, 20), settled_at=datetime(2019, 9, 2, 3, tzinfo=UTC), **leye)
    await telling.heard("bills", 1)
    name = ("451028", "treatment_rate")
    asked = {"area": "451028", "period": "2019-Q3"}
    assert (await lines(staff, **asked))[name]["part_count"] == 1
    # Settled on the 2nd of September: on the 31st of August nobody knew of it, on the 20th not even of the file.
    earlier = (await lines(staff, as_of="2019-08-31", **asked))[name]
    assert (earlier["part_count"], earlier["whole_count"]) == (0, 1)
    assert (await lines(staff, as_of="2019-08-20", **asked))[name]["whole_count"] == 0
