"""What a reconciliation that goes on every night tells Prometheus: what is not mended, how old, when it ran."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, start_http_server

from onestop.reconcile.difference import State
from onestop.reconcile.kept import Kept

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

    def tell(self, kept: Sequence[Kept], ended_at: datetime) -> None:
        """Tell what is kept after a run."""
        standing = [one for one in kept if one.state is not State.MENDED]
        self._differences.clear()
        for (kind, owner), count in Counter((one.kind, one.owner) for one in standing).items():
            self._differences.labels(_SERVICE, kind, owner).set(count)
        self._oldest.labels(_SERVICE).set(max((one.age_seconds for one in standing), default=0))
        self._ended.labels(_SERVICE).set(ended_at.timestamp())
