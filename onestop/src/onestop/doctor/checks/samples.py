"""Whether places that are served go by names of diseases that are samples, because their document only counts them."""

from collections.abc import Sequence
from typing import Final

from law.packs import parse_pack
from law.packs.diseases import sample_lists
from onestop.doctor.adopted import Law, laws_of
from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, warning

_PLACES_SQL: Final = "SELECT DISTINCT division FROM institutions ORDER BY division"


async def look(examined: Examined) -> Sequence[Finding]:
    """Lists that still have samples, of documents that reach an institution under contract."""
    async with examined.session(examined.services["settlement"].schema) as connection:
        places = [row["division"] for row in await connection.fetch(_PLACES_SQL)]
        laws = await laws_of(connection)
    return [finding for law in laws if law.reaches(places) for finding in _findings(law)]


def _findings(law: Law) -> Sequence[Finding]:
    return [
        warning(
            f"{law.pack_id} counts {listed.count} diseases under {name} and does not name them all: "
            f"{sum(disease.sample for disease in listed.diseases)} names are samples, and hospitals go by them",
            f"put the place's own list into policies/{law.pack_id}.settings.yaml as `disease_lists: {name}:`, with "
            f"`count: {listed.count}`, and start settlement and identity again",
        )
        for name, listed in sample_lists(parse_pack(law.text, law.pack_id, adopted=True).file)
    ]


CHECK: Final = Check("samples", "no disease that is gone by is a sample", look)
