"""Free texts: personal data and hidden characters are refused in every text of every body, but where it is sealed."""

from typing import Annotated, Any

import httpx
import msgspec
import pytest

from kernel.http import ProblemError, RequestBody
from kernel.http.free_texts import SEALED, check_of
from kernel.values.personal import personal_in

NUMBER = "445201199003070034"


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        f"见{NUMBER}的材料",
        "4452 0119 9003 0700 34",
        "445201-19900307-0034",
        "".join(chr(ord(digit) + 0xFEE0) for digit in NUMBER),
        "44520119900307003x",
        "445201900307003",  # of 15 digits, as until 1999
        "445201 900307 003",
    ],
)
def test_an_id_number_is_found_however_it_is_written(text: str) -> None:
    assert personal_in(text) == "an ID number"


@pytest.mark.parametrize("text", ["13800138000", "电话138 0013 8000", "+86-13800138000", "0663-8123456"])
def test_a_phone_number_is_found(text: str) -> None:
    assert personal_in(text) == "a phone number"


@pytest.mark.parametrize(
    "text",
    [
        "慢性肾衰竭，第12次透析",
        "2019-08-01 至 2019-08-20，共 19 天",
        "发票 033001900111 号 12345678",
        "f47ac10b-58cc-4372-a567-0e02b2c3d479",
        "12345678901234567890",
        "1,234,567,890.00 元",
        "揭医保〔2019〕21号 三(二)2(2)",
    ],
)
def test_days_amounts_invoices_and_ids_are_not_taken_for_one(text: str) -> None:
    assert personal_in(text) is None


class Inner(RequestBody, frozen=True, tag="inner"):
    note: str | None = None


class Other(RequestBody, frozen=True, tag="other"):
    reference: Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z/]+$")]


class Sample(RequestBody, frozen=True, kw_only=True):
    reason: str = "x"
    lines: tuple[Inner, ...] = ()
    either: Inner | Other | None = None
    words: dict[str, str] = msgspec.field(default_factory=dict)
    name: Annotated[str, msgspec.Meta(min_length=1), SEALED] = "示范"


@pytest.mark.parametrize(
    ("sample", "path"),
    [
        (Sample(reason=NUMBER), "$.reason"),
        (Sample(lines=(Inner(), Inner(note=NUMBER))), "$.lines[1].note"),
        (Sample(either=Other(reference=f"scan/{NUMBER}")), "$.either.reference"),
        (Sample(words={"x": NUMBER}), "$.words[...]"),
        (Sample(words={NUMBER: "x"}), "$.words[...]"),
    ],
)
def test_every_text_of_a_body_is_looked_at(sample: Sample, path: str) -> None:
    check = check_of(Sample)
    assert check is not None
    with pytest.raises(ProblemError) as refused:
        check(sample, "$")
    assert (refused.value.code, refused.value.path) == ("PERSONAL_DATA_IN_TEXT", path)
    assert NUMBER not in refused.value.detail


@pytest.mark.parametrize("text", ["a\u202eb", "a\u0007b", "a\u200bb", "   ", "\u3000", "\n"])
@pytest.mark.parametrize("field", ["reason", "name"])
def test_what_is_not_seen_is_refused_also_in_a_sealed_text(field: str, text: str) -> None:
    check = check_of(Sample)
    assert check is not None
    with pytest.raises(ProblemError) as refused:
        check(msgspec.structs.replace(Sample(), **{field: text}), "$")
    assert (refused.value.code, refused.value.path) == ("INVALID_FIELD", f"$.{field}")


def test_a_sealed_text_may_hold_what_it_is_for() -> None:
    check = check_of(Sample)
    assert check is not None
    check(Sample(name=NUMBER, reason="第一行\n第二行"), "$")


async def test_a_query_and_a_key_hold_no_number_either(client: httpx.AsyncClient) -> None:
    asked = await client.get("/encounters", params={"after": NUMBER})
    assert (asked.status_code, asked.json()["code"]) == (422, "PERSONAL_DATA_IN_TEXT")
    body: dict[str, Any] = {"day": "2026-01-31", "lines": []}
    named = await client.post("/encounters/H001-1/fees", json=body, headers={"Idempotency-Key": f"settle-{NUMBER}"})
    assert (named.status_code, named.json()["code"]) == (422, "PERSONAL_DATA_IN_TEXT")
    assert NUMBER not in asked.text + named.text


async def test_a_note_with_a_number_is_refused_over_http(client: httpx.AsyncClient) -> None:
    body = {"day": "2026-01-31", "lines": [], "note": "电话13800138000"}
    refused = (await client.post("/encounters/H001-1/fees", json=body)).json()
    assert (refused["status"], refused["code"], refused["path"]) == (422, "PERSONAL_DATA_IN_TEXT", "$.note")
