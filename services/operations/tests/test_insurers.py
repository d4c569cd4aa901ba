"""Insurers: one file in each county, and the poor for whom the lower deductible was not carried out (002 三(一))."""

from datetime import date
from importlib import import_module
from typing import Any
from uuid import uuid4

import httpx
import pytest
from services.operations.tests.conftest import NOW, Telling, revoked

from contracts.settlement import LayerChanged, LayerPaid, SettlementSupplemented
from kernel.security import Role
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath
from kernel.writing.event_store import EventStore
from operations.insurers.domain import DECIDER, SetInsurer, Terms, least_fen
from operations.main import PARTS

HUINING, LEYE = "620422", "451028"
FILE: dict[str, Any] = {
    "county": HUINING,
    "name": "示范保险公司",
    "qualification": "许可证 示范",
    "qualified_until": "2019-12-31",
}
TERMS: dict[str, Any] = {
    "year": 2019,
    "deductible": "5000.00",
    "deductible_poor": "2000.00",
    "lowest_percent": "60",
    "reference": "合同 示范",
}
PATH = "/v1/insurers/I-1"
EXCEPTIONS: dict[str, Any] = {"county": HUINING, "year": 2019}


def code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


async def put(client: httpx.AsyncClient, file: dict[str, Any]) -> httpx.Response:
    return await client.put(PATH, json=file, headers={"idempotency-key": str(uuid4())})


async def opened(client: httpx.AsyncClient) -> None:
    assert (await put(client, FILE)).json() == {"insurer_id": "I-1", "version": 1}
    assert (await client.post(f"{PATH}/terms", json=TERMS)).json()["version"] == 2


async def told(
    telling: Telling, name: str, person: str, compliant: int, basic: int, critical: int, **said: Any
) -> None:
    layers = tuple(
        LayerPaid(payer=payer, amount_fen=fen, clause="三(一)", document="002")
        for payer, fen in (("BMI", basic), ("CII", critical))
    )
    await telling.bill(name, person_id=person, compliant_fen=compliant, layers=layers, **said)


async def test_a_file_says_what_stands_out(staff: httpx.AsyncClient, clock: SetClock) -> None:
    await opened(staff)
    check = {"of": "SERVICE", "on": "2019-08-01", "passed": False, "reference": "检查记录 示范"}
    assert (await staff.post(f"{PATH}/checks", json=check)).status_code == 200
    assert (await staff.post(f"{PATH}/checks", json=check | {"of": "CONDUCT", "passed": True})).status_code == 200
    (file,) = (await staff.get("/v1/insurers", params={"county": HUINING})).json()["items"]
    assert (file["failing"], file["lapsed"], file["terms"]) == (["SERVICE"], False, [TERMS])
    assert {one["checked_by"] for one in file["checks"]} == {"operations-1"}
    again = check | {"on": "2019-09-01", "passed": True}
    await staff.post(f"{PATH}/checks", json=again)
    clock.now = clock.now.replace(year=2020)
    (file,) = (await staff.get("/v1/insurers", params={"county": HUINING})).json()["items"]
    assert (file["failing"], file["lapsed"], len(file["checks"])) == ([], True, 3)


async def test_the_deductible_of_the_poor_must_be_lower(staff: httpx.AsyncClient) -> None:
    assert code(await staff.post(f"{PATH}/terms", json=TERMS)) == (404, "INSURER_UNKNOWN")
    assert (await put(staff, FILE)).status_code == 200
    for poor in ("5000.00", "5000.01"):
        assert code(await staff.post(f"{PATH}/terms", json=TERMS | {"deductible_poor": poor})) == (
            422,
            "DEDUCTIBLE_NOT_LOWERED",
        )
    assert (await staff.post(f"{PATH}/terms", json=TERMS | {"deductible_poor": "4999.99"})).status_code == 200
    assert code(await put(staff, FILE)) == (409, "INSURER_CHANGED")
    early = {"of": "SERVICE", "on": "2019-09-04", "passed": True, "reference": "示范"}
    assert code(await staff.post(f"{PATH}/checks", json=early)) == (422, "DATE_IN_FUTURE")


