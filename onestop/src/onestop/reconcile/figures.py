"""What a reconciliation that goes on every night tells Prometheus: what is not mended, how old, when it ran."""

from typing import Final

from prometheus_client import CollectorRegistry, Gauge, start_http_server

from onestop.reconcile.kept import Standing

_SERVICE: Final = "reconcile"


class Figures:
    """The gauges of one process."""

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry()
        self._differences = Gauge(
            "onestop_reconciliation_differences",
            "Differences that are not mended, by class and owner",
            ["service", "kind", "owner"],
            registry=self.registry,
        )
        self._oldest = Gauge(
            "onestop_reconciliation_oldest_seconds",
            "Age of the oldest difference that is not mended",
            ["service"],
            registry=self.registry,
        )
        self._ended = Gauge(
            "onestop_reconciliation_ended_timestamp_seconds",
            "When the last run ended",
            ["service"],
            registry=self.registry,
        )

    def serve(self, port: int) -> None:
        """Answer Prometheus on a port, in a thread of its own."""
        start_http_server(port, registry=self.registry)

    def tell(self, standing: Standing) -> None:
        """Tell what is kept; before the first run there is no moment at which one ended."""
        self._differences.clear()
        for one in standing.counts:
            self._differences.labels(_SERVICE, one.kind, one.owner).set(one.count)
        self._oldest.labels(_SERVICE).set(max((one.oldest_seconds for one in standing.counts), default=0))
        if standing.ended_at is not None:
            self._ended.labels(_SERVICE).set(standing.ended_at.timestamp())
