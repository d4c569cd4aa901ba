"""Which problem each kind of refusal becomes."""

from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kernel.http.problems import ProblemError, problem_response
from kernel.security.rejections import TokenFault, TokenRejectedError
from kernel.values.refusals import RefusalKind, Refused

STATUS_OF_KIND: Final = {
    RefusalKind.INVALID: 422,
    RefusalKind.NOT_FOUND: 404,
    RefusalKind.CONFLICT: 409,
    RefusalKind.FORBIDDEN: 403,
}
#: What an endpoint or a part may raise to be answered with a problem document.
ANSWERED_ERRORS: Final = (ProblemError, Refused, TokenRejectedError, RequestValidationError, HTTPException)


def add_error_handlers(app: FastAPI) -> None:
    """Let every refusal that reaches the edge of a route become a problem document."""
    for kind in ANSWERED_ERRORS:
        app.add_exception_handler(kind, response_to)


async def response_to(request: Request, error: Exception) -> Response:
    """The problem document that one of ``ANSWERED_ERRORS`` becomes."""
    return problem_response(request, _problem_of(request, error))


def _problem_of(request: Request, error: Exception) -> ProblemError:
    match error:
        case ProblemError():
            return error
        case Refused():
            return ProblemError(error.code, STATUS_OF_KIND[error.kind], error.detail, about=error.about)
        case TokenRejectedError():
            challenge = "Bearer" if error.fault is TokenFault.MISSING else 'Bearer error="invalid_token"'
            return ProblemError(error.fault, 401, error.detail, headers={"WWW-Authenticate": challenge})
        case RequestValidationError():
            first = error.errors()[0]
            name = str(first["loc"][-1])
            detail = f"parameter {name}: {first['msg']}"
            return ProblemError("INVALID_PARAMETER", 422, detail, about={"parameter": name})
        case HTTPException():
            return _problem_of_framework(request, error)
        case _:
            raise error


def _problem_of_framework(request: Request, error: HTTPException) -> ProblemError:
    if error.status_code == 404:
        return ProblemError("ROUTE_NOT_FOUND", 404, "there is nothing at this path", headers=error.headers)
    if error.status_code == 405:
        taken = ", ".join(_methods_at(request))
        detail = f"this path does not take {request.method}; it takes {taken}"
        return ProblemError("METHOD_NOT_ALLOWED", 405, detail, headers={"Allow": taken})
    return ProblemError(f"HTTP_{error.status_code}", error.status_code, error.detail, headers=error.headers)


def _methods_at(request: Request) -> list[str]:
    """All that the path takes: the framework names the methods of its first route alone (RFC 9110, 15.5.6)."""
    path = request.scope["path"]
    routes = (route for route in request.app.router.routes if isinstance(route, Route))
    return sorted({method for route in routes if route.path_regex.match(path) for method in route.methods or ()})
