"""Routers whose endpoints are plain coroutines over parts: the fast path past FastAPI.

A route whose parameters are only path texts and parts is called directly, without FastAPI's general dependency solver
(half of its cost). FastAPI keeps the routing, the documents and what is not so plain.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Depends, ParamTypes
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path
from typing_extensions import override

from kernel.http.answers import Json
from kernel.http.parts import Part
from kernel.http.request_shape import Form, form_of

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Route(APIRoute):
    """One endpoint. ``parts`` in the order in which they are read; ``answer_type`` is the T of its Json[T].

    What FastAPI works out of a signature takes milliseconds a route, and a plain one needs none of it to be called: it
    is done when something first asks for what it gives, as the document does.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not inspect.iscoroutinefunction(endpoint):
            raise TypeError(f"the endpoint of {path} must be 'async def': a thread per request is far too dear")
        hints = get_type_hints(endpoint, include_extras=True)
        self.answer_type = _answer_type(path, hints.get("return"))
        if self.answer_type is None:
            # What is no JSON is documented as what it is.
            options["response_class"] = hints["return"]
        self.path, self.endpoint = path, endpoint
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = {method.upper() for method in options.get("methods") or ("GET",)}
        signature = _Signature.of(endpoint, hints, options.get("dependencies") or (), self.param_convertors)
        self.parts = tuple(part for _, part in signature.parts)
        #: True when a part of the route keeps it to the caller's divisions.
        self.by_division = any(part.by_division for part in self.parts)
        #: Reads the parts and calls the endpoint; None where the framework has to.
        self.direct = _direct_handler(signature, endpoint) if signature.is_plain else None
        self._unread: Mapping[str, Any] | None = {**options, "response_model": None}

    def __getattr__(self, name: str) -> Any:
        unread = self.__dict__.get("_unread")
        if unread is None:
            raise AttributeError(name)
        self._unread = None
        super().__init__(self.path, self.endpoint, **unread)
        return getattr(self, name)

    @cached_property
    def known_query(self) -> Mapping[str, Form | None]:
        """The query parameters that it takes, and how some must look."""
        of_parts = dict.fromkeys(name for part in self.parts for name in part.query)
        return of_parts if self.direct is not None else {**of_parts, **_query_of(self.dependant)}

    @override
    def get_route_handler(self) -> Handler:
        self.dependant.dependencies.sort(key=lambda dependency: _order(dependency.call))
        return self.direct or super().get_route_handler()


class Router(APIRouter):
    """An APIRouter for endpoints of kernel.http. Give each one to ``create_app``; routers do not nest."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"route_class": Route, "redirect_slashes": False, **options})


def _answer_type(path: str, returned: Any) -> Any:
    if get_origin(returned) is Json:
        return get_args(returned)[0]
    if inspect.isclass(returned) and issubclass(returned, Response) and returned is not Json:
        return None
    raise TypeError(f"the endpoint of {path} must return Json[SomeStruct] or another Response, not {returned}")


class _Signature(NamedTuple):
    """What an endpoint asks for: parts by the names of their parameters (None where only the reading counts)."""

    parts: Sequence[tuple[str | None, Part]]
    request_name: str | None
    #: True when there is nothing else than parts, texts of the path and the request itself.
    is_plain: bool

    @classmethod
    def of(
        cls,
        endpoint: Callable[..., Any],
        hints: Mapping[str, Any],
        dependencies: Iterable[Depends],
        path_names: Iterable[str],
    ) -> "_Signature":
        named = dict(_depends_of(endpoint, hints))
        wanted = [*((None, each.dependency) for each in dependencies), *named.items()]
        parts = [(name, part) for name, part in wanted if isinstance(part, Part)]
        others = [name for name in inspect.signature(endpoint).parameters if name not in named]
        requests = [name for name in others if hints.get(name) is Request]
        texts = {name for name in others if hints.get(name) is str and name in path_names}
        return cls(
            # Who calls is checked before what is asked, whatever the order in the signature.
            parts=sorted(parts, key=lambda named: named[1].order),
            request_name=requests[0] if requests else None,
            is_plain=len(parts) == len(wanted) and len(others) == len(requests) + len(texts) and len(requests) <= 1,
        )


def _depends_of(endpoint: Callable[..., Any], hints: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The parameters that something is read for, with what reads it."""
    for name, parameter in inspect.signature(endpoint).parameters.items():
        hint = hints.get(name)
        noted = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
        for each in (parameter.default, *noted):
            if isinstance(each, Depends):
                yield name, each.dependency


def _order(reader: Any) -> int:
    return reader.order if isinstance(reader, Part) else Part.order


def _query_of(dependant: Dependant) -> dict[str, Form | None]:
    fields = [f for f in get_flat_params(dependant) if getattr(f.field_info, "in_", None) is ParamTypes.query]
    return {f.alias: form_of(f.field_info.annotation) for f in fields}


def _direct_handler(signature: _Signature, endpoint: Callable[..., Awaitable[Response]]) -> Handler:
    """A handler that reads the parts itself."""
    readers, request_name = tuple(signature.parts), signature.request_name

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
