"""The OpenAPI document: FastAPI's paths, completed with what the parts and structs of each route say."""

from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from kernel.http.amounts import answered_schema_hook, sent_schema_hook
from kernel.http.answers import JSON_MEDIA_TYPE
from kernel.http.bodies import Body
from kernel.http.described import Described, Descriptions
from kernel.http.error_codes import ErrorCodes
from kernel.http.guard import Allow
from kernel.http.problems import PROBLEM_MEDIA_TYPE, Problem
from kernel.http.routes import Route

_REFERENCE: Final = "#/components/schemas/{name}"
_PROBLEM: Final = {"$ref": "#/components/responses/Problem"}
#: What an operation that nobody described may refuse with.
_STATUSES: Final = ("400", "401", "403", "404", "409", "413", "415", "422", "503")
_REFUSED_FROM: Final = 400
_SCHEME: Final = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def openapi_document(app: FastAPI, descriptions: Descriptions) -> dict[str, Any]:
    """The document of ``app``, the same bytes for the same routes and descriptions."""
    routes = [context.original_route for context in iter_route_contexts(app.router.routes)]
    own = [route for route in routes if isinstance(route, Route) and route.include_in_schema]
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.router.routes)
    schema_of, schemas = _schemas_of(own)
    for route in own:
        for method in route.methods or ():
            operation = document["paths"][route.path_format][method.lower()]
            _complete(operation, route, schema_of)
            described = descriptions.get(f"{method} {route.path}")
            _refusals(operation, app.state.error_codes, described)
            _examples(operation, described)
    components = document.setdefault("components", {})
    kept = {name: schema for name, schema in components.get("schemas", {}).items() if "ValidationError" not in name}
    components["schemas"] = dict(sorted({**kept, **schemas}.items()))
    components["securitySchemes"] = {"bearer": _SCHEME}
    problem_content = {PROBLEM_MEDIA_TYPE: {"schema": schema_of[id(Problem)]}}
    components["responses"] = {"Problem": {"description": "Refused; `code` says why.", "content": problem_content}}
    return document


def _schemas_of(routes: list[Route]) -> tuple[dict[int, Any], dict[str, Any]]:
    """The schema of each type by its id, and all that they refer to; what is sent is bounded closer than what comes."""
    sent = [part.struct for route in routes for part in route.parts if isinstance(part, Body)]
    told = [Problem, *(route.answer_type for route in routes if route.answer_type is not None)]
    schema_of: dict[int, Any] = {}
    schemas: dict[str, Any] = {}
    for found, hook in ((sent, sent_schema_hook), (told, answered_schema_hook)):
        types = list({id(each): each for each in found}.values())
        references, named = msgspec.json.schema_components(types, schema_hook=hook, ref_template=_REFERENCE)
        schema_of |= zip(map(id, types), references, strict=True)
        schemas |= named
    return schema_of, schemas


def _complete(operation: dict[str, Any], route: Route, schema_of: dict[int, Any]) -> None:
    for part in route.parts:
        if isinstance(part, Allow):
            operation["security"] = [{"bearer": []}]
            operation["x-roles"] = sorted(part.roles)
            operation["x-by-division"] = route.by_division
        if isinstance(part, Body):
            content = {JSON_MEDIA_TYPE: {"schema": schema_of[id(part.struct)]}}
            operation["requestBody"] = {"required": True, "content": content}
        if content := part.request_content():
            operation["requestBody"] = {"required": True, "content": content}
        operation.setdefault("parameters", []).extend(part.parameters())
    if not operation.get("parameters"):
        operation.pop("parameters", None)
    responses = operation["responses"]
    responses.pop("422", None)  # FastAPI's own error shape, which nothing here sends
    success = responses.get(str(route.status_code or 200), {})
    if route.answer_type is not None:
        success["content"] = {JSON_MEDIA_TYPE: {"schema": schema_of[id(route.answer_type)]}}


def _refusals(operation: dict[str, Any], codes: ErrorCodes, described: Described | None) -> None:
    """The statuses of problems, and under ``x-error-codes`` the codes of each."""
    responses = operation["responses"]
    by_status: dict[str, list[str]] = {status: [] for status in _STATUSES} if described is None else {}
    for code in sorted(described.codes) if described is not None else ():
        by_status.setdefault(str(codes.status(code)), []).append(code)
    for status in sorted(by_status):
        responses.setdefault(status, _PROBLEM)
    responses["default"] = _PROBLEM
    if described is not None:
        operation["x-error-codes"] = dict(sorted(by_status.items()))


def _examples(operation: dict[str, Any], described: Described | None) -> None:
    """Requests and replies as they were played, by their titles; a refusal stands beside the shape of all problems."""
    for example in described.examples if described is not None else ():
        if example.request is not None:
            content = operation["requestBody"]["content"][JSON_MEDIA_TYPE]
            content.setdefault("examples", {})[example.title] = {"value": example.request}
        status = str(example.status)
        if operation["responses"].get(status) == _PROBLEM:
            problem = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(name="Problem")}}}
            operation["responses"][status] = {"description": "Refused; `code` says why.", "content": problem}
        media = PROBLEM_MEDIA_TYPE if example.status >= _REFUSED_FROM else JSON_MEDIA_TYPE
        content = operation["responses"][status]["content"][media]
        content.setdefault("examples", {})[example.title] = {"value": example.reply}