@pytest.fixture
async def year(telling: Telling) -> None:
    """60 % of what is above 2000: of 6000 yuan 2400.00 by the lower deductible, 600.00 by the normal one."""
    await told(telling, "S1", "P1", 1_000_000, 400_000, 240_000)
    await told(telling, "S2", "P2", 1_000_000, 400_000, 60_000)
    await told(telling, "S3", "P3", 600_000, 400_000, 0)
    # Two bills of one year count together: 3000 yuan are left, 600.00 are due at least, 599.99 were given.
    await told(telling, "S4", "P4", 350_000, 200_000, 0)
    await told(telling, "S5", "P4", 350_000, 200_000, 59_999)
    # Not poor, another year, taken back, or made good by a supplement.
    await told(telling, "S6", "P6", 1_000_000, 400_000, 0, category="GUARANTEED_HOUSEHOLD")
    await told(telling, "S7", "P7", 1_000_000, 400_000, 0, discharged_on=date(2018, 12, 31))
    await told(telling, "S8", "P8", 1_000_000, 400_000, 0)
    await telling.event(revoked("S8"))
    await told(telling, "S9", "P9", 1_000_000, 400_000, 60_000)
    await telling.event(made_good("S9", 180_000))
    await telling.heard("bill_supplements", 1)
    await telling.heard("bill_revocations", 1)
    await telling.heard("bills", 9)


def made_good(name: str, fen: int) -> SettlementSupplemented:
    """The insurer pays so much more for a bill."""
    return SettlementSupplemented(
        supplement_id=f"X-{name}",
        settlement_id=name,
        encounter_id=f"E-{name}",
        person_id="P9",
        county=HUINING,
        area="620400",
        hospital_id="H1",
        supplemented_at=NOW,
        review_id="R9",
        category="REGISTERED_POOR",
        policy_id="620422-huining/2018-huiweijifa-203",
        patient_fen=-fen,
        payout_fen=0,
        layers=(LayerChanged(payer="CII", amount_fen=fen, clause="三(一)", document="002"),),
    )


async def test_who_was_given_less_than_the_lower_deductible_gives_is_an_exception(
    year: None, staff: httpx.AsyncClient, operations: Service
) -> None:
    await opened(staff)
    found = await staff.get("/v1/insurers/deductible-exceptions", params=EXCEPTIONS | {"limit": 1})
    (first,) = found.json()["items"]
    assert first == {
        "person_id": "P2",
        "base": "6000.00",
        "given": "600.00",
        "at_least": "2400.00",
        "settlement_ids": ["S2"],
    }
    more = EXCEPTIONS | {"after": found.json()["next"]}
    (second,) = (await staff.get("/v1/insurers/deductible-exceptions", params=more)).json()["items"]
    assert (second["person_id"], second["at_least"], second["settlement_ids"]) == ("P4", "600.00", ["S4", "S5"])
    # They are persons, if without names: each look is written down.
    assert await operations.pool.fetchval("SELECT count(*) FROM file_looks WHERE seen_by = 'operations-1'") == 2


async def test_one_page_looks_at_so_many_persons_and_the_next_goes_on_behind_them(
    telling: Telling, staff: httpx.AsyncClient, operations: Service
) -> None:
    await opened(staff)
    await told(telling, "S1", "P1", 1_000_000, 400_000, 240_000)
    await told(telling, "S2", "Z", 1_000_000, 400_000, 60_000)
    await telling.heard("bills", 2)
    copies = """
    INSERT INTO bills SELECT (jsonb_populate_record(b, jsonb_build_object(
      'settlement_id', 'C' || n, 'person_id', 'P' || 100000 + n))).*
    FROM bills b, generate_series(1, 10000) n WHERE b.settlement_id = 'S1'
    """
    await operations.pool.execute(copies)
    first = (await staff.get("/v1/insurers/deductible-exceptions", params=EXCEPTIONS)).json()
    assert (first["items"], first["next"] is not None) == ([], True)
    more = EXCEPTIONS | {"after": first["next"]}
    second = (await staff.get("/v1/insurers/deductible-exceptions", params=more)).json()
    assert ([one["person_id"] for one in second["items"]], second.get("next")) == (["Z"], None)


async def test_without_terms_of_the_year_nobody_is_judged_and_other_counties_are_closed(
    staff: httpx.AsyncClient, operations: Service
) -> None:
    await opened(staff)
    reply = await staff.get("/v1/insurers/deductible-exceptions", params=EXCEPTIONS | {"year": 2018})
    assert code(reply) == (404, "INSURER_TERMS_MISSING")
    far = await operations.client(Role.AGENCY, "A2", divisions=["451028"])
    files: dict[str, Any] = {"county": HUINING}
    for path, asked in (("", files), ("/deductible-exceptions", EXCEPTIONS)):
        assert code(await far.get(f"/v1/insurers{path}", params=asked)) == (403, "DIVISION_FOREIGN")
    assert code(await put(far, FILE | {"version": 2})) == (403, "DIVISION_FOREIGN")
    terms = await far.post(f"{PATH}/terms", json=TERMS, params={"county": HUINING})
    assert code(terms) == (403, "DIVISION_FOREIGN")


