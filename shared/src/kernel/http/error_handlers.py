"""Which problem each kind of refusal becomes."""

from typing import Any, Final

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


def add_error_handlers(app: FastAPI) -> None:
    """Let every refusal that reaches the edge of a route become a problem document."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(Refused, _on_refusal)
    app.add_exception_handler(TokenRejectedError, _on_token)
    app.add_exception_handler(RequestValidationError, _on_parameters)
    app.add_exception_handler(HTTPException, _on_http_exception)


async def _on_problem(request: Request, error: Any) -> Response:
    return problem_response(request, error)


async def _on_refusal(request: Request, error: Any) -> Response:
    refused: Refused = error
    status = STATUS_OF_KIND[refused.kind]
    return problem_response(request, ProblemError(refused.code, status, refused.detail, about=refused.about))


async def _on_token(request: Request, error: Any) -> Response:
    rejected: TokenRejectedError = error
    challenge = "Bearer" if rejected.fault is TokenFault.MISSING else 'Bearer error="invalid_token"'
    headers = {"WWW-Authenticate": challenge}
    return problem_response(request, ProblemError(rejected.fault, 401, rejected.detail, headers=headers))


async def _on_parameters(request: Request, error: Any) -> Response:
    validation: RequestValidationError = error
    first = validation.errors()[0]
    name = str(first["loc"][-1])
    detail = f"parameter {name}: {first['msg']}"
    return problem_response(request, ProblemError("INVALID_PARAMETER", 422, detail, about={"parameter": name}))


async def _on_http_exception(request: Request, error: Any) -> Response:
    raised: HTTPException = error
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
