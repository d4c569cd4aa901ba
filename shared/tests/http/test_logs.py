"""Logs: one line a request, no bodies, no queries, and no resident ID number even when planted."""

import logging
from typing import Any

import httpx
import pytest
import structlog

from kernel.values.redaction import REDACTED, redact

ID_NUMBER = "44010419900101123X"


async def test_a_request_is_one_line_with_its_route_and_not_its_body(client: httpx.AsyncClient, log_lines: Any) -> None:
    body = {"day": "2026-01-31", "lines": [], "note": "very private"}
    reply = await client.post("/encounters/H001-1/fees", json=body)
    (line,) = [line for line in log_lines() if line["event"] == "request"]
    assert line.pop("ms") >= 0
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "event": "request",
        "level": "info",
        "service": "sample",
        "method": "POST",
        "route": "/encounters/{encounter}/fees",
        "status": 201,
        "subject": "his-1",
        "correlation_id": reply.headers["x-correlation-id"],
    }


async def test_a_refused_request_is_logged_with_its_code(client: httpx.AsyncClient, log_lines: Any) -> None:
    await client.get(f"/encounters?person={ID_NUMBER}")
    (line,) = [line for line in log_lines() if line["event"] == "request"]
    assert (line["status"], line["code"], line["route"]) == (422, "UNKNOWN_PARAMETER", "/encounters")
    assert ID_NUMBER not in str(log_lines())


async def test_probes_are_not_logged(client: httpx.AsyncClient, log_lines: Any) -> None:
    await client.get("/health/live")
    await client.get("/metrics")
    assert log_lines() == []


@pytest.mark.parametrize(
    "text",
    [f"{ID_NUMBER}", f"身份证{ID_NUMBER}号", f"id={ID_NUMBER.lower()}&x=1", f"ID{ID_NUMBER}X", "440104199001011234 "],
)
def test_a_planted_resident_id_is_blotted_out(text: str) -> None:
    redacted = redact(text)
    assert REDACTED in redacted
    assert "19900101" not in redacted


@pytest.mark.parametrize("text", ["1234567890123456789", "12345678901234567", "2026-01-31T00:00:00.000001+00:00"])
def test_longer_and_shorter_numbers_are_left_alone(text: str) -> None:
    assert redact(text) == text


def test_a_resident_id_is_blotted_out_of_every_field_and_of_libraries_lines(log_lines: Any) -> None:
    structlog.get_logger("x").info("found " + ID_NUMBER, nested={"person": [ID_NUMBER]}, number=440104199001011234)
    logging.getLogger("library").warning("row %s", ID_NUMBER)
    text = str(log_lines())
    assert text.count(REDACTED) == 4
    assert "19900101" not in text


def test_an_exception_is_logged_by_type_and_place_without_its_message(log_lines: Any) -> None:
    try:
        int("row of 张三")
    except ValueError as error:
        structlog.get_logger("x").error("failed", exc_info=error)
    try:
        int("row of 张三")
    except ValueError:
        logging.getLogger("library").exception("failed")
    first, second = log_lines()
    assert first["exception_type"] == second["exception_type"] == "ValueError"
    assert "test_logs.py" in first["frames"][-1]
    assert "张三" not in str([first, second])


def test_a_librarys_line_that_says_it_has_no_exception_is_logged(log_lines: Any) -> None:
    logging.getLogger("asyncio").error("a transport was left open", exc_info=False)
    (line,) = log_lines()
    assert line["event"] == "a transport was left open"
    assert "error" not in line
