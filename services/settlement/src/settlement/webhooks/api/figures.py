"""What the metrics tell of webhooks: for how long a hospital has taken nothing."""

from collections.abc import Iterator
from typing import Final

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from kernel.running.clock import Clock
from settlement.webhooks.commands.failing import FailingWatch

_SAID: Final = "For how long a hospital's webhook has taken nothing that was brought to it"


class WebhookCollector(Collector):
    """Reads the last look of this instance's watch; one that does not deliver tells nothing."""

    def __init__(self, watch: FailingWatch, clock: Clock) -> None:
        self._watch = watch
        self._clock = clock

    @override
    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("onestop_webhook_failing_seconds", _SAID, labels=["service", "hospital"])
        now = self._clock()
        for hospital_id, since in self._watch.failed_since.items():
            family.add_metric(["settlement", hospital_id], max(0.0, (now - since).total_seconds()))
        yield family
