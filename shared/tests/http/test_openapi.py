"""The OpenAPI document: complete although no pydantic model describes a body."""

import json
import re
from typing import Any

import pytest

from kernel.http.described import Described, Example
from kernel.testing.answered_codes import AnsweredCodes


@pytest.fixture
def document(make_app: Any) -> dict[str, Any]:
    described: dict[str, Any] = make_app().openapi()
    return described


def test_a_writing_route_shows_body_key_answer_roles_and_problems(document: dict[str, Any]) -> None:
    operation = document["paths"]["/encounters/{encounter}/fees"]["post"]
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/UploadFees"}}}
    assert operation["requestBody"] == {"required": True, "content": content}
    parameters = {(p["in"], p["name"]): p["required"] for p in operation["parameters"]}
    assert parameters == {("path", "encounter"): True, ("header", "Idempotency-Key"): True}
    answer = operation["responses"]["201"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/Receipt"}
    assert operation["responses"]["422"] == {"$ref": "#/components/responses/Problem"}
    assert (operation["security"], operation["x-roles"]) == ([{"bearer": []}], ["hospital"])
    assert operation["description"] == "Upload the fee lines of one day."


def test_amounts_are_documented_as_texts_in_yuan(document: dict[str, Any]) -> None:
    line = document["components"]["schemas"]["FeeLine"]
    assert (line["required"], line["additionalProperties"]) == (["code", "amount"], False)
    amount = line["properties"]["amount"]
    assert amount["type"] == "string"
    accepted = [text for text in ("0", "1234.50", "-1", "1.005", "01", "") if re.search(amount["pattern"], text)]
    assert accepted == ["0", "1234.50"]


def test_an_operation_lists_its_codes_by_status_and_shows_what_was_played(make_app: Any) -> None:
    problem = Example(title="nobody", status=404, request={"day": "2026-01-31"}, reply={"code": "ROUTE_NOT_FOUND"})
    name = "POST /encounters/{encounter}/fees"
    told = {name: Described(["ROUTE_NOT_FOUND", "UNKNOWN_FIELD", "INVALID_FIELD"], (problem,))}
    operation = make_app(describe=lambda: told).openapi()["paths"]["/encounters/{encounter}/fees"]["post"]
    assert operation["x-error-codes"] == {"404": ["ROUTE_NOT_FOUND"], "422": ["INVALID_FIELD", "UNKNOWN_FIELD"]}
    assert set(operation["responses"]) == {"201", "404", "422", "default"}
    refused = operation["responses"]["404"]["content"]["application/problem+json"]
    assert refused["examples"] == {"nobody": {"value": problem.reply}}
    assert operation["requestBody"]["content"]["application/json"]["examples"] == {"nobody": {"value": problem.request}}


async def test_a_code_that_an_operation_does_not_list_is_noticed(
    make_app: Any, connect: Any, answered_codes: AnsweredCodes
) -> None:
    told = {"POST /encounters/{encounter}/fees": Described(["UNKNOWN_FIELD"])}
    client = connect(make_app(describe=lambda: told))
    await client.post("/encounters/H001-1/fees", json={"no": 1})
    assert answered_codes.unlisted == set()
    await client.post("/encounters/H001-1/fees", content=b"{")
    noticed, answered_codes.unlisted = answered_codes.unlisted, set()
    assert noticed == {"POST /encounters/{encounter}/fees answered CONTENT_TYPE_UNSUPPORTED"}


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [found for item in value.values() for found in references(item)]
        return [found for item in value for found in references(item)] if isinstance(value, list) else []

    found = references(document)
    assert found
    for reference in found:
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_only_roles_of_the_route_and_the_bearer_scheme_are_shown(document: dict[str, Any]) -> None:
    assert list(document["components"]["securitySchemes"]) == ["bearer"]
    assert not {"/metrics", "/health/live", "/health/ready"} & set(document["paths"])
    assert "HTTPValidationError" not in json.dumps(document)


def test_the_document_is_the_same_every_time(make_app: Any) -> None:
    assert json.dumps(make_app().openapi()) == json.dumps(make_app().openapi())


def test_what_comes_may_be_larger_than_what_is_sent(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    sent, told = schemas["FeeLine"]["properties"]["amount"], schemas["Receipt"]["properties"]["total"]
    # Two lines of the largest amount.
    assert not re.search(sent["pattern"], "19999999999.98")
    assert re.search(told["pattern"], "19999999999.98")


def test_what_is_no_json_is_declared_as_what_it_is(document: dict[str, Any]) -> None:
    declared = {
        path: list(document["paths"][f"/encounters/{path}"]["get"]["responses"]["200"]["content"])
        for path in ("page", "paper", "by-day")
    }
    assert declared == {"page": ["text/html"], "paper": ["application/pdf"], "by-day": ["application/json"]}
