"""``onestop doctor`` at work: of a platform that is well it says so, and of one that is broken each fault."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
import pytest
from tests.command_line import onestop
from tests.conftest import POLICIES, CopyTown, SettledTown

from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.writing.database import SingleConnection, administering
from onestop.doctor.examination import Verdict
from onestop.doctor.register import CHECKS
from onestop.platform import Platform, running_platform
from onestop.services import SERVICES
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.town import Town
from workbench.demo.window import Window

BILL: Final = stories.Bill(100_000, 0, 60_000)
#: The disk is the machine's, and may be full without our doing.
LOOKED_AT: Final = [word for check in CHECKS if check.name != "disk" for word in ("--only", check.name)]
#: A table that refuses: what breaks a rule is parked, what lacks room on the disk is tried again for ever.
_REFUSES: Final = """
CREATE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'an obstacle' USING ERRCODE = '{code}'; END $$;
CREATE TRIGGER obstacle BEFORE INSERT OR UPDATE ON {schema}.{table} FOR EACH ROW EXECUTE FUNCTION {schema}.refuse()
"""
#: Two events and a row as nobody may change them, and tables of a release before.
_CHANGED: Final = """
ALTER TABLE referral.events DISABLE TRIGGER ALL; ALTER TABLE identity.events DISABLE TRIGGER ALL;
UPDATE identity.events SET meta = replace(meta::text, 'actor', 'octor')::json WHERE pos = (
  SELECT max(pos) FROM identity.events);
UPDATE fund_ledger.balances SET debit_fen = debit_fen + 1 WHERE account = 'fund/445202/MA';
UPDATE referral.alembic_version SET version_num = '0009'
"""


@pytest.fixture
async def admin(settled_copy: str) -> AsyncIterator[SingleConnection]:
    async with administering(settled_copy) as connection:
        yield connection


@pytest.fixture
async def settled_copy(copy_town: CopyTown, tmp_path: Path) -> str:
    return await copy_town(tmp_path)


async def said_by_doctor(database: str, doors: Mapping[str, str]) -> tuple[int, dict[str, list[str]]]:
    """The exit status, and of each check that found something what it says, with what to do."""
    addresses = [word for name, url in doors.items() for word in ("--door", f"{name}={url}")]
    said = await onestop("doctor", "--json", "--database", database, *addresses, *LOOKED_AT)
    verdicts = msgspec.json.decode(said.stdout, type=list[Verdict])
    found = {one.check: [f"{each.says} — {each.do}" for each in one.findings] for one in verdicts if one.findings}
    return said.exit_code, found


async def late_and_unbooked(platform: Platform, town: SettledTown) -> None:
    """A bill is settled that the ledger has no room for, and a list comes whose person settlement cannot store."""
    here = Town(platform, town.people, town.ids)
    hospital = Window(platform, Role.HOSPITAL, HOSPITALS[0].hospital_id, keys="doctor")
    await stories.stay(hospital, here.someone("DIBAO"), here.today, 0, BILL)
    office = Window(platform, Role.DEPARTMENT, "civil-affairs", keys="doctor")
    said = {"category": "TEKUN", "valid_from": "2019-01-01", "evidence": "补报名单"}
    await office.post("identity", f"/v1/persons/{here.someone('ORPHAN')}/memberships", said)


async def lawless(platform: Platform) -> None:
    """A hospital is entered where no document holds."""
    body = {"hospital_id": "H110101-1", "name": "示范医院", "level": "county", "division": "110101"}
    agency = Window(platform, Role.AGENCY, keys="doctor")
    await agency.post("settlement", "/v1/institutions", body | {"contract_from": "2019-01-01"})


async def test_a_platform_that_is_well_and_one_that_is_broken_in_six_ways_at_once(
    settled_copy: str, admin: SingleConnection, settled_town: SettledTown, tmp_path: Path
) -> None:
    async with running_platform(settled_copy, tmp_path, POLICIES) as platform:
        doors = platform.urls

        async def well() -> bool:
            return await said_by_doctor(settled_copy, doors) == (0, {})

        await eventually(well, within_seconds=60)
        await admin.execute(_REFUSES.format(schema="settlement", code="23514", table="people"))
        await admin.execute(_REFUSES.format(schema="fund_ledger", code="53100", table="journals"))
        await lawless(platform)
        await late_and_unbooked(platform, settled_town)
        await admin.execute(_CHANGED)
        assert (await onestop("reconcile", "--patience", "0", "--database", settled_copy)).exit_code == 1

        async def all_named() -> bool:
            exits, found = await said_by_doctor(settled_copy, doors)
            return exits == 1 and found.keys() >= _NAMED.keys()

        await eventually(all_named, within_seconds=60)
        _, found = await said_by_doctor(settled_copy, doors)
    assert found.keys() == _NAMED.keys(), found
    for check, words in _NAMED.items():
        for word in words:
            assert any(word in one for one in found[check]), (check, word, found[check])
    exits, found = await said_by_doctor(settled_copy, doors)
    assert exits == 1
    assert len(found["elections"]) == len(found["doors"]) == len(SERVICES), "now nobody runs at all"
    assert "start it, or say where it is" in found["doors"][0]


#: What each check says of it, and what is to be done.
_NAMED: Final[Mapping[str, Sequence[str]]] = {
    "versions": ("the tables of referral are of revision 0009", "`onestop migrate`"),
    "doors": ("fund-ledger is held up in reading topic settlement",),
    "consuming": ("fund-ledger stands at message ",),
    "parked": ("1 messages of topic identity are parked at settlement", "`onestop parked list settlement`"),
    "reconciled": ("`onestop reconcile list` says whose each is",),
    "events": ("an event of identity is not as it was written", "`onestop verify-chain --against`"),
    "laws": ("no document is in force in 110101 today, where 1 hospitals", "`onestop policy new`"),
}
