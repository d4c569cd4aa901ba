"""The morning: funds are filled, hospitals entered, and three departments feed in their people."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date

import msgspec

from kernel.security import Role
from onestop.platform import Platform
from workbench.demo.city import AID_FUND_YUAN, AREA, HOSPITALS, POVERTY_FUND_YUAN
from workbench.demo.people import DemoPerson
from workbench.demo.window import Window

Advance = Callable[[], None]
AT_ONCE = 12


async def fill_funds(platform: Platform, today: date) -> None:
    """Finance pays in what the counties owe."""
    finance = Window(platform, Role.FINANCE)
    sums = [(county, "MA", "BUDGET", amount) for county, amount in AID_FUND_YUAN.items()]
    sums += [(county, "POVFUND", "POVERTY_FUND_TRANSFER", amount) for county, amount in POVERTY_FUND_YUAN.items()]
    for county, fund, source, amount in sums:
        body = {"county": county, "fund": fund, "source": source, "amount": amount, "value_on": today.isoformat()}
        await finance.post("fund-ledger", "/v1/fund-receipts", body)


async def enter_hospitals(platform: Platform) -> None:
    """The agency enters its contracted hospitals."""
    agency = Window(platform, Role.AGENCY)
    for hospital in HOSPITALS:
        body = msgspec.structs.asdict(hospital) | {"contract_from": "2019-01-01"}
        await agency.post("settlement", "/v1/institutions", body)


async def feed_people(
    platform: Platform, people: Sequence[DemoPerson], today: date, advance: Advance
) -> dict[int, str]:
    """Departments register their people and say why they are supported; the agency enrols them.

    Gives the person ids by the people's numbers.
    """
    departments = {person.department for person in people}
    windows = {department: Window(platform, Role.DEPARTMENT, department) for department in departments}
    agency = Window(platform, Role.AGENCY)
    turnstile = asyncio.Semaphore(AT_ONCE)
    ids: dict[int, str] = {}

    async def feed(person: DemoPerson) -> None:
        async with turnstile:
            ids[person.number] = await _feed_one(windows[person.department], agency, person, today)
            advance()

    await asyncio.gather(*(feed(person) for person in people))
    return ids


async def _feed_one(department: Window, agency: Window, person: DemoPerson, today: date) -> str:
    told = msgspec.to_builtins(person)
    form = {name: told[name] for name in ("id_number", "name", "born_on", "sex", "county")}
    person_id: str = (await department.post("identity", "/v1/persons", form))["person_id"]
    # Whoever was born after the list's first day is on it from birth.
    begins = max(date(2019, 1, 1), person.born_on).isoformat()
    said = {"category": person.category, "valid_from": begins, "evidence": "示范名册"}
    if person.group:
        said["group"] = person.group
    if person.category == "REGISTERED_POOR":
        said["poverty_status"] = "NOT_LIFTED"
    await department.post("identity", f"/v1/persons/{person_id}/memberships", said)
    for year in (today.year - 1, today.year):
        first = date(year, 1, 1).isoformat()
        body = {"scheme": "RESIDENT", "area": AREA, "year": year, "registered_on": first, "marked_on": first}
        await agency.post("identity", f"/v1/persons/{person_id}/enrolments", body)
    return person_id
