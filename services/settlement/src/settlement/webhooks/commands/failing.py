"""The watch over webhooks that fail, for the metrics: as the delivering instance last found them."""

from datetime import datetime
from typing import Final

from settlement.webhooks.queries.positions import PositionQueries

#: Looks for news between two looks for failures: an alarm waits for an hour, so a quarter of a minute is soon enough.
_EVERY: Final = 15


class FailingWatch:
    """Since when the webhooks fail that are neither paused nor removed; empty where another instance delivers."""

    def __init__(self, positions: PositionQueries) -> None:
        self._positions = positions
        self._looks = 0
        self.failed_since: dict[str, datetime] = {}

    async def look(self) -> None:
        """Look again every so many times; the first time at once."""
        if self._looks % _EVERY == 0:
            self.failed_since = await self._positions.failing()
        self._looks += 1

    def stop(self) -> None:
        """Tell nothing any more: another instance delivers."""
        self._looks = 0
        self.failed_since = {}
