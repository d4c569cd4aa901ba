"""Routers whose endpoints are plain coroutines over parts: the fast path through FastAPI.

FastAPI reads the signature, keeps the routing and the documents; a route whose parameters are only path
texts and parts is then called directly, without FastAPI's general dependency solver (half of its cost).
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, get_args, get_origin, get_type_hints

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import ParamTypes
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from kernel.http.answers import Json
from kernel.http.parts import Part
from kernel.http.request_shape import Form, form_of

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Route(APIRoute):
    """One endpoint. ``parts`` in the order in which they are read; ``answer_type`` is the T of its Json[T]."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not inspect.iscoroutinefunction(endpoint):
            raise TypeError(f"the endpoint of {path} must be 'async def': a thread per request is far too dear")
        self.answer_type = _answer_type(path, endpoint)
        if self.answer_type is None:
            # What is no JSON is documented as what it is.
            options["response_class"] = get_type_hints(endpoint)["return"]
        self.parts: tuple[Part, ...] = ()
        #: True when a part of the route keeps it to the caller's divisions.
        self.by_division = False
        #: The query parameters that it takes, and how some must look.
        self.known_query: Mapping[str, Form | None] = {}
        #: Reads the parts and calls the endpoint; None where the framework has to.
        self.direct: Handler | None = None
        super().__init__(path, endpoint, **{**options, "response_model": None})

    @override
    def get_route_handler(self) -> Handler:
        # Who calls is checked before what is asked, whatever the order in the signature.
        self.dependant.dependencies.sort(key=_order)
        self.parts = tuple(d.call for d in self.dependant.dependencies if isinstance(d.call, Part))
        self.by_division = any(part.by_division for part in self.parts)
        self.known_query = _known_query(self.dependant, self.parts)
        self.direct = _direct_handler(self.dependant, self.endpoint)
        return self.direct or super().get_route_handler()


class Router(APIRouter):
    """An APIRouter for endpoints of kernel.http. Give each one to ``create_app``; routers do not nest."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"route_class": Route, "redirect_slashes": False, **options})


def _answer_type(path: str, endpoint: Callable[..., Any]) -> Any:
    returned = get_type_hints(endpoint).get("return")
    if get_origin(returned) is Json:
        return get_args(returned)[0]
    if inspect.isclass(returned) and issubclass(returned, Response) and returned is not Json:
        return None
    raise TypeError(f"the endpoint of {path} must return Json[SomeStruct] or another Response, not {returned}")


def _order(dependency: Dependant) -> int:
    return dependency.call.order if isinstance(dependency.call, Part) else Part.order


def _known_query(dependant: Dependant, parts: tuple[Part, ...]) -> dict[str, Form | None]:
    fields = [f for f in get_flat_params(dependant) if getattr(f.field_info, "in_", None) is ParamTypes.query]
    of_parts = dict.fromkeys(name for part in parts for name in part.query)
    return {**of_parts, **{f.alias: form_of(f.field_info.annotation) for f in fields}}


def _direct_handler(dependant: Dependant, endpoint: Callable[..., Awaitable[Response]]) -> Handler | None:
    """A handler that reads the parts itself, or None where FastAPI's solver is needed."""
    simple_names = [field.alias for field in dependant.path_params if _is_plain_text(field)]
    if len(simple_names) != len(dependant.path_params) or _needs_solver(dependant):
        return None
    readers = [(d.name, d.call) for d in dependant.dependencies if isinstance(d.call, Part)]
    request_name = dependant.request_param_name

    async def handle(request: Request) -> Response:
        values: dict[str, Any] = dict(request.path_params)
        for name, part in readers:
            value = await part(request)
            if name is not None:
                values[name] = value
        if request_name is not None:
            values[request_name] = request
        return await endpoint(**values)

    return handle


def _needs_solver(dependant: Dependant) -> bool:
    others = (
        dependant.query_params,
        dependant.header_params,
        dependant.cookie_params,
        dependant.body_params,
        dependant.response_param_name,
        dependant.background_tasks_param_name,
        dependant.security_scopes_param_name,
        dependant.http_connection_param_name,
    )
    return any(others) or not all(isinstance(d.call, Part) for d in dependant.dependencies)


def _is_plain_text(field: Any) -> bool:
    return field.field_info.annotation is str and not field.field_info.metadata and field.alias == field.name
