"""Coverage reports where identity does not give what they are about: said so, and nothing is made."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse

from kernel.http import Address, serving
from kernel.security import Role
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Surroundings
from operations.config import Config
from operations.main import build
from operations.reports.queries.identity import Compared


@asynccontextmanager
async def answering(status: int) -> AsyncIterator[str]:
    """Something in the place of identity that answers everything in one way, and says how it was asked."""
    app = FastAPI()

    @app.get("/{path:path}")
    async def said(path: str, request: Request) -> JSONResponse:
        known = request.headers["authorization"].startswith("Bearer ")
        return JSONResponse({"code": "ROLE_MISSING" if known else "NO_TOKEN", "detail": path}, status)

    async with serving([(app, Address(port=0))]) as state:
        yield state.addresses[0]


async def made(around: Surroundings, config: Config, clock: SetClock, identity_url: str) -> tuple[int, str, str]:
    asking = msgspec.structs.replace(config, identity_url=identity_url)
    operations = await around.serve("operations", lambda host: build(host, asking), clock=clock)
    agency = await operations.client(Role.AGENCY)
    reply = await agency.post("/v1/reports", json={"report": "coverage-notice", "area": "450202", "period": "2019-08"})
    assert await operations.pool.fetchval("SELECT count(*) FROM reports_made") == 0
    return reply.status_code, reply.json()["code"], reply.json()["detail"]


async def test_what_identity_refuses_the_caller_is_refused_in_its_words(
    around: Surroundings, config: Config, clock: SetClock
) -> None:
    async with answering(403) as identity:
        status, code, detail = await made(around, config, clock, identity)
    assert (status, code) == (403, "IDENTITY_REFUSED")
    assert detail.endswith("ROLE_MISSING: v1/comparisons")


@pytest.mark.parametrize("where", ["", "http://127.0.0.1:9"])
async def test_where_identity_is_not_known_or_does_not_answer_the_report_is_asked_for_later(
    around: Surroundings, config: Config, clock: SetClock, where: str
) -> None:
    status, _, _ = await made(around, config, clock, where)
    assert status == 503


async def test_an_identity_that_is_ill_is_not_taken_for_a_refusal(
    around: Surroundings, config: Config, clock: SetClock
) -> None:
    async with answering(500) as identity:
        status, _, _ = await made(around, config, clock, identity)
    assert status == 503


def test_an_identity_of_the_release_before_does_not_say_which_of_two_comparisons_of_a_day_is_the_newer() -> None:
    told = {"comparison_id": "c1", "area": "450200", "month": "2019-08", "compared_on": "2019-08-05", "made_by": "a"}
    assert msgspec.convert(told, Compared).made_at is None
