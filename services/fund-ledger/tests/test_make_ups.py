"""A cascade's shortage: its last fund pays into debt, and who stands behind it is asked for that, once a month."""

from datetime import UTC, datetime
from typing import Any, Final

import httpx
import msgspec
import pytest

from contracts.settlement import CONTRACT
from fund_ledger.charts.domain import Charts
from fund_ledger.config import Config
from fund_ledger.funds.commands import FundCommands, MakeUps
from fund_ledger.funds.queries import FundQueries
from fund_ledger.main import PARTS, build
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.running.runtime import Runtime
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Surroundings
from kernel.writing.database import Database

HUINING: Final = "620422"
AUGUST: Final = datetime(2018, 8, 5, 1, 0, tzinfo=UTC)


class Shortage:
    """Huining's ledger, what is settled there, and another instance that asks for what is lacking."""

    def __init__(self, around: Surroundings, asking: MakeUps, bills: Any, finance: httpx.AsyncClient) -> None:
        self.around, self.asking, self.bills, self.finance = around, asking, bills, finance
        self.settled = 0

    async def settle(self, fen: int) -> None:
        self.settled += 1
        bill = self.bills.settled(f"S{self.settled}", self.bills.layer("MA", fen, "MA", "PROV"), county=HUINING)
        await self.around.tell(CONTRACT, "P1", msgspec.structs.replace(bill, settled_at=AUGUST))

        async def booked() -> bool:
            return (await self.finance.get(f"/v1/journals/S{self.settled}")).status_code == 200

        await eventually(booked)

    async def asked(self) -> list[tuple[str, str, str, str]]:
        await self.asking.look()
        told = (await self.finance.get("/v1/funding-orders", params={"county": HUINING})).json()["items"]
        return [(one["order_id"], one["amount"], one["received"], one["status"]) for one in told]


@pytest.fixture
async def shortage(
    around: Surroundings, config: Config, charts: Charts, clock: SetClock, bills: Any, database: str
) -> Any:
    clock.now = AUGUST
    ledger = await around.serve("fund_ledger", lambda host: build(host, config), clock=clock)
    runtime = Runtime(PARTS, Database(url=database, user="fund_ledger"), EmbeddedEventLog(around.bus))
    await runtime.start(background=False)
    found = FundQueries(runtime)
    asking = MakeUps(FundCommands(runtime, config, charts, found), found, charts, clock)
    yield Shortage(around, asking, bills, await ledger.client(Role.FINANCE))
    await runtime.stop()


async def test_the_province_is_asked_once_a_month_for_what_nobody_was_asked_for_yet(
    shortage: Shortage, clock: SetClock
) -> None:
    given = {"county": HUINING, "fund": "MA", "amount": "100.00", "source": "BUDGET", "value_on": "2018-08-01"}
    assert (await shortage.finance.post("/v1/fund-receipts", json=given)).status_code == 201
    await shortage.settle(9_000)
    assert await shortage.asked() == [], "the first fund of the cascade reaches"
    await shortage.settle(5_000)
    august = "620422-PROV-MAKE_UP-2018-08"
    assert await shortage.asked() == [(august, "40.00", "0.00", "issued")]
    await shortage.settle(2_000)
    assert await shortage.asked() == [(august, "40.00", "0.00", "issued")], "once a month"
    came = {**given, "fund": "PROV", "amount": "40.00", "source": "PROVINCE", "value_on": "2018-08-05"}
    receipt = (await shortage.finance.post("/v1/fund-receipts", json=came)).json()["journal_id"]
    body = {"journal_id": receipt, "amount": "40.00"}
    met = await shortage.finance.post(f"/v1/funding-orders/{august}/receipts", json=body)
    assert (met.status_code, met.json()["status"]) == (200, "met")
    clock.now = datetime(2018, 9, 1, 1, 0, tzinfo=UTC)
    asked = await shortage.asked()
    assert asked == [(august, "40.00", "40.00", "met"), ("620422-PROV-MAKE_UP-2018-09", "20.00", "0.00", "issued")]
