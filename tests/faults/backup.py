"""A backup that a test takes, loses the server after, and restores, by the runbook."""

import asyncio
import re
import shutil
from pathlib import Path

from tests.runbook import followed

from kernel.writing.database import administering
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.restore.lost import close, lost_messages

_SETTLEMENT = re.compile(r'\.SettlementConfirmed\.v\d+ of .*?\n.*?"settlement_id":"([^"]+)"')


class Backup:
    """An operator with the runbook before him: the platform's server, and a folder for its dump."""

    def __init__(self, server: EmbeddedPostgres, folder: Path, bootstrap: str) -> None:
        self._server = server
        self._data = folder / "postgres" / "data"
        self._environment = {
            "ONESTOP_ADMIN_DATABASE_URL": server.url(),
            "NEW_SERVER_URL": server.url("postgres"),
            "NEW_DATABASE_URL": server.url(),
            "ONESTOP_KAFKA_BOOTSTRAP": bootstrap,
            "TOPIC_PREFIX": "",
            "BACKUP": str(folder),
            "FOLDER": str(folder),
        }

    async def take(self) -> None:
        """While the platform works."""
        await followed("Take a backup", self._environment)

    async def lose_server(self) -> None:
        """Its disk is gone; a new one comes in its place, at the same address."""
        await asyncio.to_thread(self._server.kill)
        await asyncio.to_thread(shutil.rmtree, self._data)
        await asyncio.to_thread(self._server.start)
        async with administering(self._server.url("postgres")) as admin:
            await admin.execute("DROP DATABASE onestop")

    async def restore(self) -> None:
        """From an empty server to an adopted database."""
        await followed("Restore the database", self._environment)
        await followed("Adopt it", self._environment)

    async def told_lost(self) -> set[str]:
        """The settlements that ``onestop lost`` tells of."""
        return set(_SETTLEMENT.findall(await followed("See to what was lost", self._environment)))

    async def close_lost(self) -> None:
        """Each was seen to."""
        for message in await lost_messages(self._server.url()):
            assert await close(self._server.url(), message.event_id, "李", "重新结算")
        assert "0 open" in await followed("See to what was lost", self._environment)
