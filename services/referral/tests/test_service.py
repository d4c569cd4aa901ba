"""Referral as a whole: its migrations match its tables, its codes are declared, its settings are read."""

import re
from pathlib import Path

import pytest

import referral
from kernel.running import migrations, scans
from referral.config import Config, config_from
from referral.event_types import REGISTRY
from referral.integration_events import PUBLISHED
from referral.main import CODES

_REFUSED = re.compile(r'(?:Refused|conflict|not_found|forbidden)\(\s*"([A-Z_]+)"')
_OF_THE_KERNEL = {"IDEMPOTENCY_KEY_REUSED", "TOO_CONTENDED"}


async def test_migrations_and_tables_agree(database: str) -> None:
    await migrations.prepare(database, ["referral"])
    await migrations.upgrade(database, "referral", "referral")
    await migrations.check(database, "referral", "referral")


def test_declared_and_used_codes_are_the_same() -> None:
    sources = [path for each in (referral.__file__, scans.__file__) for path in Path(each or "").parent.rglob("*.py")]
    used = {code for source in sources for code in _REFUSED.findall(source.read_text(encoding="utf-8"))}
    assert used == {code.code for code in CODES} - _OF_THE_KERNEL


def test_every_event_is_told_or_kept_on_purpose() -> None:
    assert PUBLISHED.keys() == set(REGISTRY.classes.values())


def test_approvals_hold_for_ever_unless_a_number_of_days_is_set() -> None:
    assert config_from({}) == Config(validity_days=None)
    assert config_from({"ONESTOP_REFERRAL_VALIDITY_DAYS": "90"}) == Config(validity_days=90)
    for text in ("0", "-1", "a month"):
        with pytest.raises(ValueError, match="whole number of days"):
            config_from({"ONESTOP_REFERRAL_VALIDITY_DAYS": text})
