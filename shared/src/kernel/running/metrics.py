"""Prometheus metrics of a runtime: how far its events have come, what its jobs do, and what holds them up."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from kernel.running.figures import Figures
from kernel.running.runtime import Runtime
from kernel.running.troubles import Cause

#: Values by their labels.
Samples: TypeAlias = Mapping[Any, float]


class RuntimeCollector(Collector):
    """Reads what a runtime counts, and its last look at its tables; nothing is counted twice."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._service = runtime.parts.name

    @override
    def collect(self) -> Iterator[Metric]:
        """All samples; those that only the database can tell are missing while it does not answer."""
        yield from self._jobs()
        yield from self._consumers()
        yield from self._sessions()
        figures = self._runtime.looking.last
        yield self._gauge("database_up", "1 while the database answers", {(): figures is not None})
        if figures is not None:
            yield from self._waiting(figures)
            yield from self._parked(figures)

    def _jobs(self) -> Iterator[Metric]:
        troubles, leadership = self._runtime.troubles, self._runtime.leadership
        held = {
            (job, str(cause)): job in troubles.current and troubles.current[job].cause is cause
            for job in sorted(troubles.failures)
            for cause in Cause
        }
        yield self._gauge("job_held_up", "1 while a job does not get on, by what it misses", held, "job", "cause")
        failures = {(job,): count for job, count in troubles.failures.items()}
        yield self._counter("job_failures", "Attempts of a job that failed", failures, "job")
        yield self._gauge("leads", "1 in the instance that does the background jobs", {(): leadership.leads})
        yield self._counter("elections", "How often this instance was elected", {(): leadership.elections})
        replaced = "Silent leaders that this instance has put an end to"
        yield self._counter("leaders_replaced", replaced, {(): leadership.replaced})
        skew = "How far this machine's clock is ahead of the database's"
        yield self._gauge("clock_skew_seconds", skew, {(): leadership.clock_skew_seconds})

    def _consumers(self) -> Iterator[Metric]:
        consumers = {(consumer.inbox.consumer, consumer.inbox.topic): consumer for consumer in self._runtime.consumers}
        names = "consumer", "topic"
        consumed = {at: consumer.consumed for at, consumer in consumers.items()}
        yield self._counter("messages_consumed", "Messages consumed since the start", consumed, *names)
        retries = {at: consumer.retries for at, consumer in consumers.items()}
        yield self._counter("consumer_retries", "Attempts that the database's trouble cost", retries, *names)
        passed = {at: consumer.inbox.interest.passed_over for at, consumer in consumers.items()}
        yield self._counter("messages_passed_over", "Messages of types that a consumer does not read", passed, *names)
        troubled = {at: consumer.trouble is not None for at, consumer in consumers.items()}
        yield self._gauge("consumer_troubled", "1 while something holds a consumer up", troubled, *names)
        shares = {at: len(consumer.partitions) for at, consumer in consumers.items()}
        yield self._gauge("consumer_partitions", "Partitions that this instance reads now", shares, *names)
        lags = {(*at, str(partition)): lag for at, by in self._runtime.lags.items() for partition, lag in by.items()}
        yield self._gauge("consumer_lag", "Messages on the topic that wait for a consumer", lags, *names, "partition")

    def _sessions(self) -> Iterator[Metric]:
        sizes: dict[tuple[str, str], float] = {}
        for name, pool in self._runtime.pools.items():
            idle, size = pool.get_idle_size(), pool.get_size()
            sizes |= {(name, "in use"): size - idle, (name, "idle"): idle, (name, "most"): pool.get_max_size()}
        yield self._gauge("sessions", "Sessions of the database, and the most there may be", sizes, "pool", "state")

    def _waiting(self, figures: Figures) -> Iterator[Metric]:
        waiting = figures.waiting
        events = {("sequencer",): waiting.unnumbered, ("relay",): waiting.unsent}
        seconds = {("sequencer",): waiting.unnumbered_seconds, ("relay",): waiting.unsent_seconds}
        if self._runtime.keeps_log:
            events["log-relay",] = waiting.unkept
            seconds["log-relay",] = waiting.unkept_seconds
        yield self._gauge("events_waiting", "Events that wait for a number, or to be sent", events, "step")
        yield self._gauge("events_waiting_seconds", "Age of the oldest of them", seconds, "step")
        oldest = max(seconds.values())
        yield self._gauge("oldest_unsent_event_seconds", "Age of the oldest event that was not sent", {(): oldest})
        running = waiting.next_transaction - waiting.horizon
        yield self._gauge(
            "horizon_transactions", "Transactions begun since the oldest that still writes", {(): running}
        )
        yield self._gauge("horizon_seconds", "For how long that one has been seen", {(): figures.horizon_seconds})

    def _parked(self, figures: Figures) -> Iterator[Metric]:
        every = {(consumer.inbox.consumer, consumer.inbox.topic): (0, 0, 0.0) for consumer in self._runtime.consumers}
        every |= {(p.consumer, p.topic): (p.messages, p.keys, p.seconds) for p in figures.parked}
        names = "consumer", "topic"
        said = "Messages", "Keys", "Age in seconds of the oldest message"
        for i, name in enumerate(("messages", "keys", "seconds")):
            values = {at: figure[i] for at, figure in every.items()}
            yield self._gauge(f"parked_{name}", f"{said[i]} that a consumer has parked", values, *names)

    def _gauge(self, name: str, said: str, values: Samples, *labels: str) -> Metric:
        return self._filled(GaugeMetricFamily(f"onestop_{name}", said, labels=["service", *labels]), values)

    def _counter(self, name: str, said: str, values: Samples, *labels: str) -> Metric:
        return self._filled(CounterMetricFamily(f"onestop_{name}", said, labels=["service", *labels]), values)

    def _filled(self, family: GaugeMetricFamily | CounterMetricFamily, values: Samples) -> Metric:
        for labels, value in values.items():
            family.add_metric([self._service, *labels], value)
        return family
