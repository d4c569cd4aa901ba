"""The one middleware around every service: correlation, limits, errors, metrics and one log line a request."""

import asyncio
from time import perf_counter
from typing import Any, Final

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel.http.availability import UnavailableError, is_passing
from kernel.http.correlation import correlate_request
from kernel.http.dispatch import Dispatch, serve_directly
from kernel.http.guard import OPEN_PATHS
from kernel.http.logs import describe_exception
from kernel.http.metrics import HttpMetrics
from kernel.http.patience import DEADLINE
from kernel.http.problems import ProblemError, problem_response
from kernel.writing.tracing import Step, is_told, step

_log = structlog.get_logger("kernel.http")
_RETRY_AFTER: Final = {"Retry-After": "1"}
_UNMATCHED: Final = "unmatched"
_READING: Final = frozenset({"GET", "HEAD"})


class Shell:
    """Pure ASGI: a BaseHTTPMiddleware would cost more than everything here together."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        service: str,
        metrics: HttpMetrics,
        dispatch: Dispatch,
        in_flight_max: int,
        timeout_seconds: float,
    ) -> None:
        self._app = app
        self._service = service
        self._metrics = metrics
        self._dispatch = dispatch
        self._in_flight_max = in_flight_max
        self._timeout_seconds = timeout_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; anything but HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started_at = perf_counter()
        sender = _Sender(send, correlate_request(scope["headers"]))
        scope["kernel.correlation_id"] = sender.correlation_id
        self._metrics.in_flight += 1
        try:
            if is_told(sender.correlation_id) and scope["path"] not in OPEN_PATHS:
                await self._serve_told(scope, receive, sender)
            else:
                await self._serve(scope, receive, sender)
        finally:
            self._metrics.in_flight -= 1
            self._record(scope, sender.status, perf_counter() - started_at)

    async def _serve_told(self, scope: Scope, receive: Receive, sender: "_Sender") -> None:
        correlation_id, method = sender.correlation_id, scope["method"]
        # What a reading request causes is nothing, so nobody looks for it by its name.
        known_as = "" if method in _READING else f"request/{correlation_id}"
        told = Step(name=method, kind="SERVER", correlation_id=correlation_id, known_as=known_as)
        with step(told) as under_way:
            await self._serve(scope, receive, sender)
            route = getattr(scope.get("route"), "path", _UNMATCHED)
            under_way.about |= {
                "name": f"{method} {route}",
                "http.request.method": method,
                "http.route": route,
                "http.response.status_code": str(sender.status),
                "onestop.service": self._service,
            }

    async def _serve(self, scope: Scope, receive: Receive, sender: "_Sender") -> None:
        is_open = scope["path"] in OPEN_PATHS  # probes must be answered under load, too
        if self._metrics.in_flight > self._in_flight_max and not is_open:
            detail = "the service has too many requests at once: send this one again later"
            problem = ProblemError("OVERLOADED", 503, detail, headers=_RETRY_AFTER)
            await problem_response(Request(scope), problem)(scope, receive, sender)
            return
        try:
            async with asyncio.timeout(self._timeout_seconds) as deadline:
                scope[DEADLINE] = deadline
                handler = self._dispatch.find(scope)
                if handler is None:
                    await self._app(scope, receive, sender)
                else:
                    await serve_directly(handler, scope, receive, sender)
        except Exception as error:  # the last place before the server: nothing may leak, everything must be answered
            problem = _problem_of(error)
            _report(error, problem)
            if sender.status:  # the answer has begun: breaking it off is all that is left
                raise
            await problem_response(Request(scope), problem)(scope, receive, sender)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        is_open, correlation_id = scope["path"] in OPEN_PATHS, scope["kernel.correlation_id"]
        route = scope["path"] if is_open else getattr(scope.get("route"), "path", _UNMATCHED)
        traced = correlation_id if not is_open and is_told(correlation_id) else ""
        self._metrics.observe(scope["method"], route, status, seconds, traced=traced)
        if is_open:
            return  # probes and scrapes every few seconds would drown the rest
        principal = scope.get("kernel.principal")
        fields: dict[str, Any] = {
            "service": self._service,
            "method": scope["method"],
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 2),
            "subject": principal.subject if principal is not None else None,
        }
        code = scope.get("kernel.problem_code")
        if code is not None:
            fields["code"] = code
        _log.info("request", **fields)


class _Sender:
    """Adds the correlation id to the answer and remembers its status (0 until it begins)."""

    __slots__ = ("_send", "correlation_id", "status")

    def __init__(self, send: Send, correlation_id: str) -> None:
        self._send = send
        self.correlation_id = correlation_id
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"].append((b"x-correlation-id", self.correlation_id.encode("ascii")))
        await self._send(message)


def _problem_of(error: Exception) -> ProblemError:
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, ClientDisconnect):
        return ProblemError("CLIENT_DISCONNECTED", 400, "the caller went away before the body was complete")
    if isinstance(error, TimeoutError):
        detail = "the service did not finish in time: send the same request with the same Idempotency-Key again"
        return ProblemError("TIMED_OUT", 503, detail, headers=_RETRY_AFTER)
    if is_passing(error):
        away = "something the service needs is away: send the same request again later"
        detail = error.detail if isinstance(error, UnavailableError) else away
        return ProblemError("DEPENDENCY_UNAVAILABLE", 503, detail, headers=_RETRY_AFTER)
    return ProblemError("INTERNAL_ERROR", 500, "the service made a mistake; give the correlation id to operations")


def _report(error: Exception, problem: ProblemError) -> None:
    fields: dict[str, Any] = {"code": problem.code}
    if not isinstance(error, ProblemError):
        fields |= describe_exception(error)
    if problem.status == 500:
        _log.error("unexpected error", **fields)
    else:
        _log.warning("request not served", **fields)
