"""What must be true of every route before an application may start."""

from typing import Final

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from kernel.http.guard import OPEN_PATHS, Allow, UnguardedRouteError
from kernel.http.idempotency import IdempotencyKeyPart, Keyless
from kernel.http.routes import Route

_WRITING: Final = frozenset({"POST", "PUT"})


class KeylessRouteError(Exception):
    """A writing route neither takes an Idempotency-Key nor says why it needs none."""


def check_routes(app: FastAPI) -> None:
    """Raise UnguardedRouteError or KeylessRouteError unless every route but the open ones is complete."""
    for context in iter_route_contexts(app.router.routes):
        route = context.original_route
        if isinstance(route, Route):
            _check_route(route)
        elif context.path not in OPEN_PATHS:
            raise UnguardedRouteError(f"{context.path}: declare it with kernel.http.Router and give it to create_app")


def _check_route(route: Route) -> None:
    name = f"{', '.join(sorted(route.methods or ()))} {route.path}"
    hidden = next((path for path in sorted(OPEN_PATHS) if route.path_regex.match(path)), None)
    if hidden is not None:
        raise UnguardedRouteError(f"{name} would take the place of {hidden}: give its router a prefix")
    if not any(isinstance(part, Allow) for part in route.parts):
        raise UnguardedRouteError(f"{name} names no roles: give it allow(...)")
    takes_key = any(isinstance(part, (IdempotencyKeyPart, Keyless)) for part in route.parts)
    if _WRITING & (route.methods or set()) and not takes_key:
        raise KeylessRouteError(f"{name} writes without IdempotencyKey: take one, or say keyless(reason)")
