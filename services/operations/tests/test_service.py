"""Operations as a whole: its codes are declared and used, every event has a published form, its tables are migrated."""

import re
from pathlib import Path

import operations
from kernel.running import migrations
from operations.event_types import REGISTRY
from operations.integration_events import PUBLISHED
from operations.main import CODES

_REFUSED = re.compile(r'(?:Refused|conflict|not_found|forbidden)\(\s*"([A-Z_]+)"')


_OF_THE_KERNEL_AND_THE_LAW = {"DATE_IN_FUTURE", "DIVISION_UNKNOWN", "POLICY_UNKNOWN"}


def test_declared_and_used_codes_are_the_same() -> None:
    sources = Path(operations.__file__).parent.rglob("*.py")
    used = {code for source in sources for code in _REFUSED.findall(source.read_text(encoding="utf-8"))}
    assert used == {code.code for code in CODES} - _OF_THE_KERNEL_AND_THE_LAW


def test_every_event_has_a_published_form() -> None:
    assert PUBLISHED.keys() == set(REGISTRY.classes.values())


async def test_migrations_and_tables_agree(database: str) -> None:
    await migrations.prepare(database, ["operations"])
    await migrations.upgrade(database, "operations", "operations")
    await migrations.check(database, "operations", "operations")
