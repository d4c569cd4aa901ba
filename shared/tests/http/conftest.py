"""A small service that uses the whole HTTP shell, and a client for it that goes through real ASGI."""

import asyncio
import datetime
import io
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx
import pytest
import structlog
from fastapi import FastAPI, Query
from prometheus_client import CollectorRegistry
from starlette.responses import HTMLResponse

from kernel.http import (
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    Pdf,
    RequestBody,
    Router,
    UnavailableError,
    Wire,
    Yuan,
    allow,
    answer,
    body,
    configure_logging,
    create_app,
    page_of,
    paging,
    stored_answer,
)
from kernel.http.plain import TRUSTS_NOBODY
from kernel.security import Issuer, Principal, Role
from kernel.values.refusals import RefusalKind, Refused


class FeeLine(RequestBody, frozen=True):
    code: str
    amount_fen: Yuan
    kind: Literal["bed", "drug"] = "bed"


class UploadFees(RequestBody, frozen=True):
    day: datetime.date
    lines: list[FeeLine]
    note: str | None = None


class Receipt(Wire, frozen=True):
    encounter: str
    total_fen: Yuan
    scope: str
    request_hash: str


Hospital = Annotated[Principal, allow(Role.HOSPITAL)]
Anyone = Annotated[Principal, allow(*Role)]


def sample_router(answers: dict[tuple[str, str], Receipt]) -> Router:
    """Endpoints close over what they need; here a dict stands for the service's store."""
    router = Router(prefix="/encounters", tags=["encounters"])

    # The body comes first on purpose: the caller is checked before it all the same.
    @router.post("/{encounter}/fees", status_code=201)
    async def upload_fees(
        command: Annotated[UploadFees, body(UploadFees, bytes_max=20_000)],
        key: IdempotencyKey,
        encounter: str,
        caller: Hospital,
    ) -> Json[Receipt]:
        """Upload the fee lines of one day."""
        if encounter == "unknown":
            about = {"encounter": encounter}
            raise Refused("ENCOUNTER_UNKNOWN", "no such encounter", kind=RefusalKind.NOT_FOUND, about=about)
        caller.must_act_for(encounter.partition("-")[0])
        earlier = answers.get((key.scope, key.key))
        if earlier is not None:
            return stored_answer(201, b'{"replayed":"yes"}', replayed=True)
        total_fen = sum(line.amount_fen for line in command.lines)
        receipt = Receipt(
            encounter=encounter, total_fen=Yuan(total_fen), scope=key.scope, request_hash=key.request_hash.hex()
        )
        answers[(key.scope, key.key)] = receipt
        return answer(receipt, status=201)

    @router.get("")
    async def list_encounters(_caller: Anyone, page: Annotated[PageRequest, paging(int)]) -> Json[Page[int]]:
        start = int(page.after[0]) if page.after else 0
        rows = list(range(start + 1, min(start + page.limit + 1, 1000) + 1))
        return answer(page_of(rows, page, key=lambda row: (row,)))

    @router.get("/search")
    async def search(_caller: Anyone, year: Annotated[int, Query(ge=2000, le=2100)]) -> Json[dict[str, int]]:
        return answer({"year": year})

    @router.get("/failures/{kind}")
    async def fail(kind: str, _caller: Anyone) -> Json[None]:
        match kind:
            case "slow":
                await asyncio.sleep(3600)
            case "away":
                raise UnavailableError("the ledger is away: try again later")
            case "connection":
                raise ConnectionRefusedError("somewhere secret")
            case _:
                raise RuntimeError("张三 440104199001011234 is in this message")
        return answer(None)

    return router


def forms_router() -> Router:
    """Queries with days, and answers that are no JSON."""
    router = Router(prefix="/encounters", tags=["encounters"])

    @router.get("/by-day")
    async def by_day(
        _caller: Anyone,
        on: Annotated[datetime.date | None, Query()] = None,
        at: Annotated[datetime.datetime | None, Query()] = None,
    ) -> Json[dict[str, str]]:
        return answer({"on": str(on), "at": str(at)})

    @router.get("/page")
    async def page_to_print(_caller: Anyone) -> HTMLResponse:
        return HTMLResponse("<p>a page</p>")

    @router.get("/paper")
    async def paper(_caller: Anyone) -> Pdf:
        return Pdf(b"%PDF")

    return router


@asynccontextmanager
async def no_lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    folder: Path = tmp_path_factory.mktemp("issuer")
    return Issuer.in_folder(folder)


MakeApp = Callable[..., FastAPI]


@pytest.fixture
def make_app(issuer: Issuer) -> MakeApp:
    """Builds the sample application; keyword arguments replace those of create_app."""

    def make(**options: Any) -> FastAPI:
        defaults: dict[str, Any] = {
            "title": "sample",
            "version": "1.0",
            "description": "A sample.",
            "routers": [sample_router({}), forms_router()],
            "authenticator": issuer.authenticator(),
            "readiness": {},
            "lifespan": no_lifespan,
            "registry": CollectorRegistry(),
            "error_codes": [ErrorCode("ENCOUNTER_UNKNOWN", 404, "No such encounter")],
        }
        return create_app(**{**defaults, **options})

    return make


@pytest.fixture
def token(issuer: Issuer) -> str:
    return issuer.issue(Role.HOSPITAL, "his-1", "H001", 3600, time.time())


Connect = Callable[[FastAPI], httpx.AsyncClient]


@pytest.fixture
async def connect(token: str) -> AsyncIterator[Connect]:
    """Opens a client of an application as hospital H001, with an idempotency key."""
    async with AsyncExitStack() as stack:

        def client_of(app: FastAPI) -> httpx.AsyncClient:
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k1"}
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                verify=TRUSTS_NOBODY,
                base_url="http://sample",
                headers=headers,
                timeout=30,
            )
            stack.push_async_callback(client.aclose)
            return client

        yield client_of


@pytest.fixture
def client(make_app: MakeApp, connect: Connect) -> httpx.AsyncClient:
    return connect(make_app())


Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def log_lines() -> Iterator[Lines]:
    """What was logged so far, one dict a line."""
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configure_logging(stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
