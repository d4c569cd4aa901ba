"""Old years put away on a platform that runs: nothing is lost, nothing is decided on half of a story."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from tests.command_line import onestop
from tests.replay.test_version_before import DISCHARGED_BEFORE, ID_NUMBER, SETTLED_BEFORE, TODAY
from tests.runbook import followed

from kernel.security import Role
from kernel.security.key_ring import KEYS_FILE
from kernel.writing.database import administering
from kernel.writing.event_store.archives import put_away
from onestop.platform import Platform, running_platform
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify, verify_chain
from onestop.services import SERVICES
from workbench.demo import stories
from workbench.demo.window import UnexpectedAnswerError, Window

POLICIES: Final = Path(__file__).parent.parent.parent / "policies"
NOON: Final = datetime(2026, 11, 29, 4, tzinfo=UTC)


@pytest.fixture
async def platform(restored: str, written_before: Path, tmp_path: Path) -> AsyncIterator[Platform]:
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    shutil.copy(written_before / KEYS_FILE, keys)
    (keys / KEYS_FILE).chmod(0o600)
    async with running_platform(restored, tmp_path, POLICIES, clock=lambda: NOON) as running:
        yield running


async def archived(admin_url: str, name: str) -> str:
    """Everything of a service put away; gives the archive's name."""
    async with administering(admin_url, search_path=SERVICES[name].schema) as connection:
        moment = await connection.fetchval("SELECT clock_timestamp()")
        return (await put_away(connection, moment, SERVICES[name].ends)).name


async def test_what_was_put_away_is_settled_on_and_replays_identically(platform: Platform, restored: str) -> None:
    await wait_until_arrived(restored)
    for name in SERVICES:
        await archived(restored, name)
    here = Window(platform, Role.HOSPITAL, "H445202-2")
    settled = await stories.stay(
        here, await stories.look_up(here, ID_NUMBER), TODAY, 5, stories.Bill(2_000_000, 0, 1_000_000)
    )
    assert settled["bill"]["category"] == "DIBAO"
    await stories.settle(here, DISCHARGED_BEFORE, stories.Bill(2_000_000, 0, 1_000_000))
    await wait_until_arrived(restored)
    assert (await verify(restored)).differences == ()
    assert (await verify_chain(restored)).broken == ()
    listed = await onestop("archive", "list", "--database", restored)
    assert listed.output.count("attached") == len(SERVICES)


async def test_a_detached_year_is_dumped_dropped_and_brought_back_by_the_runbook(
    platform: Platform, restored: str, tmp_path: Path
) -> None:
    await wait_until_arrived(restored)
    name = await archived(restored, "settlement")
    environment = {"ONESTOP_ADMIN_DATABASE_URL": restored, "BACKUP": str(tmp_path), "ARCHIVE": name}
    said = await followed("Detach an archive", environment)
    assert f"settlement: {name} has" in said
    here, path = Window(platform, Role.AGENCY), f"/v1/settlements/{SETTLED_BEFORE}"
    with pytest.raises(UnexpectedAnswerError, match=f"(?s)409.*EVENTS_ARCHIVED.*{name}"):
        await here.get("settlement", path)
    with pytest.raises(UnexpectedAnswerError, match="EVENTS_ARCHIVED"):
        await here.get("settlement", f"/v1/settlement-totals?discharged_from={TODAY}&discharged_to={TODAY}")
    for words in (
        ("what-if", "--from", "2026-11-01", "--to", "2026-11-30", "--reading", "E2=per_stay"),
        ("ledger", "audit", "--county", "445202", "--year", "2026"),
    ):
        refused = await onestop(*words, "--database", restored)
        assert (refused.exit_code != 0, "EVENTS_ARCHIVED" in refused.output) == (True, True), refused.output
    chain = await verify_chain(restored)
    assert chain.broken == ()
    assert any("lie in detached archives" in note for note in chain.notes)
    verified = await onestop("replay", "--verify", "--database", restored)
    assert (verified.exit_code, f"archive {name} of schema settlement" in verified.output) == (2, True)

    assert "is attached" in await followed("Bring an archive back", environment)
    assert (await here.get("settlement", path))["settlement_id"] == SETTLED_BEFORE
    assert (await verify(restored)).differences == ()
    assert (await verify_chain(restored)).broken == ()


async def test_what_has_not_rested_for_a_year_is_not_put_away(restored: str) -> None:
    young = await onestop("archive", "put-away", "--before", f"{NOON:%Y-%m-%d}", "--database", restored)
    assert (young.exit_code, "must have rested for 365 days" in young.output) == (2, True)
    old = await onestop("archive", "put-away", "settlement", "--before", "2025-01-01", "--database", restored)
    assert old.output.splitlines()[-1] == (
        "settlement: events_before_20250101 has 0 events in 0 streams and is attached"
    )
    unknown = await onestop("archive", "detach", "settlement", "events_before_20200101", "--database", restored)
    assert (unknown.exit_code, "ARCHIVE_UNKNOWN" in unknown.output) == (1, True)
