"""The examples of the document are what the service answers."""

from pathlib import Path
from typing import Any, Final

from kernel.testing.played_examples import play

STORY: Final = Path(__file__).parents[3] / "docs/openapi/examples/settlement.json"


async def test_every_example_is_answered_as_it_is_written(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    assert await play(jieyang.service, STORY) == []
