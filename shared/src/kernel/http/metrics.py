"""Prometheus metrics of one application: requests by route and status, requests in flight, event loop lag."""

import asyncio
from time import perf_counter
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder
from starlette.responses import Response

from kernel.writing.correlated import trace_number

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LABELS: Final = ("service", "method", "route", "status")
_LAG_SECONDS: Final = 0.5


class HttpMetrics:
    """Counts and times requests. Every application has its own registry, so several can share a process."""

    def __init__(self, service: str, registry: CollectorRegistry) -> None:
        self._service = service
        self._registry = registry
        self._requests = Counter("http_requests", "Requests answered.", _LABELS, registry=registry)
        self._seconds = Histogram(
            "http_request_duration_seconds", "Time to answer.", _LABELS, buckets=_BUCKETS, registry=registry
        )
        in_flight = Gauge("http_requests_in_flight", "Requests being served.", ("service",), registry=registry)
        lag = Gauge("event_loop_lag_seconds", "How late the loop woke a sleeper.", ("service",), registry=registry)
        self._lag = lag.labels(service)
        self.in_flight = 0
        in_flight.labels(service).set_function(lambda: self.in_flight)
        # Finding a child by labels takes a lock and a tuple; routes are few, so children are kept.
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def observe(self, method: str, route: str, status: int, seconds: float, *, traced: str = "") -> None:
        """Record one answered request; ``traced`` is its correlation id where its trace is kept.

        Then the bucket of its time names that trace: who sees a slow one in a graph can open it.
        """
        children = self._children.get((method, route, status))
        if children is None:
            labels = (self._service, method, route, str(status))
            children = self._requests.labels(*labels), self._seconds.labels(*labels)
            self._children[(method, route, status)] = children
        children[0].inc()
        children[1].observe(seconds, {"trace_id": f"{trace_number(traced):032x}"} if traced else None)

    def response(self, accept: str) -> Response:
        """All metrics of the registry: as OpenMetrics to whoever accepts it, which alone can tell of traces, or else in
        Prometheus's text format."""
        encode, content_type = choose_encoder(accept)
        return Response(encode(self._registry), headers={"Content-Type": content_type})

    async def watch_loop(self) -> None:
        """Measure the event loop's lag until cancelled."""
        while True:
            asked_at = perf_counter()
            await asyncio.sleep(_LAG_SECONDS)
            self._lag.set(max(0.0, perf_counter() - asked_at - _LAG_SECONDS))
