"""What the owners of outer payers say of an encounter."""

from datetime import date

import msgspec


class OuterAmountTold(msgspec.Struct, frozen=True, kw_only=True):
    """The owner of an outer payer told what it gives for the stay, in fen; what was told last counts (002 三(一))."""

    encounter_id: str
    person_id: str
    hospital_id: str
    payer: str
    amount_fen: int
    department: str
    given_on: date
    evidence: str
