"""Whether every place with a hospital under contract has a document in force: without one nothing is settled there."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from kernel.values.china_time import china_date
from kernel.values.divisions import covers
from law.packs import parse_pack
from onestop.doctor.adopted import laws_of
from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault

_PLACES_SQL: Final = """
SELECT division, count(*) AS hospitals FROM institutions
WHERE contract_from <= $1 AND (contract_to IS NULL OR contract_to >= $1) GROUP BY division ORDER BY division
"""


async def look(examined: Examined) -> Sequence[Finding]:
    """Places that no adopted document covers today."""
    today = china_date(datetime.now(UTC))
    async with examined.session(examined.services["settlement"].schema) as connection:
        places = {row["division"]: row["hospitals"] for row in await connection.fetch(_PLACES_SQL, today)}
        laws = [law for law in await laws_of(connection) if law.reaches(list(places))]
    packs = [parse_pack(law.text, law.pack_id, adopted=True) for law in laws]
    reached = [pack.file.division for pack in packs if pack.in_force(today)]
    return [
        fault(
            f"no document is in force in {place} today, where {hospitals} hospitals are under contract: "
            "nothing can be settled there",
            f"put the place's pack under policies/ (`onestop policy new` begins one), or end the contracts of {place}",
        )
        for place, hospitals in places.items()
        if not any(covers(division, place) for division in reached)
    ]


CHECK: Final = Check("laws", "every place with a hospital under contract has a document in force", look)
