"""A database written by the version before: today's program replays it identically, and goes on settling in it."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import pytest

from kernel.security import Role
from kernel.security.key_ring import KEYS_FILE
from onestop.platform import Platform, running_platform
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify, verify_chain
from workbench.demo import stories
from workbench.demo.window import Window

POLICIES: Final = Path(__file__).parent.parent.parent / "policies"
#: The noon after the night in which the database was written.
TODAY: Final = date(2026, 11, 29)
NOON: Final = datetime(2026, 11, 29, 4, tzinfo=UTC)
EVENTS, STREAMS, DECIDED = 911, 356, 79
#: 郑庚示, whom civil affairs told to be DIBAO; identity finds her only with its keys of then.
ID_NUMBER: Final = "445222200205051488"
SENT_BEFORE: Final = "1731944d-1d72-517d-8d3d-06c50827baba"
SETTLED_BEFORE: Final = "77863f80-33c9-56be-930c-6da7ec260501"
DISCHARGED_BEFORE: Final = "ca5f672d-5b01-5d3c-a225-ee95b3ec9034"


@pytest.fixture
async def platform(restored: str, written_before: Path, tmp_path: Path) -> AsyncIterator[Platform]:
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    shutil.copy(written_before / KEYS_FILE, keys)
    (keys / KEYS_FILE).chmod(0o600)
    async with running_platform(restored, tmp_path, POLICIES, clock=lambda: NOON) as running:
        yield running


async def holds(admin_url: str, *, events: int, decided: int) -> None:
    verdict = await verify(admin_url)
    assert verdict.differences == ()
    assert verdict.settlements == decided
    chain = await verify_chain(admin_url)
    assert (chain.events, chain.broken) == (events, ())


async def test_it_replays_identically_and_its_chain_holds(restored: str) -> None:
    await holds(restored, events=EVENTS, decided=DECIDED)
    assert (await verify_chain(restored)).streams == STREAMS


async def test_it_goes_on_settling(platform: Platform) -> None:
    here, there = (Window(platform, Role.HOSPITAL, hospital) for hospital in ("H445202-2", "H445203-1"))
    person_id = await stories.look_up(here, ID_NUMBER)
    settled = await stories.stay(here, person_id, TODAY, 5, stories.Bill(2_000_000, 0, 1_000_000))
    assert (settled["bill"]["category"], settled["bill"]["patient_pays"]) == ("DIBAO", "2000.00")
    # Admitted and discharged before, settled by today's program.
    late = await stories.settle(here, DISCHARGED_BEFORE, stories.Bill(2_000_000, 0, 1_000_000))
    assert late["bill"]["category"] == "REGISTERED_POOR"

    # Sent before under the same key: the same answer. Then it is revoked.
    path, payers = f"/v1/encounters/{SENT_BEFORE}/settlement", {"payers": {"BMI": "180.00", "CII": "0.00"}}
    answered = await there.post("settlement", path, payers, key="last-the-same-key")
    assert (answered["settlement_id"], answered["settled_at"][:10]) == (SETTLED_BEFORE, "2026-11-28")
    await there.post("settlement", f"/v1/settlements/{SETTLED_BEFORE}/revocation", {"reason": "录入错误"})

    # A review that was proposed before is released.
    agency = Window(platform, Role.AGENCY)
    (proposed,) = (await agency.get("settlement", "/v1/reviews?state=PROPOSED"))["items"]
    released = await agency.post("settlement", f"/v1/reviews/{proposed['review_id']}/release", {})
    await wait_until_arrived(platform.admin_url)

    finance = Window(platform, Role.FINANCE)
    assert (await finance.get("fund-ledger", "/v1/trial-balance"))["balanced"] is True
    journals = await finance.get("fund-ledger", f"/v1/settlements/{SETTLED_BEFORE}/journals")
    assert [journal["kind"] for journal in journals] == ["settlement", "reversal"]
    decided = DECIDED + 2 + len(released["supplements"])
    events = (await verify_chain(platform.admin_url)).events
    assert events > EVENTS
    await holds(platform.admin_url, events=events, decided=decided)
