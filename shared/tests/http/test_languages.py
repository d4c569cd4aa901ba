"""Refusals in the caller's language, with the right choices, and a page of documents that needs no internet."""

import re
from typing import Any

import httpx
import pytest

from kernel.http.languages import chinese_messages, in_chinese, language_of


@pytest.mark.parametrize(
    ("header", "default", "language"),
    [
        (None, "en", "en"),
        (None, "zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "en", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "zh", "en"),
        ("fr, de;q=0.5", "zh", "zh"),
        ("zh;q=0.1,en;q=0.2", "zh", "en"),
        ("*, zh;q=x", "en", "en"),
    ],
)
def test_the_language_of_the_caller_comes_before_the_place_s(header: str | None, default: str, language: str) -> None:
    assert language_of(header, default) == language


async def test_a_refusal_is_told_in_chinese_to_who_asks_for_it(client: httpx.AsyncClient) -> None:
    reply = await client.get("/nothing", headers={"Accept-Language": "zh-CN"})
    assert (reply.json()["code"], reply.json()["title"]) == ("ROUTE_NOT_FOUND", "该路径不存在")
    assert (reply.headers["content-language"], reply.headers["vary"]) == ("zh", "Accept-Language")
    assert (await client.get("/nothing")).headers["content-language"] == "en"


async def test_where_the_place_says_so_chinese_is_the_default(make_app: Any, connect: Any) -> None:
    reply = await connect(make_app(language="zh")).get("/encounters?after=x")
    assert reply.json()["detail"] == "after 须为本列表上一页 next 的值"


def test_a_sentence_names_the_things_concerned() -> None:
    told = in_chinese("PAYER_AMOUNT_MISSING", "", "", {"payers": "BMI,CII"})
    assert told.sentence == "缺少这些支付方的金额：BMI,CII；不支付的请填 0.00"
    # A refusal that does not tell them gets the sentence that needs nothing.
    assert in_chinese("PAYER_AMOUNT_MISSING", "", "as it was", {}).sentence == "缺少支付方金额；不支付的请填 0.00"


def test_a_code_without_a_sentence_keeps_its_own_words() -> None:
    assert in_chinese("PREMIUM_NOBODY_KNOWS", "so", "as it was", {}) == ("so", "as it was")


def test_every_chinese_message_is_chinese() -> None:
    for code, message in chinese_messages().items():
        for text in (message.title, *message.sentences):
            assert re.search("[\u4e00-\u9fff]", text), code


async def test_a_wrong_choice_is_answered_with_the_right_ones(client: httpx.AsyncClient) -> None:
    body = {"day": "2026-01-31", "lines": [{"code": "a", "amount": "1", "kind": "drugs"}]}
    reply = await client.post("/encounters/H001-1/fees", json=body)
    assert (reply.status_code, reply.json()["path"]) == (422, "$.lines[0].kind")
    assert reply.json()["detail"].endswith("it must be one of bed, drug")
    told = await client.post("/encounters/H001-1/fees", json=body, headers={"Accept-Language": "zh"})
    assert told.json()["detail"] == "字段 $.lines[0].kind 的类型或取值不对，须为以下之一：bed, drug"


async def test_the_page_of_documents_needs_no_internet(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.status_code == 200
    assert "/encounters/{encounter}/fees" in page.text
    assert not re.search(r"(src|href)=\"(https?:)?//", page.text)
    assert "<script" not in page.text
