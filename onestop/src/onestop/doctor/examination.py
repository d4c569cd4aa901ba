"""The examination: every check is done, whatever the others find."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, Severity, warning

_SECONDS_MAX: Final = 30.0


class Verdict(msgspec.Struct, frozen=True):
    """What one check came to; without findings ``fine`` is true."""

    check: str
    fine: str
    findings: tuple[Finding, ...]

    @property
    def bad(self) -> bool:
        """Whether something that was promised does not happen now."""
        return any(finding.severity is Severity.FAULT for finding in self.findings)


async def examine(examined: Examined, checks: Iterable[Check]) -> Sequence[Verdict]:
    """Do all checks side by side; one that cannot look says so as its finding."""
    return await asyncio.gather(*(_verdict(check, examined) for check in checks))


async def _verdict(check: Check, examined: Examined) -> Verdict:
    try:
        async with asyncio.timeout(_SECONDS_MAX):
            found = tuple(await check.look(examined))
    except Exception as error:
        said = f"{check.name} could not be looked at: {str(error) or repr(error)}"
        found = (warning(said, "mend what is said above, or what this says, and run the doctor again"),)
    return Verdict(check.name, check.fine, found)
