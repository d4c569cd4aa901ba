"""A month's payment list, from the tax system's file to the list that is pushed, with everything odd about it in it."""

from typing import Any, Final

from stdnum.cn import ric

from kernel.security import Role
from kernel.testing.deadline import eventually
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify, verify_chain
from workbench.demo.city import AREA
from workbench.demo.window import Window

HEADINGS: Final = "公民身份号码,姓名,统筹区代码,缴费年度,缴费日期,个人缴费金额,代缴单位,建档立卡标识"
NAMES: Final = ("买买提·艾力", "示例甲", "示例乙", "示例丙", "示例丁", "示例戊")
COUNTY: Final = "445222"


def number_of(order: int) -> str:
    body = f"{COUNTY}19550101{order:02d}2"
    return body + ric.calc_check_digit(f"{body}0")


def old(number: str) -> str:
    """The 15 digits that the number had before 1999."""
    return number[:6] + number[8:17]


async def poor_people(town: Any, agency: Window) -> list[str]:
    """Six newcomers whom the poverty office knows; the first and the third are enrolled here."""
    office, people = Window(town.platform, Role.DEPARTMENT, "poverty-alleviation"), []
    said = {
        "category": "REGISTERED_POOR",
        "valid_from": "2019-01-01",
        "evidence": "样表",
        "poverty_status": "NOT_LIFTED",
    }
    for order, name in enumerate(NAMES):
        body = {"id_number": number_of(order), "name": name, "born_on": "1955-01-01", "sex": "FEMALE", "county": COUNTY}
        person = (await agency.post("identity", "/v1/persons", body, key=f"paid-{order}"))["person_id"]
        await office.post("identity", f"/v1/persons/{person}/memberships", said, key=f"paid-{order}-poor")
        people.append(person)
    day = town.today.isoformat()
    for person in (people[0], people[2]):
        enrolment = {"scheme": "RESIDENT", "area": AREA, "year": town.today.year, "registered_on": day}
        await agency.post("identity", f"/v1/persons/{person}/enrolments", enrolment, key=f"paid-{person}")
    return people


def list_of(year: int) -> bytes:
    """The made-up list as the tax system writes it, in GB18030."""

    def row(number: str, name: str, area: str = AREA, poor: str = "是") -> str:
        return f"{number},{name},{area},{year},{year - 1}-11-02,350.00,示例财政局,{poor}"

    first, away, _, wrong, twice = (number_of(order) for order in range(5))
    lines = [
        row(old(first), "买买提艾力"),
        row(away, "示例甲", "440300"),
        row(wrong, "陌生人"),
        row(twice, "示例丁"),
        row(twice, "示例 丁"),
        row(number_of(70), "示例庚"),
        row(number_of(71), "示例辛", poor="否"),
        row(f"{number_of(72)[:17]}?", "示例壬"),
    ]
    return "\n".join([HEADINGS, *lines, ""]).encode("gb18030")


async def send(town: Any, content: bytes, month: str, as_of: str) -> dict[str, Any]:
    client = town.platform.client("identity", Role.AGENCY)
    path = f"/v1/payment-lists/{AREA}/{month}"
    sent = await client.put(path, params={"as_of": as_of}, content=content, headers={"Content-Type": "text/csv"})
    assert sent.status_code == 202, sent.text

    async def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = (await client.get(f"/v1/payment-lists/{sent.json()['list_id']}")).json()
        return found if found["status"] != "RECEIVED" else None

    found = await eventually(ended)
    assert found is not None
    return found


async def test_the_poor_of_a_city_are_compared_with_who_paid_and_the_result_is_pushed(embedded_town: Any) -> None:
    town = embedded_town
    agency = Window(town.platform, Role.AGENCY)
    people = await poor_people(town, agency)
    month, day = f"{town.today:%Y-%m}", f"{town.today.isoformat()}T00:00:00+08:00"
    content = list_of(town.today.year)

    cut = await send(town, content[:-4], month, day)
    assert (cut["status"], cut["problem"]["code"]) == ("REFUSED", "FEED_FILE_TRUNCATED")
    sent = await send(town, content, month, day)
    assert sent["outcomes"] == {"COUNTED": 4, "UNKNOWN": 1, "UNMARKED": 1, "REFUSED": 2}
    assert await send(town, content, month, day) == sent
    rows = (await agency.get("identity", f"/v1/payment-lists/{sent['list_id']}/rows?outcome=REFUSED"))["items"]
    assert [(row["row"], row["code"]) for row in rows] == [(6, "ROW_TWICE"), (9, "ID_NUMBER_CHECK_DIGIT")]

    made = await agency.post("identity", "/v1/comparisons", {"area": AREA, "month": month}, key="paid-compare")
    path = f"/v1/comparisons/{made['comparison_id']}"
    compared = await agency.get("identity", path)
    assert (compared["source"], compared["payment_list_id"]) == ("PAYMENT_LIST", sent["list_id"])
    found = {p["person_id"]: p for p in (await agency.get("identity", f"{path}/persons?area={COUNTY}"))["items"]}
    assert [(found[p]["finding"], found[p]["name"], found[p]["difference"]) for p in people] == [
        ("MATCHED", "VARIANT", None),
        ("ELSEWHERE", "SAME", "PAID_NOT_ENROLLED"),
        ("NOT_ENROLLED", None, "ENROLLED_NOT_PAID"),
        ("NAME_MISMATCH", "DIFFERENT", None),
        ("MATCHED", "SAME", "PAID_NOT_ENROLLED"),
        ("NOT_ENROLLED", None, None),
    ]
    strangers = (await agency.get("identity", f"{path}/strangers"))["items"]
    assert [(stranger["row"], stranger["area"]) for stranger in strangers] == [(7, AREA)]
    notice = await agency.get("identity", f"{path}/notice?area={COUNTY}")
    assert notice["total"]["name_mismatch"] == 1
    await agency.post("identity", f"{path}/push", {}, key="paid-push")

    await wait_until_arrived(town.platform.admin_url)
    verdict = await verify(town.platform.admin_url)
    assert verdict.identical, verdict.differences
    assert (await verify_chain(town.platform.admin_url)).broken == ()
