"""Which settlements somebody means who names a settlement, a stay, a person, a hospital's own number or a journal."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from kernel.values.refusals import forbidden, not_found
from onestop.picture import picture

#: More of one person are not of use at a terminal.
SHOWN_MAX: Final = 200
EVERYWHERE: Final = ("%",)
_COLUMNS: Final = "settlement_id, encounter_id, hospital_id, discharged_on, county"
_SETTLED_SQL: Final = f"""
SELECT {_COLUMNS} FROM (
  SELECT {_COLUMNS} FROM settlements WHERE settlement_id = ANY($1::text[])
  UNION SELECT {_COLUMNS} FROM settlements WHERE encounter_id = ANY($1::text[])
  UNION SELECT {_COLUMNS} FROM settlements WHERE person_id = ANY($1::text[])
) AS meant
WHERE county LIKE ANY($5::text[])
  AND ($2::date IS NULL OR discharged_on < $2 OR (discharged_on = $2 AND settlement_id > $3))
ORDER BY discharged_on DESC, settlement_id LIMIT $4
"""
_OWNERS_SQL: Final = "SELECT owner_id FROM hospital_numbers WHERE number = $1"
_OF_JOURNAL_SQL: Final = "SELECT settlement_id FROM journals WHERE journal_id = $1 AND settlement_id IS NOT NULL"


class FoundSettlement(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement that is meant; ``county`` is that of the person whose bill it is."""

    settlement_id: str
    encounter_id: str
    hospital_id: str
    discharged_on: date
    county: str


class After(msgspec.Struct, frozen=True):
    """The last settlement of the page before."""

    discharged_on: date
    settlement_id: str


async def found_by(
    url: str, name: str, *, patterns: Sequence[str] = EVERYWHERE, after: After | None = None, limit: int = SHOWN_MAX
) -> Sequence[FoundSettlement]:
    """The settlements that ``name`` stands for in counties that are like the patterns, the latest discharge first.

    A hospital's number (住院号, 结算单号, invoice) may be another hospital's, too: then all of them are given. Raises
    Refused NOTHING_FOUND, and DIVISION_FOREIGN where what there is is of no such county.
    """
    place = (None, "") if after is None else (after.discharged_on, after.settlement_id)
    async with picture(url) as services:
        booked = [row["settlement_id"] for row in await (await services.of("fund-ledger")).fetch(_OF_JOURNAL_SQL, name)]
        settled = await services.of("settlement")
        owners = [row["owner_id"] for row in await settled.fetch(_OWNERS_SQL, name)]
        meant = [name, *owners, *booked]
        rows = await settled.fetch(_SETTLED_SQL, meant, *place, limit, list(patterns))
        if not rows and await settled.fetch(_SETTLED_SQL, meant, None, "", 1, list(EVERYWHERE)):
            if after is not None:
                return []
            raise forbidden("DIVISION_FOREIGN", f"{name!r} is of a division that this token is not for")
    if not rows:
        said = "is no settlement, stay, person, hospital's number or journal that was settled here"
        raise not_found("NOTHING_FOUND", f"{name!r} {said}")
    return [FoundSettlement(**dict(row)) for row in rows]
