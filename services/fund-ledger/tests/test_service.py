"""The ledger as a whole: its codes are declared and used, and every event has a published form."""

import re
from pathlib import Path

import fund_ledger
from fund_ledger.event_types import REGISTRY
from fund_ledger.integration_events import PUBLISHED
from fund_ledger.main import CODES

_REFUSED = re.compile(r'(?:Refused|conflict|not_found|forbidden)\(\s*"([A-Z_]+)"')
_OF_THE_KERNEL_AND_THE_LAW = {"TOO_CONTENDED", "DATE_IN_FUTURE", "POLICY_UNKNOWN"}


def test_declared_and_used_codes_are_the_same() -> None:
    sources = Path(fund_ledger.__file__).parent.rglob("*.py")
    used = {code for source in sources for code in _REFUSED.findall(source.read_text(encoding="utf-8"))}
    assert used == {code.code for code in CODES} - _OF_THE_KERNEL_AND_THE_LAW


def test_every_event_has_a_published_form() -> None:
    assert PUBLISHED.keys() == set(REGISTRY.classes.values())
