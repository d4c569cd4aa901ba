"""Projections are rebuilt while everything goes on: nobody is refused, nothing half-made is seen, nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
from tests.command_line import onestop

from kernel.security import Role
from kernel.writing.database import administering
from onestop.quiescence import wait_until_arrived
from onestop.rebuild.rebuild import RebuildError, rebuild
from onestop.replay import verify
from onestop.services import SERVICES
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.town import Town
from workbench.demo.window import Window

_LOOKS_SQL: Final = """
SELECT c.relname, i.relname AS part, pg_get_indexdef(i.oid) AS said FROM pg_class c
JOIN pg_index x ON x.indrelid = c.oid JOIN pg_class i ON i.oid = x.indexrelid
WHERE c.relnamespace = $1::regnamespace
UNION ALL SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid) FROM pg_class c
JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal WHERE c.relnamespace = $1::regnamespace
UNION ALL SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_class c
JOIN pg_constraint k ON k.conrelid = c.oid WHERE c.relnamespace = $1::regnamespace
UNION ALL SELECT c.relname, 'rights', (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM aclexplode(c.relacl) a)
FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'v')
UNION ALL SELECT table_name, column_name, ordinal_position || data_type || is_nullable || COALESCE(column_default, '')
FROM information_schema.columns WHERE table_schema = $1::regnamespace::text
ORDER BY 1, 2, 3
"""
_BESIDE_SQL: Final = "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^rebuild_'"


class BrokenOffError(Exception):
    """The rebuild is broken off."""


def _nobody(_done: int, _total: int) -> None:
    """Nobody looks at the progress."""


@asynccontextmanager
async def _load(town: Town) -> AsyncIterator[list[str]]:
    """Patients settle one after the other at two hospitals, until the block ends; gives the settlements."""
    settled: list[str] = []
    ended = asyncio.Event()

    async def hospital(number: int) -> None:
        window = Window(town.platform, Role.HOSPITAL, HOSPITALS[number].hospital_id, keys=f"load-{number}")
        person = town.ids[number]
        while not ended.is_set():
            bill = stories.Bill(30_000 + len(settled), 0, 10_000)
            done = await stories.visit(window, person, "outpatient", town.today, bill)
            settled.append(done["settlement_id"])

    async with asyncio.TaskGroup() as group:
        for number in range(2):
            group.create_task(hospital(number))
        try:
            yield settled
        finally:
            ended.set()


async def test_every_projection_of_every_service_is_exchanged_under_load(embedded_town: Town) -> None:
    url = embedded_town.platform.admin_url
    await wait_until_arrived(url)
    async with administering(url) as admin:
        before = {name: await admin.fetch(_LOOKS_SQL, service.schema) for name, service in SERVICES.items()}
        await admin.execute("UPDATE fund_ledger.journals SET kind = 'damaged'")
    async with _load(embedded_town) as settled:
        for name in SERVICES:
            came = len(settled)
            rebuilt = await rebuild(url, name, [], _nobody)
            assert rebuilt.held_seconds < 5
            while len(settled) == came:
                await asyncio.sleep(0.01)
    await wait_until_arrived(url)
    async with administering(url) as admin:
        after = {name: await admin.fetch(_LOOKS_SQL, service.schema) for name, service in SERVICES.items()}
        assert await admin.fetchval(_BESIDE_SQL) == 0
        assert await admin.fetchval("SELECT count(*) FROM fund_ledger.journals WHERE kind = 'damaged'") == 0
    assert after == before, "indexes, constraints, triggers, rights and columns are those of before"
    assert (await verify(url)).differences == ()


async def test_what_the_database_keeps_by_itself_is_compared_and_rebuilt_too(embedded_town: Town) -> None:
    url = embedded_town.platform.admin_url
    await wait_until_arrived(url)
    assert (await verify(url)).identical
    async with administering(url) as admin:
        paid_long_ago = "('payable/hospital/H1/445202/MA', '2019-09-01', 'J9')"
        await admin.execute(f"INSERT INTO fund_ledger.unbilled_entries VALUES {paid_long_ago}")
    (difference,) = (await verify(url)).differences
    assert difference.where.startswith("fund_ledger.unbilled_entries payable/hospital/")
    await rebuild(url, "fund-ledger", ["unbilled_entries"], _nobody)
    assert (await verify(url)).identical


async def _migrate(url: str) -> None:
    async with administering(url) as admin:
        await admin.execute("ALTER TABLE identity.illnesses ADD COLUMN of_a_later_release text")


async def test_one_that_was_broken_off_goes_on_and_two_at_once_are_refused(embedded_town: Town) -> None:
    url = embedded_town.platform.admin_url
    await wait_until_arrived(url)
    refused: Any = None

    def break_off(_done: int, _total: int) -> None:
        raise BrokenOffError

    with pytest.raises(BrokenOffError):
        await rebuild(url, "identity", ["persons"], break_off)
    assert (await verify(url)).identical, "the live table is as it was"

    def second(_done: int, _total: int) -> None:
        nonlocal refused  # while the first one waits for it
        with ThreadPoolExecutor(1) as thread:
            refused = thread.submit(asyncio.run, rebuild(url, "settlement", ["people"], _nobody)).exception()

    await rebuild(url, "settlement", ["settlements"], second)
    assert isinstance(refused, RebuildError), refused
    assert "somebody rebuilds projections of settlement at this moment" in str(refused)
    rebuilt = await rebuild(url, "identity", ["persons"], _nobody)
    assert rebuilt.events == 0, "all pages had been read before it was broken off"
    assert (await verify(url)).identical

    def migrate(_done: int, _total: int) -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, _migrate(url)).result()

    with pytest.raises(RebuildError, match="illnesses was given another form meanwhile"):
        await rebuild(url, "identity", ["illnesses"], migrate)
    assert (await rebuild(url, "identity", ["illnesses"], _nobody)).events > 0, "it begins anew with the new form"
    said = await onestop("rebuild", "fund-ledger", "journals", "balances", "--database", url)
    assert (said.exit_code, "writers were held up for" in said.output) == (0, True), said.output
    unknown = await onestop("rebuild", "fund-ledger", "jurnals", "--database", url)
    assert (unknown.exit_code, "has no projection jurnals; it has" in unknown.output) == (2, True), unknown.output
    assert (await verify(url)).identical
