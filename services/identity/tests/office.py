"""An office that hands files in through the door, and the files that it keeps; its people are made up."""

import io
from collections.abc import Sequence
from typing import Any, Final

import httpx
import openpyxl
from stdnum.cn import ric

from identity.intake.readers.kinds import CSV
from kernel.testing.deadline import eventually

HEADINGS: Final = "身份证号,姓名,县区,认定时间"


class Office:
    """A department that hands files in, one a day."""

    def __init__(self, client: httpx.AsyncClient, department: str) -> None:
        self.client = client
        self._batches = f"/v1/feeds/{department}/batches"
        self._department = department
        self._days = 0

    def path(self, number: str) -> str:
        return f"{self._batches}/{number}"

    async def send(self, number: str, content: bytes, media_type: str = CSV, **how: str) -> None:
        self._days += 1
        asked = {"kind": "delta", "as_of": f"2026-12-{self._days:02d}T00:00:00+08:00", **how}
        sent = await self.client.put(
            self.path(number), params=asked, content=content, headers={"Content-Type": media_type}
        )
        assert sent.status_code == 202, sent.text

    async def batch(self, number: str) -> dict[str, Any]:
        async def ended() -> dict[str, Any] | None:
            found: dict[str, Any] = (await self.client.get(self.path(number))).json()
            return found if found["status"] not in {"RECEIVED", "APPLYING"} else None

        # A reader may take its whole time for a damaged file, and begins late on busy cores.
        found = await eventually(ended, within_seconds=90)
        assert found is not None
        return found

    async def ended(self, number: str) -> dict[str, Any]:
        """A batch that is no more held, and at its end."""

        async def over() -> dict[str, Any] | None:
            found: dict[str, Any] = (await self.client.get(self.path(number))).json()
            return found if found["ended_at"] is not None else None

        found = await eventually(over)
        assert found is not None
        return found

    async def hand_in(self, number: str, content: bytes, media_type: str = CSV, **how: str) -> dict[str, Any]:
        await self.send(number, content, media_type, **how)
        return await self.batch(number)

    async def lines(self, number: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.client.get(f"{self.path(number)}/rows")).json()["items"]
        return found

    async def people(self, number: str, outcome: str = "") -> list[dict[str, Any]]:
        asked = {"outcome": outcome} if outcome else {}
        answered = await self.client.get(f"{self.path(number)}/people", params=asked)
        assert answered.status_code == 200, answered.text
        found: list[dict[str, Any]] = answered.json()["items"]
        return found

    async def standing(self) -> int:
        asked: dict[str, str | int] = {"department": self._department, "limit": 100}
        rows = (await self.client.get("/v1/memberships", params=asked)).json()["items"]
        return sum(row["valid_to"] is None for row in rows)


def number_of(person: int) -> str:
    body = f"44520219600101{person:02d}2"
    return f"{body}{ric.calc_check_digit(f'{body}0')}"


def csv_of(*rows: Sequence[str], headings: str = HEADINGS) -> bytes:
    return "\r\n".join([headings, *(",".join(row) for row in rows)]).encode("gb18030")


def person(place: int, name: str = "", county: str = "榕城区", *more: str) -> Sequence[str]:
    return number_of(place), name or f"示例{place}", county, "2019.5.1", *more


def workbook(*sheets: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for place, rows in enumerate(sheets):
        sheet = book.create_sheet(f"镇{place}")
        for row in rows:
            sheet.append(list(row))
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
