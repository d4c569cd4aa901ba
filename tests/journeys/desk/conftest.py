"""A visit that was settled and taken back, and a clerk of its county."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from tests.desk_clerk import SCRIPT, Clerk, Settled, clerk_with, token_of

from kernel.security import Role
from kernel.writing.database import administering
from onestop.quiescence import wait_until_arrived
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.window import Window

BILL: Final = stories.Bill(100_000, 0, 60_000)


@pytest.fixture
async def settled(embedded_town: Any) -> Settled:
    town = embedded_town
    before = datetime.now(UTC)
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    person = town.someone("DIBAO")
    admitted = await stories.admit(window, person, "special_outpatient", town.today)
    await stories.upload(window, admitted["encounter_id"], BILL)
    path, body = f"/v1/encounters/{admitted['encounter_id']}/settlement", {"payers": BILL.payers}
    bill = await window.post("settlement", path, body | {"settlement_number": "JS-2026-0007"})
    await window.post("settlement", f"/v1/settlements/{bill['settlement_id']}/revocation", {"reason": SCRIPT})
    await wait_until_arrived(town.platform.admin_url)
    names = {"settlement": bill["settlement_id"], "stay": admitted["encounter_id"], "person": person}
    async with administering(town.platform.admin_url) as owner:
        of = "SELECT county FROM settlement.settlements WHERE settlement_id = $1"
        county = await owner.fetchval(of, bill["settlement_id"])
    return Settled(town.platform, names | {"number": "JS-2026-0007", "journal": bill["settlement_id"]}, county, before)


@pytest.fixture
async def clerk(settled: Settled) -> AsyncIterator[Clerk]:
    """A clerk of the person's own county."""
    async with clerk_with(settled.platform, token_of(settled.platform, [settled.county])) as client:
        yield Clerk(client)
