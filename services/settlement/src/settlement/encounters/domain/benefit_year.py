"""The benefit year: a person's yearly accumulators in one pooling area, and which settlement moved them last."""

import msgspec


class BenefitYear(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Accumulators in fen by name. ``version`` counts every move, so that two hospitals cannot both spend the rest.

    Questions bring it along as a JSON array of its fields.
    """

    person_id: str
    area: str
    year: int
    balances_fen: dict[str, int] = {}
    version: int = 0
    latest_settlement: str | None = None
