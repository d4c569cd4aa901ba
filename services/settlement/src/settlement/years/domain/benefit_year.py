"""The benefit year: a person's yearly accumulators in one pooling area, and which settlement moved them last."""

import msgspec

from kernel.values.refusals import RefusalKind, Refused


class BenefitYear(msgspec.Struct, frozen=True):
    """Accumulators in fen by name. ``version`` counts every move, so that two hospitals cannot both spend the rest."""

    person_id: str
    area: str
    year: int
    balances_fen: dict[str, int] = {}
    version: int = 0
    latest_settlement: str | None = None


class BenefitYearOpened(msgspec.Struct, frozen=True):
    """Standings taken over from the system before this one, with where they come from."""

    person_id: str
    area: str
    year: int
    balances_fen: dict[str, int]
    source: str


def open_with(current: BenefitYear, balances_fen: dict[str, int], source: str) -> BenefitYearOpened:
    """Take over opening standings; refused once the year has begun here, because settlements rest on it."""
    if current.version > 0:
        raise Refused(
            "BENEFIT_YEAR_BEGUN",
            f"the year {current.year} of person {current.person_id} has moved {current.version} times here; "
            "opening standings can only come first",
            kind=RefusalKind.CONFLICT,
            about={"person": current.person_id, "year": str(current.year)},
        )
    for name, amount in balances_fen.items():
        if amount < 0:
            raise Refused("NEGATIVE_AMOUNT", f"the accumulator {name} cannot be opened with {amount} fen")
    return BenefitYearOpened(current.person_id, current.area, current.year, balances_fen, source)
