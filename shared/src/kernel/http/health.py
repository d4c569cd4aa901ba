"""The open routes: alive, ready, metrics."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from kernel.http.answers import answer
from kernel.http.metrics import HttpMetrics

#: A check that raises (anything) or returns a text says "not ready" and why; None means ready.
ReadinessCheck = Callable[[], Awaitable[str | None]]
#: Looks at what the metrics tell and nobody counts on the way.
Observe = Callable[[], Awaitable[None]]

_CHECK_SECONDS_MAX: Final = 2.0


async def nothing_to_observe() -> None:
    """All that the metrics tell is counted on the way."""


def add_open_routes(
    app: FastAPI, readiness: Mapping[str, ReadinessCheck], metrics: HttpMetrics, observe: Observe
) -> None:
    """Add /health/live, /health/ready and /metrics."""

    async def live(_request: Request) -> Response:
        return answer({"status": "live"})

    async def ready(request: Request) -> Response:
        if request.app.state.draining:
            return answer({"status": "draining"}, status=503)
        verdicts = await asyncio.gather(*(_verdict(check) for check in readiness.values()))
        checks = dict(zip(readiness, verdicts, strict=True))
        status, code = ("ready", 200) if all(verdict == "ready" for verdict in verdicts) else ("not ready", 503)
        return answer({"status": status, "checks": checks}, status=code)

    async def metrics_text(request: Request) -> Response:
        await observe()
        return metrics.response(request.headers.get("accept", ""))

    app.add_route("/health/live", live, include_in_schema=False)
    app.add_route("/health/ready", ready, include_in_schema=False)
    app.add_route("/metrics", metrics_text, include_in_schema=False)


async def _verdict(check: ReadinessCheck) -> str:
    try:
        async with asyncio.timeout(_CHECK_SECONDS_MAX):
            return await check() or "ready"
    except Exception as error:  # a check that fails in any way means not ready; the type says enough
        return f"failed: {type(error).__name__}"
