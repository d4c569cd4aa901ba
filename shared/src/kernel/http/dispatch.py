"""Dispatch: finds the route of a request by its segments, and answers without the wrappers of the framework.

FastAPI still declares, checks and documents the routes; what is not found here goes its usual way.
"""

from collections.abc import Iterable

import msgspec
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from kernel.http.error_handlers import ANSWERED_ERRORS, response_to
from kernel.http.routes import Handler, Route


class _Entry(msgspec.Struct, frozen=True):
    """A route: its fixed segments by place, its parameters' names by place; no handler where it goes the usual way."""

    fixed: tuple[tuple[int, str], ...]
    names: tuple[tuple[int, str], ...]
    route: Route
    handler: Handler | None

    def fits(self, segments: list[str]) -> bool:
        return all(segments[place] == text for place, text in self.fixed)


class Dispatch:
    """The routes by method and number of segments, in the order of declaration.

    Those that cannot be called directly are among them: a fixed path that goes the usual way must not be taken for the
    parameter of a direct one that is declared after it.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._entries: dict[tuple[str, int], list[_Entry]] = {}
        for route in routes:
            if isinstance(route, Route):
                segments = route.path.split("/")
                entry = _entry(route, route.direct, segments)
                for method in route.methods or ():
                    self._entries.setdefault((method, len(segments)), []).append(entry)

    def find(self, scope: Scope) -> Handler | None:
        """The handler of a request, whose route and path parameters are put into the scope."""
        segments = scope["path"].split("/")
        for entry in self._entries.get((scope["method"], len(segments)), ()):
            if entry.fits(segments) and all(segments[place] for place, _ in entry.names):
                scope["route"] = entry.route
                scope["path_params"] = {name: segments[place] for place, name in entry.names}
                return entry.handler
        return None


async def serve_directly(handler: Handler, scope: Scope, receive: Receive, send: Send) -> None:
    """Call a handler; its refusals become problem documents, anything else is the shell's to report."""
    request = Request(scope, receive)
    try:
        response = await handler(request)
    except ANSWERED_ERRORS as error:
        response = await response_to(request, error)
    await response(scope, receive, send)


def _entry(route: Route, handler: Handler | None, segments: list[str]) -> _Entry:
    places = [(i, text, text.startswith("{")) for i, text in enumerate(segments)]
    return _Entry(
        fixed=tuple((i, text) for i, text, is_name in places if not is_name),
        names=tuple((i, text[1:-1]) for i, text, is_name in places if is_name),
        route=route,
        handler=handler,
    )
