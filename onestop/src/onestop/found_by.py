"""Which settlements somebody means who names a settlement, a stay, a person, a hospital's own number or a journal."""

from datetime import date
from typing import Final

import msgspec

from kernel.values.refusals import RefusalKind, Refused
from kernel.writing.snapshots import snapshot
from onestop.services import SERVICES

#: More of one person are not of use at a terminal.
SHOWN_MAX: Final = 200
_COLUMNS: Final = "settlement_id, encounter_id, hospital_id, discharged_on"
_SETTLED_SQL: Final = f"""
SELECT {_COLUMNS} FROM settlements WHERE settlement_id = ANY($1::text[])
UNION SELECT {_COLUMNS} FROM settlements WHERE encounter_id = ANY($1::text[])
UNION SELECT {_COLUMNS} FROM settlements WHERE person_id = ANY($1::text[])
ORDER BY discharged_on DESC, settlement_id LIMIT $2
"""
_OWNERS_SQL: Final = "SELECT owner_id FROM hospital_numbers WHERE number = $1"
_OF_JOURNAL_SQL: Final = "SELECT settlement_id FROM journals WHERE journal_id = $1 AND settlement_id IS NOT NULL"


class FoundSettlement(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement that is meant."""

    settlement_id: str
    encounter_id: str
    hospital_id: str
    discharged_on: date


async def found_by(admin_url: str, name: str) -> list[FoundSettlement]:
    """The settlements that ``name`` stands for, the latest discharge first, at most 200; raises Refused NOTHING_FOUND.

    A hospital's number (住院号, 结算单号, invoice) may be another hospital's, too: then all of them are given.
    """
    async with snapshot(admin_url, SERVICES["fund-ledger"].schema) as ledger:
        booked = [row["settlement_id"] for row in await ledger.fetch(_OF_JOURNAL_SQL, name)]
    async with snapshot(admin_url, SERVICES["settlement"].schema) as connection:
        owners = [row["owner_id"] for row in await connection.fetch(_OWNERS_SQL, name)]
        rows = await connection.fetch(_SETTLED_SQL, [name, *owners, *booked], SHOWN_MAX)
    if not rows:
        said = "is no settlement, stay, person, hospital's number or journal that was settled here"
        raise Refused("NOTHING_FOUND", f"{name!r} {said}", kind=RefusalKind.NOT_FOUND)
    return [FoundSettlement(**dict(row)) for row in rows]
