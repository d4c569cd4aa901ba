"""Prometheus metrics of a runtime: what its consumers have done, and what holds them up."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from kernel.running.runtime import Runtime


class RuntimeCollector(Collector):
    """Reads a runtime's own counters when asked; nothing is counted twice."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    @override
    def collect(self) -> Iterator[Metric]:
        """One sample for each consumer."""
        consumed = CounterMetricFamily(
            "onestop_messages_consumed", "Messages consumed since the start", labels=["consumer", "topic"]
        )
        troubled = GaugeMetricFamily(
            "onestop_consumer_troubled", "1 while a gap or a stall holds a consumer up", labels=["consumer", "topic"]
        )
        for consumer in self._runtime.consumers:
            labels = [consumer.inbox.consumer, consumer.inbox.topic]
            consumed.add_metric(labels, consumer.consumed)
            troubled.add_metric(labels, 0 if consumer.trouble is None else 1)
        yield consumed
        yield troubled
