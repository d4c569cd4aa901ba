"""A promise that is broken is noticed, and one that is only widened is let pass."""

from typing import Any

import msgspec
import pytest

from kernel.writing.event_registry import EventRegistry, EventType
from workbench.promises.comparing import breaks
from workbench.promises.samples import Sample, faults
from workbench.promises.schemas import places
from workbench.promises.surface import api_places

RELEASED = {
    "s POST /v1/x": "operation",
    "s POST /v1/x asks $": "object!",
    "s POST /v1/x asks $.name": "string!",
    "s POST /v1/x asks $.note": "null | string",
    "s POST /v1/x asks $.kind": "string!",
    "s POST /v1/x asks $.kind=A": "value",
    "s POST /v1/x answers 200 $": "object!",
    "s POST /v1/x answers 200 $.amount": "string!",
    "s POST /v1/x answers 200 $.paid_on": "null | string date!",
    "E.v1": "event",
    "E.v1 tells $": "object!",
    "E.v1 tells $.amount_fen": "integer!",
    "s Stored 1": "event",
    "s Stored 1 keeps $": "object!",
    "s Stored 1 keeps $.amount_fen": "integer!",
}


@pytest.mark.parametrize("place", sorted(RELEASED))
def test_nothing_goes_away_unnoticed(place: str) -> None:
    without = {name: kind for name, kind in RELEASED.items() if name != place}
    assert any(sentence.startswith(f"{place} is gone; ") for sentence in breaks(RELEASED, without))


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("s POST /v1/x asks $.name", "integer!"),
        ("s POST /v1/x asks $.note", "null | string!"),
        ("s POST /v1/x asks $.note", "string"),
        ("s POST /v1/x answers 200 $.amount", "string"),
        ("s POST /v1/x answers 200 $.amount", "null | string!"),
        ("E.v1 tells $.amount_fen", "integer"),
        ("E.v1 tells $.amount_fen", "integer | null!"),
        ("s Stored 1 keeps $.amount_fen", "string!"),
        ("s POST /v1/x asks $.new", "string!"),
        ("s POST /v1/x asks ?new", "string!"),
        ("E.v1 tells $.new", "string!"),
        ("s Stored 1 keeps $.new", "string!"),
    ],
)
def test_a_change_that_breaks_somebody_is_noticed(place: str, kind: str) -> None:
    (sentence,) = breaks(RELEASED, {**RELEASED, place: kind})
    assert sentence.startswith(place)


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("s POST /v1/x asks $.name", "string"),
        ("s POST /v1/x asks $.name", "null | string"),
        ("s POST /v1/x asks $.new", "string"),
        ("s POST /v1/x asks $.kind=B", "value"),
        ("s POST /v1/x answers 200 $.paid_on", "string date!"),
        ("s POST /v1/x answers 200 $.new", "string!"),
        ("E.v1 tells $.new", "string"),
        ("s Stored 1 keeps $.amount_fen", "integer | null"),
        ("s POST /v1/y asks $.name", "string!"),
        ("s POST /v1/x asks (application/xml)$", "string!"),
    ],
)
def test_a_change_that_breaks_nobody_is_allowed(place: str, kind: str) -> None:
    assert breaks(RELEASED, {**RELEASED, place: kind}) == []


def test_what_a_new_optional_part_needs_inside_is_no_new_demand() -> None:
    new = {"s POST /v1/x asks $.part": "object", "s POST /v1/x asks $.part.name": "string!"}
    assert breaks(RELEASED, RELEASED | new) == []


def test_a_new_version_with_an_upcast_may_hold_other_fields() -> None:
    kept = {place: kind for place, kind in RELEASED.items() if not place.startswith("s Stored")}
    now = {"s Stored 1": "upcast", "s Stored 2": "event", "s Stored 2 keeps $": "object!"}
    assert breaks(RELEASED, kept | now) == []


class Old(msgspec.Struct, frozen=True):
    """An event as it was."""

    name: str
    amount_fen: int


class Renamed(msgspec.Struct, frozen=True):
    """The same with a field under another name."""

    name: str = ""
    total_fen: int = 0


def _rename(plain: dict[str, Any]) -> dict[str, Any]:
    return {"total_fen": plain.pop("amount_fen"), **plain}


def test_a_stored_sample_must_be_read_without_loss() -> None:
    sample = Sample("s", "Old", 1, msgspec.Raw(b'{"name":"a","amount_fen":5}'))
    assert faults(sample, EventRegistry([EventType("Old", Old)])) == []
    assert "loses something" in faults(sample, EventRegistry([EventType("Old", Renamed)]))[0]
    assert faults(sample, EventRegistry([EventType("Old", Renamed, (_rename,))])) == []
    assert "can no longer be read" in faults(sample, EventRegistry([]))[0]


def test_a_schema_is_spread_out_to_its_variants_and_values_and_a_type_within_itself_ends() -> None:
    node = {
        "type": "object",
        "properties": {
            "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
            "kind": {"enum": ["A", "B"]},
            "rows": {"type": "array", "prefixItems": [{"type": "integer"}]},
        },
        "required": ["kind"],
    }
    assert dict(places({"$ref": "#/$defs/Node"}, {"Node": node}, "$")) == {
        "$": "object!",
        "$.next": "null | object",
        "$.kind": "enumeration!",
        "$.kind=A": "value",
        "$.kind=B": "value",
        "$.rows": "array",
        "$.rows[0]": "integer!",
    }


def test_an_api_s_path_parameter_may_be_renamed_and_its_query_may_not() -> None:
    def api(path: str, query: str) -> dict[str, Any]:
        parameters = [
            {"in": "path", "name": "id", "required": True, "schema": {"type": "string"}},
            {"in": "query", "name": query, "schema": {"type": "string"}},
        ]
        return {"components": {"schemas": {}}, "paths": {path: {"get": {"parameters": parameters, "responses": {}}}}}

    before = api_places("s", api("/v1/x/{id}", "day"))
    assert breaks(before, api_places("s", api("/v1/x/{x_id}", "day"))) == []
    assert breaks(before, api_places("s", api("/v1/x/{id}", "on")))[0].startswith("s GET /v1/x/{} asks ?day is gone")
