"""Correlation ids: accepted when fit, made when not, given back and passed on."""

from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest

from kernel.http import Json, Router, allow, answer, current_correlation_id
from kernel.security import Principal, Role


@pytest.fixture
def echo(make_app: Any, connect: Any) -> httpx.AsyncClient:
    router = Router()

    @router.get("/echo/{word}")
    async def give_back(word: str, _caller: Annotated[Principal, allow(*Role)]) -> Json[dict[str, str]]:
        return answer({"word": word, "current": current_correlation_id()})

    client: httpx.AsyncClient = connect(make_app(routers=[router]))
    return client


async def test_a_fit_id_is_kept_and_passed_on(echo: httpx.AsyncClient) -> None:
    reply = await echo.get("/echo/x", headers={"X-Correlation-Id": "his-42"})
    assert reply.headers["x-correlation-id"] == "his-42"
    assert reply.json() == {"word": "x", "current": "his-42"}


@pytest.mark.parametrize(
    "sent", [None, "", "with space", "x" * 65, '"quote"', "440104199001011234", "p-440104199001011234"]
)
async def test_a_missing_or_unfit_id_is_replaced(echo: httpx.AsyncClient, sent: str | None) -> None:
    headers = {"X-Correlation-Id": sent} if sent is not None else {}
    reply = await echo.get("/echo/x", headers=headers)
    made = reply.headers["x-correlation-id"]
    assert UUID(made).version == 4
    assert reply.json() == {"word": "x", "current": made}


def test_there_is_none_outside_of_a_request() -> None:
    assert current_correlation_id() == ""


async def test_who_calls_within_a_trace_has_its_number_unless_an_id_is_said(echo: httpx.AsyncClient) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    traced = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    assert (await echo.get("/echo/a", headers=traced)).headers["x-correlation-id"] == trace
    both = {**traced, "X-Correlation-Id": "said"}
    assert (await echo.get("/echo/a", headers=both)).headers["x-correlation-id"] == "said"
    broken = {"traceparent": "00-zz-00f067aa0ba902b7-01"}
    assert UUID((await echo.get("/echo/a", headers=broken)).headers["x-correlation-id"]).version == 4
