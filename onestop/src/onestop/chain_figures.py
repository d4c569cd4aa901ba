"""What a verification that goes on every night tells Prometheus: what is broken, and when all was looked at last."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, start_http_server

from onestop.services import SERVICES

_SERVICE: Final = "verify-chain"
#: Of which service a checkpoint is that cannot be read, nobody knows.
_CHECKPOINTS: Final = "checkpoints"


class ChainFigures:
    """The gauges of one process."""

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry()
        self._broken = Gauge(
            "onestop_chain_broken_places",
            "Places at which a stream, a log or a checkpoint does not hold, by service",
            ["service"],
            registry=self.registry,
        )
        self._verified = Gauge(
            "onestop_chain_verified_timestamp_seconds",
            "When every stream and log was verified last",
            ["service"],
            registry=self.registry,
        )

    def serve(self, port: int) -> None:
        """Answer Prometheus on a port, in a thread of its own."""
        start_http_server(port, registry=self.registry)

    def tell(self, broken: Sequence[str], at: datetime) -> None:
        """Tell what a verification has found; each place begins with the name of its service."""
        for name in SERVICES:
            self._broken.labels(name).set(sum(place.startswith(f"{name}: ") for place in broken))
        self._broken.labels(_CHECKPOINTS).set(0)
        self._verified.labels(_SERVICE).set(at.timestamp())

    def unreadable(self) -> None:
        """Tell that a checkpoint is no checkpoint any more; what was verified last stays as it was."""
        self._broken.labels(_CHECKPOINTS).set(1)
