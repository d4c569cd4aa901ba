"""Whether the services answer, are ready, and what their own metrics complain of."""

from collections.abc import Sequence
from typing import Final

import httpx
from prometheus_client.parser import text_string_to_metric_families

from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault

_SECONDS_MAX: Final = 5.0
_MISSING: Final = {"database": "its database", "transport": "the transport of messages", "fault": "its program"}


async def look(examined: Examined) -> Sequence[Finding]:
    """Services that are away, not ready, or held up in what they read."""
    found: list[Finding] = []
    async with httpx.AsyncClient(timeout=_SECONDS_MAX) as client:
        for name, address in examined.doors.items():
            found += await _of_service(client, name, address)
    return found


async def _of_service(client: httpx.AsyncClient, name: str, address: str) -> Sequence[Finding]:
    try:
        ready = await client.get(f"{address}/health/ready")
        metrics = (await client.get(f"{address}/metrics")).text
    except httpx.TransportError as error:
        says = f"{name} does not answer at {address}: {str(error) or repr(error)}"
        return [fault(says, f"start it, or say where it is: --door {name}=http://HOST:PORT")]
    found = []
    if not ready.is_success:
        checks = ready.json().get("checks", {})
        why = "; ".join(f"{check}: {said}" for check, said in checks.items() if said != "ready") or ready.text
        found.append(fault(f"{name} is not ready: {why}", "see what else is found here, then its log"))
    samples = [sample for family in text_string_to_metric_families(metrics) for sample in family.samples]
    for labels in (sample.labels for sample in samples if sample.name == "onestop_consumer_troubled" and sample.value):
        says = f"{name} is held up in reading topic {labels['topic']} as {labels['consumer']}"
        found.append(fault(says, 'its log says why ("jobs are held up"); see also what is found at consuming'))
    for labels in (sample.labels for sample in samples if sample.name == "onestop_job_held_up" and sample.value):
        says = f"{name}'s job {labels['job']} does not get on: the trouble lies with {_MISSING[labels['cause']]}"
        found.append(fault(says, 'its log says why ("jobs are held up", or "job fails")'))
    return found


CHECK: Final = Check("doors", "every service that was asked answers and is ready", look)