async def test_an_insurer_has_a_file_in_each_county_in_which_it_is_active(
    staff: httpx.AsyncClient, operations: Service
) -> None:
    await opened(staff)
    far = await operations.client(Role.AGENCY, "A2", divisions=[LEYE])
    assert code(await far.post(f"{PATH}/terms", json=TERMS)) == (404, "INSURER_UNKNOWN")
    there = FILE | {"county": LEYE, "qualification": "另一许可证"}
    assert (await put(far, there)).json() == {"insurer_id": "I-1", "version": 1}
    assert (await far.post(f"{PATH}/terms", json=TERMS | {"deductible": "4000.00"})).json()["version"] == 2
    # Who works for both says which one; each county's file stays what its own office said.
    both = await operations.client(Role.AGENCY, "A3", divisions=[HUINING, LEYE])
    check = {"of": "SERVICE", "on": "2019-08-01", "passed": False, "reference": "检查记录 示范"}
    assert code(await both.post(f"{PATH}/checks", json=check)) == (422, "INSURER_COUNTY_MISSING")
    assert (await both.post(f"{PATH}/checks", json=check, params={"county": LEYE})).is_success
    seen = {}
    for county in (HUINING, LEYE):
        (file,) = (await both.get("/v1/insurers", params={"county": county})).json()["items"]
        seen[county] = (file["qualification"], file["terms"][0]["deductible"], file["failing"], file["version"])
    assert seen == {HUINING: ("许可证 示范", "5000.00", [], 2), LEYE: ("另一许可证", "4000.00", ["SERVICE"], 3)}


async def moved(operations: Service) -> CommandPath:
    """As before files were each county's: the one file of an insurer was moved to another county."""
    path = CommandPath(EventStore(operations.pool, PARTS.registry, PARTS.project))
    who = {"insurer_id": "I-1", "name": "示范", "qualification": "示范", "qualified_until": date(2019, 12, 31)}
    for version, county in enumerate((HUINING, LEYE)):
        context = CommandContext.of_service("test", f"file-{version}", NOW)
        said = SetInsurer(county=county, version=version, **who)  # type: ignore[arg-type]  # a name and a day
        await path.decide(context, DECIDER, "insurer/I-1", said, lambda _decision: {})
    return path


async def test_a_file_that_was_moved_to_another_county_before_is_that_county_s_alone(
    staff: httpx.AsyncClient, operations: Service
) -> None:
    await moved(operations)

    async def versions() -> list[list[int]]:
        found = [(await staff.get("/v1/insurers", params={"county": county})).json() for county in (HUINING, LEYE)]
        return [[file["version"] for file in one["items"]] for one in found]

    assert await versions() == [[], [2]]
    assert (await put(staff, FILE)).json() == {"insurer_id": "I-1", "version": 1}
    assert (await put(staff, FILE | {"county": LEYE, "version": 2})).json()["version"] == 3
    assert await versions() == [[1], [3]]


async def test_the_files_of_before_are_filled_in_by_their_streams(
    staff: httpx.AsyncClient, operations: Service
) -> None:
    await moved(operations)
    await put(staff, FILE)
    rebuilt = "SELECT * FROM county_insurers ORDER BY stream_id"
    expected = await operations.pool.fetch(rebuilt)
    assert [row["stream_id"] for row in expected] == ["insurer/I-1", f"insurer/I-1/{HUINING}"]
    async with operations.pool.acquire() as connection, connection.transaction():
        await connection.execute("CREATE TEMPORARY TABLE insurer_files ON COMMIT DROP AS SELECT * FROM county_insurers")
        await connection.execute("DELETE FROM county_insurers")
        await connection.execute(import_module("operations.migrations.versions.0009_insurers_by_stream").FILL)
        assert await connection.fetch(rebuilt) == expected


@pytest.mark.parametrize(("base", "least"), [(200_000, 0), (200_001, 0), (200_002, 1), (500_000, 180_000)])
def test_what_is_given_at_least_is_cut_to_the_fen(base: int, least: int) -> None:
    terms = Terms(year=2019, deductible_fen=500_000, deductible_poor_fen=200_000, lowest_percent="60", reference="示范")
    assert least_fen([terms], base) == least
