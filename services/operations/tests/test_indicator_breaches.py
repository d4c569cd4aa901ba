"""Breaches of indicators: whose they are, the bills that show them, and how they end."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from services.operations.tests.conftest import Telling

from contracts import identity
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Surroundings

LIUZHOU = "450203"


async def test_a_hospital_answers_for_its_own_share_of_the_catalogue(
    around: Surroundings, telling: Telling, staff: httpx.AsyncClient, clock: SetClock
) -> None:
    """H1 has 84 % of its cost in the catalogue, H2 all of it: together they are above the 90 % of the document."""
    told = identity.EntitlementChanged(person_id="P1", revision=1, change="ADDED", county=LIUZHOU)
    await around.tell(identity.CONTRACT, "P1", told)
    place = {"county": LIUZHOU, "area": "450200", "policy_id": "450000-guangxi/2019-guiyibaofa-14"}
    await telling.bill("S1", out_of_catalogue_fen=1_000, **place)
    await telling.bill("S2", out_of_catalogue_fen=31_000, **place)
    for name in ("S3", "S4", "S5"):
        await telling.bill(name, hospital_id="H2", out_of_catalogue_fen=0, **place)
    await telling.heard("bills", 5)
    await telling.heard("people", 1)

    async def found() -> list[dict[str, Any]]:
        assert (await staff.post("/v1/breaches/look")).status_code == 200
        items: list[dict[str, Any]] = (await staff.get("/v1/breaches", params={"county": LIUZHOU})).json()["items"]
        return [one for one in items if one["kind"] in ("CATALOGUE_RATIO_BELOW_90", "INDICATOR_BELOW")]

    (one,) = await found()
    assert (one["about"], one["party"]) == ("in_catalogue_share.2019-08.H1", "H1")
    assert "84.00%，应达到 90%" in one["why"]
    # The bill that weighs most stands first.
    assert (one["evidence"], one["status"]) == (["S2", "S1"], "OPEN")
    month = {"discharged_on": date(2019, 9, 2), "settled_at": datetime(2019, 9, 2, 3, tzinfo=UTC)}
    await telling.bill("S6", out_of_catalogue_fen=10_000, **place | month)
    await telling.heard("bills", 6)
    clock.now += timedelta(days=30)
    (one,) = await found()
    assert (one["status"], "90.00%，已达到 90%" in one["closed_because"]) == ("CLOSED", True)


async def test_a_bill_that_is_heard_late_may_show_that_an_indicator_was_reached(
    known: None, telling: Telling, staff: httpx.AsyncClient
) -> None:
    visit = {"encounter_kind": "chronic_outpatient", "total_fen": 200_000, "compliant_fen": 200_000}
    await telling.bill("S1", patient_pays_fen=30_001, **visit)
    await telling.heard("bills", 1)
    await telling.heard("people", 1)
    await staff.post("/v1/breaches/look")
    await telling.bill("S2", patient_pays_fen=20_000, **visit)
    await telling.heard("bills", 2)
    await staff.post("/v1/breaches/look")
    (one,) = (await staff.get("/v1/breaches", params={"kind": "INDICATOR_BELOW"})).json()["items"]
    assert one["status"] == "WITHDRAWN"
