"""Settlement's registry tells referral which hospitals have a contract."""

from datetime import date
from typing import Final

from contracts import settlement as told
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

_KNOWN_SQL: Final = """
SELECT EXISTS (SELECT FROM contracts JOIN places USING (hospital_id)
               WHERE hospital_id = $1 AND contract_from = $2 AND contract_to IS NOT DISTINCT FROM $3 AND division = $4)
"""
_FIRST: Final = date(2018, 1, 1)


async def contracted(
    around: Surroundings,
    referral: Service,
    hospital_id: str,
    *,
    contract_from: date = _FIRST,
    contract_to: date | None = None,
    division: str | None = None,
) -> None:
    """Tell of a hospital's contract, and wait until referral knows these very days."""
    place = division or hospital_id[1:7]
    entry = told.InstitutionContracted(
        hospital_id=hospital_id,
        name="示范县医院",
        level="county",
        division=place,
        contract_from=contract_from,
        contract_to=contract_to,
    )
    await around.tell(told.CONTRACT, hospital_id, entry)
    await eventually(lambda: referral.pool.fetchval(_KNOWN_SQL, hospital_id, contract_from, contract_to, place))
