"""The watch over funds: which are in debt and which soon will be, as the metrics tell it."""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from prometheus_client import CollectorRegistry

from contracts.settlement import CONTRACT
from fund_ledger.charts.domain import Charts
from fund_ledger.event_types import REGISTRY
from fund_ledger.forecasts.api import FundCollector
from fund_ledger.forecasts.commands import FundWatch
from fund_ledger.forecasts.queries import ForecastQueries
from fund_ledger.rows import READ_MODEL
from kernel.writing.event_store import EventStore

TODAY: Final = datetime(2019, 9, 10, 1, 0, tzinfo=UTC)


class _Opened(msgspec.Struct):
    store: EventStore


async def test_funds_that_are_in_debt_or_soon_will_be_are_told_by_county(scene: Any, charts: Charts) -> None:
    opened = _Opened(EventStore(scene.ledger.pool, REGISTRY, READ_MODEL.project))
    watch, registry = FundWatch(ForecastQueries(opened), charts, lambda: TODAY), CollectorRegistry()
    registry.register(FundCollector(watch))

    async def told() -> list[float | None]:
        await watch.look()
        labels = [{"service": "fund-ledger", "county": "445202", "state": state} for state in ("OVERDRAWN", "LOW")]
        return [registry.get_sample_value("onestop_funds", one) for one in labels]

    async def settle(number: int, month: int, fen: int) -> None:
        bill = scene.bills.settled(f"S{number}", scene.bills.layer("MA", fen), person_id="P1")
        at = datetime(2019, month, 5, 1, 0, tzinfo=UTC)
        await scene.around.tell(CONTRACT, "P1", msgspec.structs.replace(bill, settled_at=at))
        await scene.booked(number)

    # 1000.00 were given; 100.00 a month last until next year.
    for number, month in enumerate((6, 7, 8), start=1):
        await settle(number, month, 10_000)
    assert await told() == [0, 0]
    # After 650.00 more in August 50.00 are left, and any month took more.
    await settle(4, 8, 65_000)
    assert await told() == [0, 1]
    await settle(5, 9, 10_000)
    assert await told() == [1, 0]
