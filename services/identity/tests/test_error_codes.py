"""Every code that identity refuses with is declared, and every declared one is used."""

import re
from pathlib import Path

import identity
from identity.main import CODES

_REFUSED = re.compile(r'(?:Refused|row_refused|not_found|conflict|forbidden)\(\s*"([A-Z_]+)"')
_OF_THE_KERNEL_AND_THE_LAW = {"IDEMPOTENCY_KEY_REUSED", "TOO_CONTENDED", "PERSONAL_DATA_IN_TEXT", "POLICY_UNKNOWN"}


def test_declared_and_used_codes_are_the_same() -> None:
    sources = Path(identity.__file__).parent.rglob("*.py")
    used = {code for source in sources for code in _REFUSED.findall(source.read_text(encoding="utf-8"))}
    assert used == {code.code for code in CODES} - _OF_THE_KERNEL_AND_THE_LAW
