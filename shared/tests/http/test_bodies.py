"""Request bodies: what is accepted, and how each kind of rubbish is refused."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

FEES: dict[str, Any] = {
    "day": "2026-01-31",
    "lines": [{"code": "a", "amount": "12.50"}, {"code": "b", "amount": "0.05"}],
}
PATH = "/encounters/H001-1/fees"


def with_amount(amount: Any) -> dict[str, Any]:
    return {"day": "2026-01-31", "lines": [{"code": "a", "amount": "1"}, {"code": "b", "amount": amount}]}


async def test_amounts_are_yuan_outside_and_fen_inside(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json=FEES)
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["total"] == "12.55"


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("-0.01", "NEGATIVE_AMOUNT"),
        ("1.005", "INVALID_AMOUNT"),
        ("1e3", "INVALID_AMOUNT"),
        ("NaN", "INVALID_AMOUNT"),
        ("", "INVALID_AMOUNT"),
        (" 1", "INVALID_AMOUNT"),
        ("10000000000.00", "INVALID_AMOUNT"),
        ("9" * 5000, "INVALID_AMOUNT"),
        (12.5, "INVALID_AMOUNT"),
        (12, "INVALID_AMOUNT"),
        (None, "INVALID_AMOUNT"),
    ],
)
async def test_a_wrong_amount_is_refused_with_its_place(client: httpx.AsyncClient, amount: Any, code: str) -> None:
    answer = await client.post(PATH, json=with_amount(amount))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code)
    assert problem["path"] == "$.lines[1].amount"
    assert len(problem["detail"]) < 250


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"surprise": 1}, "UNKNOWN_FIELD", "$.surprise"),
        ({"lines": [{"code": "a", "amount": "1", "x": 1}]}, "UNKNOWN_FIELD", "$.lines[0].x"),
        ({"lines": [{"code": "a"}]}, "MISSING_FIELD", "$.lines[0].amount"),
        ({"lines": [{"code": "a", "amount_fen": 1}]}, "UNKNOWN_FIELD", "$.lines[0].amount_fen"),
        ({"lines": "none"}, "INVALID_FIELD", "$.lines"),
        ({"day": "2026-02-30"}, "INVALID_FIELD", "$.day"),
        ({"day": "31.1.2026"}, "INVALID_FIELD", "$.day"),
        ({"note": 7}, "INVALID_FIELD", "$.note"),
    ],
)
async def test_a_wrong_field_is_refused_with_its_place(
    client: httpx.AsyncClient, change: dict[str, Any], code: str, path: str
) -> None:
    answer = await client.post(PATH, json=FEES | change)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["path"]) == (422, code, path)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ('{"day":"2026-01-31","day":"2026-02-01","lines":[]}', "day"),
        ('{"day":"2026-01-31","lines":[{"code":"a","amount":"1","amount":"2"}]}', "amount"),
        ('{"day":"2026-01-31","lines":[{"code":"a","amount":"1","\\u0061mount":"1"}]}', "amount"),
    ],
)
async def test_a_field_named_twice_is_refused(client: httpx.AsyncClient, content: str, field: str) -> None:
    answer = await client.post(PATH, content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"], answer.json()["about"]["field"]) == (
        422,
        "DUPLICATE_FIELD",
        field,
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"day":',
        b'{"day":"2026-01-31","lines":[]} x',
        b'{"note":"\xff"}',
        b"\xef\xbb\xbf{}",
        b'{"day": "\\ud800"}',
        b'{"lines":[{"code":',
    ],
)
async def test_what_is_not_json_is_refused(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await client.post(PATH, content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED_JSON")


async def test_endless_nesting_does_no_harm(client: httpx.AsyncClient) -> None:
    content = b'{"lines":' + b"[" * 15_000
    answer = await client.post(PATH, content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_FIELD")


@pytest.mark.parametrize("content", [b"[]", b"null", b"1", b'"text"'])
async def test_json_that_is_no_object_is_refused(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await client.post(PATH, content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"], answer.json()["path"]) == (422, "INVALID_FIELD", "$")


async def test_a_character_that_postgresql_cannot_keep_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json=FEES | {"note": "a\0b"})
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_FIELD")


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/jsonp", "multipart/form-data"])
async def test_a_body_that_is_not_declared_as_json_is_refused(
    client: httpx.AsyncClient, content_type: str | None
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = await client.post(PATH, content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "CONTENT_TYPE_UNSUPPORTED")


async def test_a_body_beyond_the_limit_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json=FEES | {"note": "x" * 20_001})
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")


async def test_a_body_that_hides_its_length_is_cut_off_at_the_limit(client: httpx.AsyncClient) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b" " * 5000

    answer = await client.post(PATH, content=endless(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")
    assert taken == 5


@pytest.mark.parametrize("charset", ["gbk", '"GB18030"', "utf-16"])
async def test_a_body_in_another_encoding_is_not_read_as_utf_8(client: httpx.AsyncClient, charset: str) -> None:
    # 联通 in GBK is also UTF-8 for two other characters.
    content = '{"day":"2026-01-31","lines":[],"note":"联通"}'.encode("gbk")
    reply = await client.post(PATH, content=content, headers={"Content-Type": f"application/json; charset={charset}"})
    assert (reply.status_code, reply.json()["code"]) == (415, "CONTENT_TYPE_UNSUPPORTED")
    assert "UTF-8" in reply.json()["detail"]


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
async def test_utf_8_may_be_named(client: httpx.AsyncClient, charset: str) -> None:
    content = '{"day":"2026-01-31","lines":[],"note":"联通"}'.encode()
    reply = await client.post(PATH, content=content, headers={"Content-Type": f"application/json;charset={charset}"})
    assert reply.status_code == 201
