"""A store with its sequencer, for tests of the order of events."""

from collections.abc import AsyncIterator

import pytest

from kernel.testing import tally
from kernel.writing.database import Pool, open_pool
from kernel.writing.event_store import EventStore
from kernel.writing.event_store.sequencer import Sequencer
from kernel.writing.signals import Signal


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    await tally.create_schema(database)
    pool = await open_pool(database, schema="tally")
    yield pool
    await pool.close()


@pytest.fixture
def store(pool: Pool) -> EventStore:
    return EventStore(pool, tally.REGISTRY, tally.project)


@pytest.fixture
async def sequencer(pool: Pool) -> Sequencer:
    sequencer = Sequencer(pool, Signal(), Signal())
    await sequencer.start()
    return sequencer
