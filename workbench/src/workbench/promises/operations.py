"""Each operation's codes and examples, as they go into the package of its service."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from fastapi import FastAPI

from kernel.http import SHELL_CODES, ErrorCode
from kernel.http.bodies import Body
from kernel.http.described import Described, Descriptions, Example
from kernel.http.error_codes import ANY_OPERATION
from kernel.http.idempotency import IdempotencyKeyPart
from kernel.http.routes import Route
from kernel.running.parked_messages.api import CODES as PARKED_CODES
from kernel.running.service import Service
from kernel.testing.played_examples import read_steps
from workbench.promises.reached import Reached

#: Packages whose code every service runs.
_SHARED: Final = ("kernel", "contracts", "law")
#: What the write path answers with by itself, and what rests on events that were put away.
_OF_WRITES: Final = ("IDEMPOTENCY_KEY_REUSED", "TOO_CONTENDED", "EVENTS_ARCHIVED", "CLIENT_DISCONNECTED")


class UndeclaredCodeError(Exception):
    """A service may answer with a code that only others declare, so it has no title there."""


class Documented(msgspec.Struct, frozen=True, kw_only=True):
    """An application that a document is made of: its codes, whose code it runs, and what its writes may refuse by.

    ``anywhere`` are codes that the database itself answers with, whatever is asked. ``namesakes`` are texts that are a
    code elsewhere, and the name of something else in what this application runs.
    """

    name: str
    codes: Sequence[ErrorCode]
    packages: Sequence[str]
    refusals: Sequence[Any] = ()
    anywhere: Sequence[str] = ()
    namesakes: Sequence[str] = ()


def documented(service: Service) -> Documented:
    """A service as the application of a document."""
    parts = service.parts
    codes = (*SHELL_CODES, *PARKED_CODES, *service.codes)
    return Documented(name=parts.name, codes=codes, packages=[service.schema], refusals=[*parts.refusals.values()])


def descriptions(
    what: Documented, app: FastAPI, examples: Mapping[str, Sequence[Example]], elsewhere: Iterable[str] = ()
) -> Descriptions:
    """What is known of every operation of an application.

    Raises UndeclaredCodeError where one may answer with a code that is declared ``elsewhere`` alone.
    """
    declared = {entry.code for entry in what.codes}
    reached = Reached({*declared, *elsewhere} - {*what.namesakes}, (*_SHARED, *what.packages))
    found = {
        name: {*ANY_OPERATION, *what.anywhere, *_codes(route, what, reached)} for name, route in sorted(operations(app))
    }
    if missing := {name: codes - declared for name, codes in found.items() if codes - declared}:
        raise UndeclaredCodeError(f"{what.name} declares none of these: {missing}")
    return {name: Described(sorted(codes), examples.get(name, ())) for name, codes in found.items()}


def examples_in(file: Path) -> Mapping[str, Sequence[Example]]:
    """The examples of an application by operation, from the file that its tests play; none where there is no file."""
    found: dict[str, list[Example]] = {}
    if not file.exists():
        return found
    for step in read_steps(file):
        example = Example(title=step.title, status=step.status, request=step.request, reply=step.reply)
        found.setdefault(step.operation, []).append(example)
    return found


def operations(app: FastAPI) -> Iterable[tuple[str, Route]]:
    """The documented operations, by method and path."""
    for route in app.router.routes:
        if isinstance(route, Route) and route.include_in_schema:
            yield from ((f"{method} {route.path}", route) for method in route.methods or ())


def _codes(route: Route, what: Documented, reached: Reached) -> set[str]:
    writes = any(isinstance(part, IdempotencyKeyPart) for part in route.parts)
    starts: list[Any] = [route.endpoint]
    for part in route.parts:
        starts += [part.__call__, part.__init__]  # type: ignore[misc]  # a body's check is made with the part
    if writes:
        starts += what.refusals
    bodies = [part.struct for part in route.parts if isinstance(part, Body)]
    return {*reached.codes(starts, bodies), *(_OF_WRITES if writes else ())}


def descriptions_text(found: Descriptions) -> str:
    """The file's text, a line an operation."""
    lines = [
        f"{json.dumps(name)}: {msgspec.json.encode(each, order='deterministic').decode()}"
        for name, each in found.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"
