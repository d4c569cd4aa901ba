"""Every code that any service may answer with is told in Chinese, too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from kernel.http import SHELL_CODES
from kernel.http.languages import chinese_messages
from kernel.running.parked_messages.api import CODES
from onestop.desk.app import CODES as DESK_CODES
from onestop.services import SERVICES

ROOT: Final = Path(__file__).parents[2]


def test_every_declared_code_has_a_chinese_message_and_no_message_is_of_no_code() -> None:
    declared = {entry.code for entry in (*SHELL_CODES, *CODES)}
    declared |= {entry.code for service in SERVICES.values() for entry in service.codes}
    declared |= {entry.code for entry in DESK_CODES}
    told = set(chinese_messages())
    assert declared == told, f"without a message: {sorted(declared - told)}; of no code: {sorted(told - declared)}"


def _of_doors(*roles: str) -> Iterator[str]:
    """The codes that some of the roles may be answered with."""
    for service in SERVICES:
        document = msgspec.json.decode((ROOT / f"docs/openapi/{service}.json").read_bytes())
        for operations in document["paths"].values():
            for operation in operations.values():
                if not set(roles).isdisjoint(operation["x-roles"]):
                    yield from (code for codes in operation["x-error-codes"].values() for code in codes)


def test_what_hospitals_the_agency_and_townships_are_refused_is_told_in_whole_chinese_sentences() -> None:
    codes = set(_of_doors("hospital", "agency", "township"))
    assert len(codes) > 300
    # The last sentence needs nothing told, so that no refusal falls back on English.
    bare = [code for code in codes if not chinese_messages()[code].sentences]
    needing = [code for code in codes - set(bare) if "{" in chinese_messages()[code].sentences[-1]]
    assert (sorted(bare), sorted(needing)) == ([], [])
