"""Metrics and probes: what operations sees of a service."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry


def count(registry: CollectorRegistry, method: str, route: str, status: str) -> float | None:
    labels = {"service": "sample", "method": method, "route": route, "status": status}
    total = registry.get_sample_value("http_requests_total", labels)
    assert total == registry.get_sample_value("http_request_duration_seconds_count", labels)
    return total


async def test_requests_are_counted_by_route_and_not_by_path(make_app: Any, connect: Any) -> None:
    registry = CollectorRegistry()
    client: httpx.AsyncClient = connect(make_app(registry=registry))
    for number in range(3):
        await client.get(f"/encounters/failures/x{number}")
        await client.get(f"/nowhere/{number}")
    await client.get("/encounters")
    assert count(registry, "GET", "/encounters/failures/{kind}", "500") == 3
    assert count(registry, "GET", "unmatched", "404") == 3
    assert count(registry, "GET", "/encounters", "200") == 1
    text = (await client.get("/metrics")).text
    assert 'http_requests_total{method="GET",route="/encounters",service="sample",status="200"} 1.0' in text


async def test_two_applications_in_one_process_count_apart(make_app: Any, connect: Any) -> None:
    first, second = CollectorRegistry(), CollectorRegistry()
    await connect(make_app(registry=first)).get("/encounters")
    connect(make_app(registry=second))
    assert count(first, "GET", "/encounters", "200") == 1
    assert count(second, "GET", "/encounters", "200") is None


async def test_the_lag_of_the_event_loop_is_measured(make_app: Any) -> None:
    registry = CollectorRegistry()
    app: FastAPI = make_app(registry=registry)
    async with app.router.lifespan_context(app), asyncio.timeout(10):
        while not registry.get_sample_value("event_loop_lag_seconds", {"service": "sample"}):
            await asyncio.sleep(0.01)


async def test_a_service_is_ready_when_every_check_is(make_app: Any, connect: Any) -> None:
    async def fine() -> None:
        return None

    async def behind() -> str:
        return "40 events behind"

    async def broken() -> None:
        raise ConnectionRefusedError("password=secret")

    ready = await connect(make_app(readiness={"database": fine})).get("/health/ready")
    app = make_app(readiness={"database": broken, "consumer": behind, "relay": fine})
    unready = await connect(app).get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "checks": {"database": "ready"}})
    assert unready.status_code == 503
    assert unready.json()["checks"] == {
        "database": "failed: ConnectionRefusedError",
        "consumer": "40 events behind",
        "relay": "ready",
    }


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
async def test_a_draining_service_is_alive_but_not_ready(make_app: Any, connect: Any, path: str) -> None:
    app = make_app()
    app.state.draining = True
    reply = await connect(app).get(path)
    assert reply.status_code == (503 if path.endswith("ready") else 200)
