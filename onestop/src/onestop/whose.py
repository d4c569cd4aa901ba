"""In which county somebody or something is: what a clerk who works for some divisions is held against."""

from collections.abc import Iterable
from typing import Final

from fund_ledger.journals.domain import accounts
from onestop.picture import picture

_OF_PERSON_SQL: Final = "SELECT county FROM persons WHERE person_id = $1"
_OF_SETTLEMENT_SQL: Final = "SELECT county FROM settlements WHERE settlement_id = $1"


async def county_of_person(url: str, person_id: str) -> str:
    """The county that a person is of today; empty where there is no such person."""
    async with picture(url) as services:
        return await (await services.of("identity")).fetchval(_OF_PERSON_SQL, person_id) or ""


async def county_of_settlement(url: str, settlement_id: str) -> str:
    """The county of the person whose bill it was, as of then; empty where there is no such settlement."""
    async with picture(url) as services:
        return await (await services.of("settlement")).fetchval(_OF_SETTLEMENT_SQL, settlement_id) or ""


def county_of_accounts(names: Iterable[str]) -> str:
    """The county whose books all these accounts are in; empty where there are several."""
    counties = {accounts.parse(name).county for name in names}
    return counties.pop() if len(counties) == 1 else ""
