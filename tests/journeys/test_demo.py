"""The demonstration, on a smaller day: it ends with a statement, the special account's page and a closed month."""

import io
import re
from pathlib import Path
from typing import Final

import pytest
from rich.console import Console

from workbench.demo.day import Plan
from workbench.demo.play import play_demo

POLICIES: Final = Path(__file__).parents[2] / "policies"
SMALL: Final = Plan(outpatients=6, inpatients=40, special_outpatients=4, referred=3, second_thoughts=2)
#: What its end says, in this order.
ENDS_WITH: Final = (
    r"Settlement [0-9a-f-]{36}",
    r"statement \S+: \d+\.\d\d yuan claimed, \d+\.\d\d yuan paid",
    r"special account of 445202, \d{4}-\d\d: +opening +came in +went out +closing",
    r"  MA +[0-9.-]+ +[0-9.-]+ +[0-9.-]+ +[0-9.-]+",
    r"closed: \d{4}-\d\d of 445202 with \d+ entries",
    r"books balance",
    r"hash chain: \d+ events in \d+ streams, 0 broken",
    r"replay identical",
)


@pytest.mark.long  # three quarters of a minute of both cores
async def test_the_demonstration_ends_with_a_statement_the_special_account_and_a_closed_month(tmp_path: Path) -> None:
    told = io.StringIO()
    status = await play_demo(Console(file=told, width=200), tmp_path, POLICIES, 20190702, plan=SMALL)
    text = told.getvalue()
    assert status == 0, text
    assert re.search(".*".join(ENDS_WITH), text, re.DOTALL), text
