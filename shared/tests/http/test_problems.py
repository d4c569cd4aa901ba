"""Problem documents: one shape for everything that goes wrong, and nothing in it that should stay inside."""

import asyncio
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI

from kernel.http import SHELL_CODES, ErrorCode, Json, Router, allow, answer, errors_markdown, keyless
from kernel.http.error_codes import ErrorCodes
from kernel.security import Principal, Role

Anyone = Annotated[Principal, allow(*Role)]


async def test_a_refusal_of_the_domain_becomes_a_problem_document(client: httpx.AsyncClient) -> None:
    headers = {"X-Correlation-Id": "trace-1"}
    reply = await client.post("/encounters/unknown/fees", json={"day": "2026-01-31", "lines": []}, headers=headers)
    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json() == {
        "type": "/problems/ENCOUNTER_UNKNOWN",
        "title": "No such encounter",
        "status": 404,
        "code": "ENCOUNTER_UNKNOWN",
        "detail": "no such encounter",
        "instance": "/encounters/unknown/fees",
        "correlation_id": "trace-1",
        "about": {"encounter": "unknown"},
    }


async def test_a_mistake_of_ours_tells_nothing_but_the_correlation_id(
    client: httpx.AsyncClient, log_lines: Any
) -> None:
    reply = await client.get("/encounters/failures/bug")
    assert (reply.status_code, reply.json()["code"]) == (500, "INTERNAL_ERROR")
    logged = next(line for line in log_lines() if line["level"] == "error")
    assert logged["correlation_id"] == reply.json()["correlation_id"] == reply.headers["x-correlation-id"]
    assert logged["exception_type"] == "RuntimeError"
    assert any("conftest.py" in frame for frame in logged["frames"])
    assert "张三" not in reply.text + str(log_lines())
    assert "RuntimeError" not in reply.text


@pytest.mark.parametrize(
    ("kind", "detail"),
    [("away", "the ledger is away"), ("connection", "something the service needs is away")],
)
async def test_what_passes_is_answered_with_retry_after(client: httpx.AsyncClient, kind: str, detail: str) -> None:
    reply = await client.get(f"/encounters/failures/{kind}")
    assert (reply.status_code, reply.json()["code"]) == (503, "DEPENDENCY_UNAVAILABLE")
    assert int(reply.headers["retry-after"]) >= 1
    assert reply.json()["detail"].startswith(detail)
    assert "secret" not in reply.text


async def test_a_request_that_takes_too_long_is_given_up(make_app: Any, connect: Any) -> None:
    reply = await connect(make_app(timeout_seconds=0.02)).get("/encounters/failures/slow")
    assert (reply.status_code, reply.json()["code"]) == (503, "TIMED_OUT")
    assert "retry-after" in reply.headers


async def test_requests_beyond_the_limit_are_turned_away_but_probes_are_not(make_app: Any, connect: Any) -> None:
    app: FastAPI = make_app(in_flight_max=2)
    client = connect(app)
    slow = [asyncio.create_task(client.get("/encounters/failures/slow")) for _ in range(2)]
    async with asyncio.timeout(10):
        while (await client.get("/encounters/search?year=2026")).status_code != 503:
            await asyncio.sleep(0)
    refused = await client.get("/encounters/search?year=2026")
    probe = await client.get("/health/live")
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    assert (refused.status_code, refused.json()["code"]) == (503, "OVERLOADED")
    assert "retry-after" in refused.headers
    assert probe.status_code == 200
    assert (await client.get("/encounters/search?year=2026")).status_code == 200


async def test_a_caller_who_hangs_up_is_not_taken_for_a_mistake_of_ours(
    make_app: Any, token: str, log_lines: Any
) -> None:
    async def hang_up() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def ignore(_message: Any) -> None:
        return None

    headers = {"authorization": f"Bearer {token}", "idempotency-key": "k1", "content-type": "application/json"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/encounters/H001-1/fees",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    await make_app()(scope, hang_up, ignore)
    assert {line["level"] for line in log_lines()} == {"info", "warning"}
    assert log_lines()[-1]["code"] == "CLIENT_DISCONNECTED"


async def test_an_unknown_path_and_a_wrong_method_are_problems_too(client: httpx.AsyncClient) -> None:
    unknown = await client.get("/nowhere")
    wrong = await client.delete("/encounters")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "ROUTE_NOT_FOUND")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert wrong.headers["allow"] == "GET"


@pytest.mark.parametrize("value", ["a%00b", "a%20b", "-x", "%E5%BC%A0", "x" * 129, "'"])
async def test_a_path_value_that_cannot_be_an_identifier_names_nothing(client: httpx.AsyncClient, value: str) -> None:
    reply = await client.get(f"/encounters/failures/{value}")
    assert (reply.status_code, reply.json()["code"]) == (404, "ROUTE_NOT_FOUND")


def test_one_code_cannot_mean_two_things() -> None:
    with pytest.raises(ValueError, match="MALFORMED_JSON"):
        ErrorCodes([ErrorCode("MALFORMED_JSON", 409, "Something else")])


def test_the_table_of_codes_is_sorted_and_complete() -> None:
    text = errors_markdown(
        {"Every service": SHELL_CODES, "sample": [ErrorCode("B", 422, "b"), ErrorCode("A", 404, "a")]}
    )
    assert text.index("| `A` | 404 | a |") < text.index("| `B` | 422 | b |")
    assert all(f"`{entry.code}`" in text for entry in SHELL_CODES)


async def test_allow_names_every_method_of_the_path(make_app: Any, connect: Any) -> None:
    router = Router(prefix="/things")

    @router.get("/{thing}")
    async def see(thing: str, _caller: Anyone) -> Json[str]:
        return answer(thing)

    @router.post("/{thing}", dependencies=[keyless("a sample")])
    async def do(thing: str, _caller: Anyone) -> Json[str]:
        return answer(thing)

    reply = await connect(make_app(routers=[router])).delete("/things/1")
    assert (reply.status_code, reply.headers["allow"]) == (405, "GET, POST")
    assert reply.json()["detail"] == "this path does not take DELETE; it takes GET, POST"
