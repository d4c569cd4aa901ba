"""Which problem each kind of refusal becomes."""

from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

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
    match error:
        case ProblemError():
            return problem_response(request, error)
        case Refused():
            return _on_refusal(request, error)
        case TokenRejectedError():
            return _on_token(request, error)
        case RequestValidationError():
            return _on_parameters(request, error)
        case HTTPException():
            return _on_http_exception(request, error)
        case _:
            raise error


def _on_refusal(request: Request, refused: Refused) -> Response:
    status = STATUS_OF_KIND[refused.kind]
    return problem_response(request, ProblemError(refused.code, status, refused.detail, about=refused.about))


def _on_token(request: Request, rejected: TokenRejectedError) -> Response:
    challenge = "Bearer" if rejected.fault is TokenFault.MISSING else 'Bearer error="invalid_token"'
    headers = {"WWW-Authenticate": challenge}
    return problem_response(request, ProblemError(rejected.fault, 401, rejected.detail, headers=headers))


def _on_parameters(request: Request, validation: RequestValidationError) -> Response:
    first = validation.errors()[0]
    name = str(first["loc"][-1])
    detail = f"parameter {name}: {first['msg']}"
    return problem_response(request, ProblemError("INVALID_PARAMETER", 422, detail, about={"parameter": name}))


def _on_http_exception(request: Request, raised: HTTPException) -> Response:
    headers = raised.headers
    match raised.status_code:
        case 404:
            problem = ProblemError("ROUTE_NOT_FOUND", 404, "there is nothing at this path", headers=headers)
        case 405:
            detail = f"this path does not take {request.method}"
            problem = ProblemError("METHOD_NOT_ALLOWED", 405, detail, headers=headers)
        case status:
            problem = ProblemError(f"HTTP_{status}", status, raised.detail, headers=headers)
    return problem_response(request, problem)
