"""One settlement is one trace over all services: who was asked, what was sent, who took it, and what they sent then."""

from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from kernel.running.traces import Traces
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.writing import tracing
from onestop.services import SERVICES
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.town import Town
from workbench.demo.window import Window

BILL = stories.Bill(1_000_000, 0, 600_000)
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


@pytest.fixture
def kept() -> Iterator[InMemorySpanExporter]:
    """All that is told while the test lasts."""
    exporter = InMemorySpanExporter()
    traces = Traces("everything", 1.0, SimpleSpanProcessor(exporter))
    tracing.listen(traces)
    yield exporter
    tracing.listen(None)
    traces.close()


def of_the_trace(kept: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in kept.get_finished_spans() if span.context.trace_id == int(TRACE, 16)}


async def test_one_settlement_is_one_trace_over_all_services(town: Town, kept: InMemorySpanExporter) -> None:
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    admitted = await stories.admit(window, town.someone("DIBAO"), "special_outpatient", town.today)
    await stories.upload(window, admitted["encounter_id"], BILL)
    client = town.platform.client("settlement", Role.HOSPITAL, HOSPITALS[0].hospital_id)
    path, payers = (
        f"/v1/encounters/{admitted['encounter_id']}/settlement",
        {"payers": {"BMI": "6000.00", "CII": "0.00"}},
    )
    answer = await client.post(path, json=payers, headers={"Idempotency-Key": "traced", **CALLER})
    assert answer.status_code == 201, answer.text
    assert answer.headers["x-correlation-id"] == TRACE

    async def posted() -> bool:
        return "send onestop.fund-ledger.JournalBooked.v1" in of_the_trace(kept)

    await eventually(posted)
    spans = of_the_trace(kept)
    asked, sent = (
        spans["POST /v1/encounters/{encounter_id}/settlement"],
        spans["send onestop.settlement.SettlementConfirmed.v1"],
    )
    taken, sent_then = (
        spans["consume onestop.settlement.SettlementConfirmed.v1"],
        spans["send onestop.fund-ledger.JournalBooked.v1"],
    )
    after = [(asked, spans["command"]), (asked, sent), (sent, taken), (sent, sent_then)]
    assert [step.parent and step.parent.span_id for _, step in after] == [cause.context.span_id for cause, _ in after]
    assert asked.parent is None
    told = " ".join(str({**span.attributes}) for span in spans.values() if span.attributes is not None)
    assert "settlement" in told
    assert TRACE in await traces_named_beside_times(town, "settlement"), "who sees a slow one can open its trace"
    assert admitted["encounter_id"] not in told, "ids of stays and people stay in the services"


async def traces_named_beside_times(town: Town, service: str) -> set[str]:
    """The traces that the latency histogram of a service names, as Prometheus reads it."""
    client = town.platform.client(service, Role.OPERATIONS)
    text = (await client.get("/metrics", headers={"Accept": "application/openmetrics-text;version=1.0.0"})).text
    read = text_string_to_metric_families(text)  # type: ignore[no-untyped-call]  # it ships none
    families = {family.name: family for family in read}
    times = families["http_request_duration_seconds"].samples
    return {sample.exemplar.labels["trace_id"] for sample in times if sample.exemplar}


async def test_every_service_speaks_openmetrics_and_names_no_trace_that_nobody_keeps(town: Town) -> None:
    for service in SERVICES:
        assert await traces_named_beside_times(town, service) == set()


def test_every_service_keeps_the_same_share_of_traces() -> None:
    ids = [str(uuid5(NAMESPACE_URL, str(number))) for number in range(2000)]
    one, other = (Traces(name, 0.1, SimpleSpanProcessor(InMemorySpanExporter())) for name in ("one", "other"))
    kept_by_one = {id_ for id_ in ids if one.listens_to(id_)}
    assert kept_by_one == {id_ for id_ in ids if other.listens_to(id_)}
    assert 100 < len(kept_by_one) < 300
    for traces in (one, other):
        traces.close()
