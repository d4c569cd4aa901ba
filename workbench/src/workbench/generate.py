"""Documents that are generated and checked in: OpenAPI, AsyncAPI, error codes, packs in words, requirements."""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from fastapi import FastAPI

from kernel.http import SHELL_CODES, errors_markdown
from kernel.http.described import FILE
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.running.hosting import Host
from kernel.running.parked_messages.api import CODES as PARKED_CODES
from kernel.security import Issuer
from kernel.writing.database import Database, Pool
from law.packs.model import PackFile
from onestop.desk.app import CODES as DESK_CODES
from onestop.desk.app import build
from onestop.desk.desk import NAME as DESK
from onestop.desk.desk import Desk
from onestop.platform import embedded_settings
from onestop.services import SERVICES
from workbench.examples.document import ExampleFile
from workbench.policy.pages import policy_pages
from workbench.promises.asyncapi import asyncapi_document
from workbench.promises.operations import Documented, descriptions, descriptions_text, documented, examples_in
from workbench.requirements import page, read

_CODES = {
    "Every service": SHELL_CODES,
    "Parked messages, in every service": PARKED_CODES,
    **{name: service.codes for name, service in SERVICES.items()},
    DESK: DESK_CODES,
}
#: The desk asks every service's tables, with their own code.
_DESK: Final = Documented(
    name=DESK,
    codes=(*SHELL_CODES, *DESK_CODES),
    packages=["onestop", *(service.schema for service in SERVICES.values())],
    anywhere=["EVENTS_ARCHIVED"],
    namesakes=["CERTIFICATION_CANCELLED"],  # what identity tells others of a change
)


def documents(root: Path) -> Iterator[tuple[str, str]]:
    """Each document's path from the project's root, and its text. No service is started for it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environ = embedded_settings(folder, root / "policies")
        authenticator = Issuer.in_folder(folder / "keys").authenticator()
        # Building an application connects to nothing, so the transport needs no pool to stand on.
        nowhere = EmbeddedEventLog(object.__new__(Pool))
        host = Host(database=Database(url="postgresql:///nowhere"), log=nowhere, authenticator=authenticator)
        for service_name, service in SERVICES.items():
            app, place = service.build(host, environ), f"services/{service_name}/src/{service.schema}"
            yield from _openapi(root, documented(service), app, place)
        desk = build(Desk(database="postgresql:///nowhere", authenticator=authenticator))
        yield from _openapi(root, _DESK, desk, "onestop/src/onestop/desk")
    yield "docs/asyncapi.json", _json(asyncapi_document())
    yield "docs/errors.md", errors_markdown(_CODES)
    yield "policies/pack.schema.json", _json(msgspec.json.schema(PackFile))
    yield "policies/examples.schema.json", _json(msgspec.json.schema(ExampleFile))
    yield from policy_pages(root / "policies")
    yield "docs/requirements.md", page(read(root / "docs/requirements.yaml"))


def _openapi(root: Path, what: Documented, app: FastAPI, place: str) -> Iterator[tuple[str, str]]:
    found = descriptions(what, app, examples_in(root / f"docs/openapi/examples/{what.name}.json"), _every_code())
    app.state.describe = partial(dict, found)
    yield f"{place}/{FILE}", descriptions_text(found)
    yield f"docs/openapi/{what.name}.json", _json(app.openapi())


def _every_code() -> list[str]:
    return [entry.code for codes in _CODES.values() for entry in codes]


def write_documents(root: Path) -> list[str]:
    """Write what has changed; gives the paths that had."""
    changed = []
    for path, text in documents(root):
        target = root / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2).decode() + "\n"
