"""The examples of the document are what the service answers."""

from pathlib import Path
from typing import Final

from kernel.testing.played_examples import play
from kernel.testing.surroundings import Service

STORY: Final = Path(__file__).parents[3] / "docs/openapi/examples/fund-ledger.json"


async def test_every_example_is_answered_as_it_is_written(ledger: Service) -> None:
    assert await play(ledger, STORY) == []
