"""One office's month (docs/tutorial): template, dry run, hand in, receipt, correction, approval, undo."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import openpyxl
import pytest
from services.identity.tests.office import Office, number_of
from typer.testing import CliRunner

from identity.config import Config
from identity.intake.readers.kinds import XLSX
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings
from onestop.main import app

NOW: Final = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
HOW: Final = {"category": "DIBAO", "kind": "full", "area": "445202"}


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path), approval_departments=frozenset({"civil-affairs"}))
    ticks = count()
    return await around.serve(
        "identity", lambda host: build(host, config), clock=lambda: NOW + timedelta(milliseconds=next(ticks))
    )


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def saved(book: openpyxl.Workbook) -> bytes:
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def fill(sheet: Any, people: dict[int, str]) -> None:
    """Write people below the headings as a clerk does, by what the columns are called."""
    headings = [str(cell.value).rstrip("*") for cell in sheet[1]]
    for place, begins in people.items():
        told = {
            "姓名": f"示例{place}",
            "身份证号": number_of(place),
            "县区代码": "榕城区",
            "类别": "低保",
            "类型": "农村",
        }
        told |= {"开始日期": begins, "分组": "农村"}
        sheet.append([told.get(name, "") for name in headings])


async def in_state(office: Office, number: str, state: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        found: dict[str, Any] = (await office.client.get(office.path(number))).json()
        return found if found["status"] == state else None

    found = await eventually(look)
    assert found is not None
    return found


async def test_an_office_s_month(civil_affairs: httpx.AsyncClient, identity: Service) -> None:
    office = Office(civil_affairs, "civil-affairs")
    second = await identity.client(Role.DEPARTMENT, "civil-affairs", subject="second")
    third = await identity.client(Role.AGENCY, "A445200", subject="third")

    async def approved(number: str) -> dict[str, Any]:
        assert (await second.post(f"{office.path(number)}/review")).is_success
        assert (await third.post(f"{office.path(number)}/approval")).is_success
        return await in_state(office, number, "APPLIED")

    # The template is filled in, with two mistakes.
    template = (await civil_affairs.get("/v1/feeds/civil-affairs/template.xlsx")).content
    book = opened(template)
    fill(book["名单"], dict.fromkeys(range(1, 20), "2019.5.1") | {20: "2019年5月", 21: "20190501"})
    november = saved(book)
    # Tried out: what is wrong is said before anything counts.
    tried = await office.hand_in("2026-11", november, XLSX, **HOW, run="dry")
    assert (tried["status"], tried["outcomes"]) == ("TRIED", {"REFUSED": 1, "REGISTERED": 20})
    assert next(one["name"] for one in await office.people("2026-11", "REGISTERED")) == "示例1"
    # Handed in, reviewed and approved by three people.
    assert (await office.hand_in("2026-11", november, XLSX, **HOW))["status"] == "ENTERED"
    applied = await approved("2026-11")
    assert applied["outcomes"] == tried["outcomes"]
    # The receipt says what is wrong in the row; only that row is corrected, and handed in again.
    path = f"{office.path('2026-11')}/marked.xlsx"
    wrong = opened((await civil_affairs.get(path, params={"rows": "wrong"})).content)
    sheet = wrong["名单"]
    headings = [str(cell.value) for cell in sheet[1]]
    assert headings[-2:] == ["结果", "备注"]
    (row,) = [[str(cell.value or "") for cell in cells] for cells in sheet.iter_rows(min_row=2)]
    assert (row[0], row[-2], "日" in row[-1]) == ("示例20", "未接收", True)
    sheet.cell(2, headings.index("开始日期*") + 1, "2019-05-01")
    delta = {"category": "DIBAO", "as_of": "2026-12-02T00:00:00+08:00"}
    assert (await office.hand_in("2026-11b", saved(wrong), XLSX, **delta))["status"] == "ENTERED"
    assert (await approved("2026-11b"))["outcomes"] == {"REGISTERED": 1}
    assert await office.standing() == 21
    await _taken_back(office, opened(template), approved)


async def _taken_back(
    office: Office, half: openpyxl.Workbook, approved: Callable[[str], Awaitable[dict[str, Any]]]
) -> None:
    """Next month somebody sends half a list, two people let it through, and it is taken back."""
    fill(half["名单"], dict.fromkeys(range(1, 11), "2019.5.1"))
    assert (await office.hand_in("2026-12", saved(half), XLSX, **HOW))["would_wait"] is True
    assert (await approved("2026-12"))["outcomes"] == {"ENDED": 11}
    assert await office.standing() == 10
    told = {"number": "2026-12-undo", "reason": "名单只有一半"}
    assert (await office.client.post(f"{office.path('2026-12')}/undo", json=told)).is_success
    await office.batch("2026-12-undo")
    assert (await approved("2026-12-undo"))["outcomes"] == {"UNDONE": 11}
    assert await office.standing() == 21
    assert (await office.batch("2026-12"))["undone_by"] == "2026-12-undo"


async def test_onestop_feed_ends_with_who_is_next_where_three_people_handle_a_file(
    civil_affairs: httpx.AsyncClient, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"身份证号,姓名,县区,认定时间\n{number_of(1)},示例,榕城区,2019.5.1\n")
    token = civil_affairs.headers["Authorization"].removeprefix("Bearer ")
    words = ["feed", str(file), "--department", "civil-affairs", "--number", "40", "--as-of", "2026-12-01"]
    words += ["--category", "DIBAO", "--url", str(civil_affairs.base_url), "--token", token]
    done = await asyncio.wait_for(asyncio.to_thread(CliRunner().invoke, app, words), 60)
    said = " ".join(done.output.split())
    assert (done.exit_code, "batch 40: ENTERED" in said) == (0, True), said
    assert "POST /v1/feeds/civil-affairs/batches/40/review" in said
