"""Who may call a route: every route names its roles, and an application with one that does not will not start."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from fastapi import Depends
from starlette.requests import Request
from typing_extensions import override

from kernel.http.parts import CALLER_ORDER, Part
from kernel.http.problems import ProblemError
from kernel.http.request_shape import check_path, check_query
from kernel.security.authenticator import Authenticator
from kernel.security.principal import Principal, Role
from kernel.security.rejections import TokenFault, TokenRejectedError

#: All that may be called without a token.
OPEN_PATHS: Final = frozenset({"/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs"})
_SCHEME: Final = "bearer "
DivisionOf = Callable[[str], Awaitable[str | None]]


class UnguardedRouteError(Exception):
    """A route does not say who may call it."""


class Allow(Part):
    """Lets the given roles in and gives the endpoint the caller."""

    order = CALLER_ORDER

    def __init__(self, roles: Iterable[Role], *, by_division: bool = False) -> None:
        self.roles = frozenset(roles)
        self.by_division = by_division
        if not self.roles:
            raise UnguardedRouteError("allow() without a role lets nobody in: name at least one")

    @override
    async def __call__(self, request: Request) -> Principal:
        principal = await self.caller(request)
        request.scope["kernel.principal"] = principal
        if self.roles.isdisjoint(principal.roles):
            allowed, given = ", ".join(sorted(self.roles)), ", ".join(sorted(principal.roles))
            detail = f"this path is for {allowed}; the token is for {given}"
            raise ProblemError("ROLE_NOT_ALLOWED", 403, detail)
        if principal.divisions is not None and not request.scope["route"].by_division:
            detail = "this path does not look at divisions; a token that names some is of no use here"
            raise ProblemError("DIVISIONS_NOT_SERVED", 403, detail)
        # Only a caller who may ask at all learns what was wrong with the question.
        check_path(request)
        if request.scope["query_string"]:
            check_query(request, request.scope["route"].known_query)
        return principal

    async def caller(self, request: Request) -> Principal:
        """Who calls, by the bearer token. Raises TokenRejectedError."""
        token = _bearer_token(request)
        authenticator: Authenticator = request.app.state.authenticator
        return authenticator.remembered(token) or await authenticator.authenticate(token)


def allow(*roles: Role, by_division: bool = False) -> Any:
    """Dependency that lets ``roles`` in: ``caller: Annotated[Principal, allow(Role.HOSPITAL)]``.

    ``by_division`` says that the endpoint keeps to the caller's divisions (``Principal.must_act_in``), or shows
    nothing that belongs to one; ``of_division`` on the route says so too. Without either, a token that names
    divisions is refused: who forgets shows nothing.
    """
    return Depends(Allow(roles, by_division=by_division))


class OfDivision(Part):
    """Keeps a route, or all routes of a router, to the things that lie in the caller's divisions."""

    by_division = True

    def __init__(self, name: str, division_of: DivisionOf) -> None:
        self._name = name
        self._division_of = division_of

    @override
    async def __call__(self, request: Request) -> None:
        caller = principal_of(request)
        if caller.divisions is None:
            return
        division = await self._division_of(request.path_params[self._name])
        # What is not there is for the endpoint to refuse: it knows what the thing is called.
        if division is not None:
            caller.must_act_in(division)


def of_division(name: str, division_of: DivisionOf) -> Any:
    """Dependency for ``Router(dependencies=[…])``: the thing that the path's ``name`` names is of a division.

    ``division_of`` gives the six-digit code where it lies, or None when there is no such thing; it is asked only for
    callers whose token names divisions. Refuses DIVISION_FOREIGN (403) before the body is looked at.
    """
    return Depends(OfDivision(name, division_of))


def principal_of(request: Request) -> Principal:
    """The caller whom the route's guard let in."""
    principal: Principal = request.scope["kernel.principal"]
    return principal


def _bearer_token(request: Request) -> str:
    header = request.headers.get("authorization")
    if header is None:
        raise TokenRejectedError(TokenFault.MISSING, "send a bearer token in the Authorization header")
    if header[: len(_SCHEME)].lower() != _SCHEME:
        raise TokenRejectedError(TokenFault.MALFORMED, "the Authorization header must be 'Bearer' and a token")
    return header[len(_SCHEME) :].strip()
