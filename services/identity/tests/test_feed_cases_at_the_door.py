"""Files of the collection whose fault lies behind the reader, handed in through the door: what their clerk is told."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

import httpx
import pytest
from services.identity.tests.feed_cases import SOME
from services.identity.tests.office import Office, csv_of

from identity.config import Config
from identity.main import build
from kernel.security import KeyRing
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
POOR: Final = "身份证号,姓名,县区代码,开始日期,脱贫状态"
DIBAO: Final = "身份证号,姓名,县区代码,开始日期,低保类型"


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path))
    ticks = count()
    return await around.serve(
        "identity", lambda host: build(host, config), clock=lambda: NOW + timedelta(milliseconds=next(ticks))
    )


@pytest.fixture
def civil(civil_affairs: httpx.AsyncClient) -> Office:
    return Office(civil_affairs, "civil-affairs")


@pytest.fixture
def poverty(poverty_alleviation: httpx.AsyncClient) -> Office:
    return Office(poverty_alleviation, "poverty-alleviation")


def file(name: str) -> bytes:
    return (SOME / f"{name}.csv").read_bytes()


def rows_of(name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file(name).decode("utf-8-sig"))))[1:]


async def marked(office: Office, number: str) -> Sequence[tuple[str, str]]:
    """What stands under 结果 and 备注 in the file that the office gets back."""
    answered = await office.client.get(f"{office.path(number)}/marked.csv")
    assert answered.status_code == 200, answered.text
    table = csv.DictReader(io.StringIO(answered.content.decode("utf-8-sig")))
    return [(row["结果"], row["备注"]) for row in table]


async def test_a_known_number_under_quite_another_name_is_refused_in_a_full_list(poverty: Office) -> None:
    known = [[number, "贫001X" if name == "完全另一个人" else name, *rest]
             for number, name, *rest in rows_of("full-list-other-name-unchanged")]  # fmt: skip
    await poverty.hand_in("1", csv_of(*known, headings=POOR), category="REGISTERED_POOR")
    content = file("full-list-other-name-unchanged")
    told = await poverty.hand_in("2", content, category="REGISTERED_POOR", kind="full", area="445103")
    assert (told["outcomes"]["REFUSED"], told["counts"]["ending"]) == (1, 0)
    first, second = await marked(poverty, "2")
    assert first == ("未接收", "这个身份证号登记的是另一个姓名，请核对号码和姓名")
    assert second == ("未变", "")


async def test_a_list_of_the_rural_office_ends_nobody_of_the_urban_one(civil: Office) -> None:
    rural = rows_of("full-list-rural-only-ends-urban")
    urban = [[number, name, "445224", "2019-01-01", "URBAN"] for number, name in (
        ("445202195504100017", "城0017"), ("445202195604100014", "城0014"),
    )]  # fmt: skip
    await civil.hand_in("1", csv_of(*rural, *urban, headings=DIBAO), category="DIBAO")
    content = file("full-list-rural-only-ends-urban")
    told = await civil.hand_in("2", content, category="DIBAO", kind="full", area="445224")
    assert (told["status"], told["counts"]["ending"], told["counts"]["unchanged"]) == ("APPLIED", 0, len(rural))
    assert await civil.standing() == len(rural) + len(urban)


async def test_who_moved_is_moved_by_the_new_county_and_ended_by_neither(poverty: Office) -> None:
    new, old = rows_of("moved-1-new-county-full"), rows_of("moved-2-old-county-full")
    before = [[number, name, "445101", *rest] for number, name, _, *rest in (*new, *old)]
    await poverty.hand_in("0", csv_of(*before, headings=POOR), category="REGISTERED_POOR")
    how = {"category": "REGISTERED_POOR", "kind": "full"}
    moved = await poverty.hand_in("1", file("moved-1-new-county-full"), area="445102", **how)
    assert moved["outcomes"] == {"MOVED": len(new)}
    assert {result for result, _ in await marked(poverty, "1")} == {"已迁入"}
    rest = await poverty.hand_in("2", file("moved-2-old-county-full"), area="445101", **how)
    assert (rest["status"], rest["counts"]["ending"], rest["counts"]["unchanged"]) == ("APPLIED", 0, len(old))
    assert await poverty.standing() == len(new) + len(old)


@pytest.mark.parametrize(("name", "differing"), [("twice-county", "县区"), ("twice-household", "住址")])
async def test_two_rows_of_one_person_are_told_in_what_they_differ(civil: Office, name: str, differing: str) -> None:
    told = await civil.hand_in("1", file(name), category="DIBAO")
    assert told["outcomes"] == {"REFUSED": 2}
    (_, first), (_, second) = await marked(civil, "1")
    assert second == f"与第 2 行是同一个人，但{differing}不同，请只留正确的一行"
    assert first == second.replace("第 2 行", "第 3 行")
