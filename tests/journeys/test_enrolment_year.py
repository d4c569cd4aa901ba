"""A year of enrolment across the services: exempt, compared, visited, paid by finance, booked (003 一, 004 七)."""

from typing import Any

from kernel.security import Role
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from workbench.demo.window import Window


async def test_premiums_of_the_poor_go_from_the_due_list_to_the_books(town: Any) -> None:
    platform, today, year = town.platform, town.today, town.today.year
    agency, finance = Window(platform, Role.AGENCY), Window(platform, Role.FINANCE)
    poor = next(p for p in town.people if p.category == "REGISTERED_POOR")
    county = poor.county
    due = f"/v1/premiums/due?county={county}&area=445200&year={year}"
    listed = [row for row in (await agency.get("identity", due))["items"] if row["funds"] == ["POVFUND", "MA"]]
    assert town.ids[poor.number] in [row["person_id"] for row in listed]
    before = await balances(finance, county)

    apply = {"county": county, "area": "445200", "year": year, "payer": "POVFUND+MA", "amount": "220.00"}
    batch = await agency.post("identity", "/v1/premium-batches", apply, key="premium-1")
    assert batch["persons"] == len(listed)
    paid = {"paid_on": today.isoformat(), "reference": "凭证7"}
    await finance.post("identity", f"/v1/premium-batches/{batch['batch_id']}/payment", paid, key="premium-2")
    own = {"area": "445200", "year": year, "amount": "220.00", "paid_on": today.isoformat()}
    path = f"/v1/persons/{town.ids[poor.number]}/premium"
    await agency.post("identity", f"{path}/self-payment", own, key="premium-3")
    back = {"area": "445200", "year": year, "refunded_on": today.isoformat(), "reference": "凭证8"}
    await finance.post("identity", f"{path}/refund", back, key="premium-4")

    await wait_until_arrived(platform.admin_url)
    after = await balances(finance, county)
    assert before["POVFUND"] - after["POVFUND"] == 22_000 * len(listed)
    journal = await finance.get("fund-ledger", f"/v1/journals/premiums-{batch['batch_id']}")
    assert journal["kind"] == "premiums"

    await compare_and_visit(agency, town, county)
    verdict = await verify(platform.admin_url)
    assert verdict.identical, verdict.differences


async def compare_and_visit(agency: Window, town: Any, county: str) -> None:
    year, month = town.today.year, f"{town.today:%Y-%m}"
    exempt = town.someone("REGISTERED_POOR")
    reason = {"code": "MILITARY", "since": town.today.isoformat(), "evidence": "入伍通知"}
    path = f"/v1/persons/{exempt}/exemptions"
    entered = await agency.post("identity", path, reason, key="compare-1")
    approver = Window(town.platform, Role.AGENCY, subject="agency-2", keys="approving")
    await approver.post("identity", f"{path}/{entered['exemption_id']}/approval", {})
    asked = {"area": "445200", "month": month}
    comparison = (await agency.post("identity", "/v1/comparisons", asked, key="compare-2"))["comparison_id"]
    total = (await agency.get("identity", f"/v1/comparisons/{comparison}"))["total"]
    assert (total["contradicted"], total["not_enrolled"]) == (1, 0)
    await agency.post("identity", f"/v1/comparisons/{comparison}/push", {}, key="compare-3")
    newcomer = {"name": "示例", "born_on": "1960-01-01", "sex": "FEMALE"}
    newcomer["id_number"] = with_check_character(f"{county}19600101002")
    person = (await agency.post("identity", "/v1/persons", {**newcomer, "county": county}, key="compare-4"))[
        "person_id"
    ]
    office = Window(town.platform, Role.DEPARTMENT, "poverty-alleviation")
    said = {"category": "REGISTERED_POOR", "valid_from": "2019-01-01", "evidence": "样表", "poverty_status": "RETURNED"}
    await office.post("identity", f"/v1/persons/{person}/memberships", said, key="compare-5")
    await agency.post("identity", f"/v1/persons/{person}/township", {"township": f"{county}001"}, key="compare-6")
    path = f"/v1/work-list/{person}"
    await agency.post("identity", f"{path}/assignment", {"year": year, "responsible": "驻村干部"}, key="compare-7")
    visit = {"year": year, "outcome": "VISITED", "visited_on": town.today.isoformat()}
    await agency.post("identity", f"{path}/visit", visit, key="compare-8")
    listed = (await agency.get("identity", f"/v1/work-list?area={county}&year={year}"))["items"]
    assert [(row["person_id"], row["status"], row["township"]) for row in listed] == [
        (person, "VISITED", f"{county}001")
    ]
    await wait_until_arrived(town.platform.admin_url)


def with_check_character(digits: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


async def balances(finance: Window, county: str) -> dict[str, int]:
    funds = (await finance.get("fund-ledger", f"/v1/trial-balance?county={county}"))["funds"]
    return {row["fund"]: int(row["available"].replace(".", "")) for row in funds}
