"""The signature sheet of a batch: what it does, whom it is about, and where those who answer for it sign."""

import httpx
from services.identity.tests.office import HEADINGS, Office, csv_of, number_of, person

from kernel.security import Role
from kernel.testing.surroundings import Service


async def test_a_batch_is_printed_with_whom_it_changes_and_the_look_is_written_down(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient, identity: Service
) -> None:
    office = Office(civil_affairs, "civil-affairs")
    people = csv_of(person(1, "示例甲"), [number_of(2)[:-1] + "?", "示例乙", "445202", "2019.5.1"], headings=HEADINGS)
    await office.hand_in("7", people, category="DIBAO", as_of="2019-06-01T00:00:00+08:00")
    page = await civil_affairs.get(f"{office.path('7')}/signature-sheet")
    assert page.headers["content-type"].startswith("text/html")
    for words in (
        "民政部门救助对象名单签字表",
        "示例甲",
        "新登记 1 行，未接收 1 行",
        "填报人：department-1",
        "单位（盖章）",
        "变更名单 最低生活保障",
        "445202 榕城区",
    ):
        assert words in page.text, words
    assert number_of(1) not in page.text, "a paper that goes around has no whole number"
    looks = (await agency.get(f"{office.path('7')}/looks")).json()["items"]
    assert [(look["seen_for"], look["seen_by"]) for look in looks] == [("LIST_CHECKED", "department-1")]
    other = await identity.client(Role.DEPARTMENT, "disabled-persons")
    assert (await other.get(f"{office.path('7')}/signature-sheet")).status_code == 403
    assert (await civil_affairs.get(f"{office.path('8')}/signature-sheet")).status_code == 404
