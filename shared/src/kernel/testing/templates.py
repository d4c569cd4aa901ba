"""Databases that are migrated once and copied for each test: a copy takes a tenth of what migrating takes."""

import os
from collections.abc import Callable

from kernel.running import migrations
from kernel.writing.database import administering


class Templates:
    """The databases of one server that others are copied from; ``url`` gives a database's address by its name."""

    def __init__(self, url: Callable[[str], str]) -> None:
        self._url = url
        self._made: dict[tuple[str, ...], str] = {}

    async def of(self, schemas: tuple[str, ...]) -> str:
        """The name of a database with the newest tables of these services, each of which is its package's name.

        It goes with its server; nobody may be connected to it while it is copied.
        """
        if not schemas:
            return "template1"
        if schemas not in self._made:
            self._made[schemas] = await self._make(schemas)
        return self._made[schemas]

    async def _make(self, schemas: tuple[str, ...]) -> str:
        name = f"template_{os.getpid()}_{len(self._made)}"
        async with administering(self._url("postgres")) as connection:
            await connection.execute(f"CREATE DATABASE {name}")
        await migrations.prepare(self._url(name), schemas)
        for schema in schemas:
            await migrations.upgrade(self._url(name), schema, schema)
        return name
