"""Traces for OpenTelemetry: one settlement is one trace over all services, sent to a collector by OTLP."""

import hashlib
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags
from typing_extensions import override

from kernel.writing.correlated import trace_number
from kernel.writing.tracing import Step, listen

#: Traces are numbered by 128 bits; the lowest 56 say which are kept, in every service alike: of those above them some
#: are the same in every UUID.
_RANGE: Final = 1 << 56
_KINDS: Final = {"SERVER": SpanKind.SERVER, "PRODUCER": SpanKind.PRODUCER, "CONSUMER": SpanKind.CONSUMER}
_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
_next: Final[ContextVar[tuple[int, int | None]]] = ContextVar("next_ids")


class _Ids(IdGenerator):
    """Gives the ids that the step at hand must have, and otherwise any."""

    def __init__(self) -> None:
        self._any = RandomIdGenerator()

    @override
    def generate_trace_id(self) -> int:
        return _next.get()[0]

    @override
    def generate_span_id(self) -> int:
        return _next.get()[1] or self._any.generate_span_id()


class Traces:
    """Tells a processor of the traces that are kept: the share ``ratio`` of all, the same ones in every process."""

    def __init__(self, service: str, ratio: float, processor: SpanProcessor) -> None:
        self._bound = round(ratio * _RANGE)
        resource = Resource.create({"service.name": service, "service.namespace": "onestop"})
        self._provider = TracerProvider(resource=resource, id_generator=_Ids(), shutdown_on_exit=True)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("onestop")

    def listens_to(self, correlation_id: str) -> bool:
        """Whether the trace is among those that are kept."""
        return trace_number(correlation_id) % _RANGE < self._bound

    def begin(self, step: Step, began_ns: int | None = None) -> Span:
        """Begin a span: below the step that caused it, or at the top of the trace."""
        number = trace_number(step.correlation_id)
        _next.set((number, _span_number(step.known_as) if step.known_as else None))
        parent = Context()
        if step.after:
            before = SpanContext(number, _span_number(step.after), is_remote=True, trace_flags=_SAMPLED)
            parent = trace.set_span_in_context(NonRecordingSpan(before), parent)
        kind = _KINDS.get(step.kind, SpanKind.INTERNAL)
        return self._tracer.start_span(step.name, parent, kind, dict(step.about), start_time=began_ns)

    def end(self, begun: object, about: dict[str, str], error: BaseException | None) -> None:
        """End a span. Of an error only the kind is told: its message may quote a person's data."""
        assert isinstance(begun, Span), "what begin gave"
        if name := about.pop("name", ""):
            begun.update_name(name)
        for key, value in about.items():
            begun.set_attribute(key, value)
        if error is not None:
            begun.set_status(StatusCode.ERROR, type(error).__qualname__)
        begun.end()

    def close(self) -> None:
        """Send what is still here."""
        self._provider.shutdown()


def traces_from(environ: Mapping[str, str], service: str) -> Traces | None:
    """Begin to tell of traces where ``ONESTOP_TRACES_ENDPOINT`` names a collector; None where it does not.

    ``ONESTOP_TRACES_RATIO`` is the share that is kept, 0.01 if not given. A collector that is away costs traces and
    nothing else. Raises ValueError for a ratio that is none.
    """
    endpoint = environ.get("ONESTOP_TRACES_ENDPOINT", "")
    if not endpoint:
        return None
    ratio = float(environ.get("ONESTOP_TRACES_RATIO") or "0.01")
    if not 0 <= ratio <= 1:
        raise ValueError(f"ONESTOP_TRACES_RATIO is {ratio}; it is a share from 0 to 1, such as 0.01")
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - heavy

    traces = Traces(service, ratio, BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    listen(traces)
    return traces


def _span_number(known_as: str) -> int:
    return int.from_bytes(hashlib.sha256(known_as.encode()).digest()[:8]) or 1
