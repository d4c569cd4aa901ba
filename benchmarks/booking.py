"""How long it takes from a settlement to its journal, over Kafka, at a steady rate."""

from kernel.writing.database import administering
from onestop.quiescence import wait_until_arrived

_DELAYS_SQL = """
SELECT extract(epoch FROM l.recorded_at - s.recorded_at)::float8 AS seconds
FROM settlement.events s
JOIN fund_ledger.events l ON l.stream_id = 'journal/' || (s.data->>'settlement_id') AND l.version = 1
WHERE s.type = 'SettlementConfirmed' ORDER BY 1
"""


async def booking_delays(database: str) -> list[float]:
    """Seconds from each settlement's event to its journal's, in rising order."""
    await wait_until_arrived(database)
    async with administering(database) as connection:
        return [row["seconds"] for row in await connection.fetch(_DELAYS_SQL)]


def percentile(ordered: list[float], share: float) -> float:
    """The value below which ``share`` of the ordered values lie."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def spread(ordered: list[float]) -> str:
    """The middle and the end of delays in rising order, in words."""
    return f"p50 {1000 * percentile(ordered, 0.5):.0f} ms, p99 {1000 * percentile(ordered, 0.99):.0f} ms"
