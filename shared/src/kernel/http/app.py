"""Builds the FastAPI application of a service: the shell, the open routes and the service's routers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, Final

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from kernel.http.described import Descriptions
from kernel.http.dispatch import Dispatch
from kernel.http.docs_page import docs_page
from kernel.http.error_codes import ErrorCode, ErrorCodes
from kernel.http.error_handlers import add_error_handlers
from kernel.http.health import Observe, ReadinessCheck, add_open_routes, nothing_to_observe
from kernel.http.languages import ENGLISH
from kernel.http.metrics import HttpMetrics
from kernel.http.openapi import openapi_document
from kernel.http.routes import Router
from kernel.http.shell import Shell
from kernel.http.startup_checks import check_routes
from kernel.security.authenticator import Authenticator

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

IN_FLIGHT_MAX: Final = 512
TIMEOUT_SECONDS: Final = 10.0
#: FastAPI's own telemetry records exception messages, which may quote a person's data.
_NO_TELEMETRY: Final = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}


def create_app(
    *,
    title: str,
    version: str,
    description: str,
    routers: Sequence[Router],
    authenticator: Authenticator,
    readiness: Mapping[str, ReadinessCheck],
    lifespan: Lifespan,
    registry: CollectorRegistry,
    error_codes: Iterable[ErrorCode] = (),
    observe: Observe = nothing_to_observe,
    in_flight_max: int = IN_FLIGHT_MAX,
    timeout_seconds: float = TIMEOUT_SECONDS,
    language: str = ENGLISH,
    describe: Callable[[], Descriptions] = dict,
) -> FastAPI:
    """The application of the service ``title``. Raises UnguardedRouteError when a route names no roles.

    Raises KeylessRouteError when a writing route takes no Idempotency-Key. More than ``in_flight_max`` requests at
    once, or one that takes longer than ``timeout_seconds``, get 503 with Retry-After. ``observe`` is waited for before
    metrics are given. Who prefers no language gets ``language``. ``describe`` says more of operations in the document.
    """
    app = _bare(title, version, description, _checked_lifespan(lifespan, metrics := HttpMetrics(title, registry)))
    _remember(app, authenticator, ErrorCodes(error_codes), language, describe)
    add_error_handlers(app)
    add_open_routes(app, readiness, metrics, observe)
    # Put in front, not included: an included router is matched twice and may add unseen dependencies.
    app.router.routes[:0] = [route for router in routers for route in router.routes]
    app.add_middleware(
        Shell,
        service=title,
        metrics=metrics,
        dispatch=Dispatch(app.router.routes),
        in_flight_max=in_flight_max,
        timeout_seconds=timeout_seconds,
    )
    _document(app)
    check_routes(app)
    return app


def _bare(title: str, version: str, description: str, lifespan: Lifespan) -> FastAPI:
    return FastAPI(
        title=title,
        version=version,
        description=description,
        lifespan=lifespan,
        docs_url=None,  # its page would be fetched from the internet
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,  # type: ignore[arg-type]
    )


def _remember(
    app: FastAPI, authenticator: Authenticator, codes: ErrorCodes, language: str, describe: Callable[[], Descriptions]
) -> None:
    """What requests are served with."""
    app.state.authenticator = authenticator
    app.state.error_codes = codes
    app.state.language = language
    app.state.draining = False
    app.state.describe = describe


def _document(app: FastAPI) -> None:
    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi_document(app, app.state.describe())
        return app.openapi_schema

    async def docs(_request: Request) -> Response:
        return HTMLResponse(docs_page(app.openapi()))

    app.add_route("/docs", docs, include_in_schema=False)
    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _checked_lifespan(lifespan: Lifespan, metrics: HttpMetrics) -> Lifespan:
    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        check_routes(app)  # again: routes may have been added since
        watcher = asyncio.create_task(metrics.watch_loop())
        try:
            async with lifespan(app):
                yield
        finally:
            watcher.cancel()
            with suppress(asyncio.CancelledError):
                await watcher

    return run
