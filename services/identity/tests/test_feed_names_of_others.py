"""People whom another department has under another name: told in the receipt, and not taken for somebody else."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest
from services.identity.tests.office import HEADINGS, Office, csv_of, number_of, person

from identity.config import Config
from identity.main import build
from kernel.security import KeyRing
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path))
    return await around.serve("identity", lambda host: build(host, config), clock=lambda: NOW)


@pytest.fixture
def civil(civil_affairs: httpx.AsyncClient) -> Office:
    return Office(civil_affairs, "civil-affairs")


@pytest.fixture
def poverty(poverty_alleviation: httpx.AsyncClient) -> Office:
    return Office(poverty_alleviation, "poverty-alleviation")


async def test_another_office_s_name_bars_nobody_and_is_warned_of_each_month(civil: Office, poverty: Office) -> None:
    headings, how = f"{HEADINGS},脱贫状态", {"category": "REGISTERED_POOR", "area": "445202"}
    await civil.hand_in("1", csv_of(person(1, "王小民")), category="DIBAO")
    for day, kind in enumerate(("delta", "full", "full"), start=1):
        named = [number_of(1), "完全另一个人", "445203" if day == 3 else "445202", "2019-01-01", "未脱贫"]
        asked = {**how, "kind": kind} if kind == "full" else {"category": "REGISTERED_POOR"}
        told = await poverty.hand_in(str(day), csv_of(named, headings=headings), **asked)
        (line,) = await poverty.lines(str(day))
        assert (line["outcome"], line["code"]) == ("ADDED" if day == 1 else "CHANGED", "ROW_NAME_OF_OTHERS"), day
        assert "其他部门以另一个姓名登记" in line["remark"]
        assert told["warned"] == 1
    # Under a name that is not theirs nobody is moved, and nobody dies.
    known = (await poverty.client.get(f"/v1/persons/{line['person_id']}")).json()
    assert known["county"] == "445202"
    dead = [*named[:2], "445202", *named[3:], "2020-01-05"]
    await poverty.hand_in("4", csv_of(dead, headings=f"{headings},死亡日期"), category="REGISTERED_POOR")
    assert [(line["outcome"], line["code"]) for line in await poverty.lines("4")] == [("REFUSED", "ROW_NAME_DIFFERS")]
    # The office that registered the person is refused as before.
    await civil.hand_in("2", csv_of([number_of(1), "第三个人", "榕城区", "2020.2.1"]), category="DIBAO")
    assert [(line["outcome"], line["code"]) for line in await civil.lines("2")] == [("REFUSED", "ROW_NAME_DIFFERS")]
