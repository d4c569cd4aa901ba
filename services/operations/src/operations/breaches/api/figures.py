"""What the metrics tell of clocks: how many are about to break, and how many have passed and nothing was done."""

from collections.abc import Iterator
from typing import Final

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from operations.breaches.commands.watching import ClockWatch

_SAID: Final = "Clocks of documents by their state, as of the last look: ABOUT to break, or LATE"


class ClockCollector(Collector):
    """Reads the last look of this instance's watch; an instance that does not watch tells nothing."""

    def __init__(self, watch: ClockWatch) -> None:
        self._watch = watch

    @override
    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("onestop_clocks", _SAID, labels=["service", "state"])
        for state in ("ABOUT", "LATE"):
            if state in self._watch.counts:
                family.add_metric(["operations", state], self._watch.counts[state])
        yield family
