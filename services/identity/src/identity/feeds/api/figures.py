"""What the metrics tell of the yearly confirmation."""

from collections.abc import Iterator
from typing import Final

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from identity.feeds.commands.confirming import ConfirmationWatch

_SAID: Final = "Counties' categories that a department should have confirmed for the next year and has not"


class ConfirmationCollector(Collector):
    """Reads the last look of this instance's watch; an instance that does not watch tells nothing."""

    def __init__(self, watch: ConfirmationWatch) -> None:
        self._watch = watch

    @override
    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("onestop_confirmations_overdue", _SAID, labels=["service", "department"])
        for department, lines in self._watch.overdue.items():
            family.add_metric(["identity", department], lines)
        yield family
