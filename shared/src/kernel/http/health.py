"""The open routes: alive, ready, metrics."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from kernel.http.metrics import HttpMetrics
from kernel.http.wire import encode

#: A check that raises (anything) or returns a text says "not ready" and why; None means ready.
ReadinessCheck = Callable[[], Awaitable[str | None]]

_CHECK_SECONDS_MAX: Final = 2.0


def add_open_routes(app: FastAPI, readiness: Mapping[str, ReadinessCheck], metrics: HttpMetrics) -> None:
    """Add /health/live, /health/ready and /metrics."""

    async def live(_request: Request) -> Response:
        return _json({"status": "live"}, 200)

    async def ready(request: Request) -> Response:
        if request.app.state.draining:
            return _json({"status": "draining"}, 503)
        verdicts = await asyncio.gather(*(_verdict(check) for check in readiness.values()))
        checks = dict(zip(readiness, verdicts, strict=True))
        is_ready = all(verdict == "ready" for verdict in verdicts)
        return _json({"status": "ready" if is_ready else "not ready", "checks": checks}, 200 if is_ready else 503)

    async def metrics_text(_request: Request) -> Response:
        return metrics.response()

    app.add_route("/health/live", live, include_in_schema=False)
    app.add_route("/health/ready", ready, include_in_schema=False)
    app.add_route("/metrics", metrics_text, include_in_schema=False)


async def _verdict(check: ReadinessCheck) -> str:
    try:
        async with asyncio.timeout(_CHECK_SECONDS_MAX):
            return await check() or "ready"
    except Exception as error:  # a check that fails in any way means not ready; the type says enough
        return f"failed: {type(error).__name__}"


def _json(value: Any, status: int) -> Response:
    return Response(encode(value), status_code=status, media_type="application/json")
