"""Lists: pages of a bounded size and cursors that only the list itself can make."""

from typing import Any

import httpx
import pytest

from kernel.http.paging import write_cursor


async def test_following_the_cursor_gives_every_row_once(client: httpx.AsyncClient) -> None:
    rows: list[int] = []
    query: dict[str, Any] = {"limit": 300}
    while True:
        page = (await client.get("/encounters", params=query)).json()
        rows += page["items"]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert rows == list(range(1, 1001))


async def test_a_page_has_100_rows_unless_asked_otherwise(client: httpx.AsyncClient) -> None:
    assert len((await client.get("/encounters")).json()["items"]) == 100


@pytest.mark.parametrize("limit", ["0", "501", "-1", "1.5", "", "x", "１", "9" * 5000])
async def test_a_limit_out_of_bounds_is_refused(client: httpx.AsyncClient, limit: str) -> None:
    reply = await client.get("/encounters", params={"limit": limit})
    assert (reply.status_code, reply.json()["code"]) == (422, "INVALID_PARAMETER")
    assert reply.json()["about"] == {"parameter": "limit"}


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "rubbish",
        "é",
        "x" * 600,
        "W10",
        write_cursor(("text",)),
        write_cursor((1, 2)),
        write_cursor((2**63,)),
        write_cursor((-(2**63),)),
        write_cursor((2**31,)),
        write_cursor((-1,)),
        write_cursor((True,)),
    ],
)
async def test_a_cursor_of_another_making_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    reply = await client.get("/encounters", params={"after": cursor})
    assert (reply.status_code, reply.json()["code"]) == (422, "INVALID_CURSOR")


async def test_a_misspelt_parameter_is_refused_rather_than_ignored(client: httpx.AsyncClient) -> None:
    reply = await client.get("/encounters?limt=3")
    assert (reply.status_code, reply.json()["code"]) == (422, "UNKNOWN_PARAMETER")
    assert "it takes after, limit" in reply.json()["detail"]


async def test_a_repeated_parameter_is_refused(client: httpx.AsyncClient) -> None:
    reply = await client.get("/encounters?limit=3&limit=4")
    assert (reply.status_code, reply.json()["code"]) == (422, "INVALID_PARAMETER")


@pytest.mark.parametrize("year", ["1999", "x", ""])
async def test_parameters_that_fastapi_reads_are_refused_in_the_same_shape(
    client: httpx.AsyncClient, year: str
) -> None:
    reply = await client.get("/encounters/search", params={"year": year})
    assert (reply.status_code, reply.json()["code"]) == (422, "INVALID_PARAMETER")
    assert reply.headers["content-type"] == "application/problem+json"


async def test_parameters_that_fastapi_reads_work_beside_parts(client: httpx.AsyncClient) -> None:
    assert (await client.get("/encounters/search?year=2026")).json() == {"year": 2026}


@pytest.mark.parametrize(
    "query", ["on=0", "on=20190801", "on=1564617600", "on=2019-8-1", "at=20261128", "at=0", "at=2019-08-01"]
)
async def test_a_number_is_no_day_and_no_moment(client: httpx.AsyncClient, query: str) -> None:
    reply = await client.get(f"/encounters/by-day?{query}")
    assert (reply.status_code, reply.json()["code"]) == (422, "INVALID_PARAMETER")
    assert reply.json()["about"] == {"parameter": query.partition("=")[0]}
    assert "such as 2019-08-01" in reply.json()["detail"]


async def test_a_day_and_a_moment_are_read_as_they_are_written(client: httpx.AsyncClient) -> None:
    query = {"on": "2019-08-01", "at": "2019-08-01T08:00:00+08:00"}
    reply = await client.get("/encounters/by-day", params=query)
    assert reply.json() == {"on": "2019-08-01", "at": "2019-08-01 08:00:00+08:00"}
