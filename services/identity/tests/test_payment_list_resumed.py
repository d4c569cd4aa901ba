"""A payment list whose worker is stopped half-way: it goes on where it was, and every row is noted once."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
from stdnum.cn import ric

from identity.config import Config
from identity.main import build
from kernel.security import Issuer, KeyRing, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Surroundings, surroundings

NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)
ROWS: Final = 20_000
STOPPED_AFTER: Final = 1_000


def content() -> str:
    lines = ["身份证号,姓名,统筹区代码,年度,缴费日期"]
    for n in range(ROWS):
        body = f"450202{1950 + n // 10_000}{n // 1000 % 10 + 1:02d}{n // 50 % 20 + 1:02d}{n % 50 * 2:03d}"
        lines.append(f"{body}{ric.calc_check_digit(body + '0')},示例{n},450200,2019,2019-01-02")
    # The very last row says again what the first one said: it must be known after the restart as well.
    return "\n".join([*lines, lines[1], ""])


async def client_of(around: Surroundings, folder: Path) -> httpx.AsyncClient:
    config = Config(keys=KeyRing.in_folder(folder))
    service = await around.serve("identity", lambda host: build(host, config), clock=lambda: NOW)
    return await service.client(Role.AGENCY, "A450000")


async def test_a_stopped_worker_goes_on_where_it_was(database: str, tmp_path: Path) -> None:
    issuer = Issuer.in_folder(tmp_path)
    async with surroundings(database, issuer) as around:
        agency = await client_of(around, tmp_path)
        sent = await agency.put(
            "/v1/payment-lists/450200/2019-08",
            params={"as_of": "2019-08-01T00:00:00+08:00"},
            content=content(),
            headers={"Content-Type": "text/csv"},
        )
        path = f"/v1/payment-lists/{sent.json()['list_id']}"

        async def begun() -> bool:
            return bool((await agency.get(path)).json()["rows_noted"] >= STOPPED_AFTER)

        await eventually(begun, within_seconds=60)

    async with surroundings(database, issuer) as around:
        before: int = await around.bus.fetchval("SELECT count(*) FROM identity.payment_groups")
        ended: int = await around.bus.fetchval("SELECT count(*) FROM identity.payment_list_ends")
        agency = await client_of(around, tmp_path)

        async def applied() -> bool:
            return bool((await agency.get(path)).json()["status"] == "APPLIED")

        await eventually(applied, within_seconds=60)
        assert (before > 0, ended) == (True, 0), "the list was stopped half-way"
        assert (await agency.get(path)).json()["outcomes"] == {"UNKNOWN": ROWS, "REFUSED": 1}
        refused = (await agency.get(f"{path}/rows?outcome=REFUSED")).json()["items"]
        assert [(row["row"], row["code"]) for row in refused] == [(ROWS + 2, "ROW_TWICE")]
        gaps = await around.bus.fetchval(
            "SELECT count(*) FROM (SELECT first_row - lag(last_row) OVER (ORDER BY first_row) AS step "
            "FROM identity.payment_groups) g WHERE step <> 1"
        )
        assert gaps == 0
