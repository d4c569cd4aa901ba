"""Premium: what a person's insurance of a year costs, and that finance pays it once (004 七(一), R-JY-19)."""

from datetime import date

import msgspec

from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, conflict


class Premium(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person's premium of a year in one pooling area, as it stands. ``version`` grows by one with each change.

    ``funds`` pay it in their order as the policy says (AMB-E12). ``batch_id`` is the application that asks for it.
    """

    person_id: str
    area: str
    year: int
    version: int
    category: str | None = None
    funds: tuple[str, ...] = ()
    amount_fen: int = 0
    batch_id: str | None = None
    applied_on: date | None = None
    paid_on: date | None = None
    self_paid_fen: int = 0
    self_paid_on: date | None = None
    refunded_fen: int = 0
    refunded_on: date | None = None

    @property
    def refund_due_fen(self) -> int:
        """What the person gets back: paid by finance and by the person too, it was paid twice."""
        return self.self_paid_fen - self.refunded_fen if self.paid_on is not None else 0

    def changed(self, **parts: object) -> "Premium":
        """The premium after one more change."""
        return msgspec.structs.replace(self, version=self.version + 1, **parts)


class PremiumSelfPaid(msgspec.Struct, frozen=True):
    """A person paid the premium themselves."""

    premium: Premium


class PremiumRefunded(msgspec.Struct, frozen=True):
    """What a person had paid beside finance was given back."""

    premium: Premium
    reference: str


def untouched(person_id: str, area: str, year: int) -> Premium:
    """A premium that nobody has paid or asked for yet."""
    return Premium(person_id=person_id, area=area, year=year, version=0)


def pay_oneself(premium: Premium, amount_fen: int, paid_on: date, *, today: date) -> PremiumSelfPaid:
    """The person paid; refused a second time, and for no money."""
    _check(amount_fen, paid_on, today)
    if premium.self_paid_on is not None:
        raise conflict(
            "PREMIUM_ALREADY_RECORDED",
            f"the person's own payment of {premium.year} was recorded for {premium.self_paid_on}; it counts once",
        )
    return PremiumSelfPaid(premium.changed(self_paid_fen=amount_fen, self_paid_on=paid_on))


def refund(premium: Premium, refunded_on: date, reference: str, *, today: date) -> PremiumRefunded:
    """Give back, whole, what was paid twice (R-JY-19)."""
    due = premium.refund_due_fen
    if due <= 0:
        raise conflict(
            "NO_REFUND_DUE",
            f"nothing of {premium.year} was paid both by finance and by the person, or it was given back before",
        )
    _check(due, refunded_on, today)
    return PremiumRefunded(premium.changed(refunded_fen=premium.refunded_fen + due, refunded_on=refunded_on), reference)


def _check(amount_fen: int, day: date, today: date) -> None:
    if amount_fen <= 0:
        raise Refused(
            "AMOUNT_NOT_POSITIVE", f"{yuan_from_fen(amount_fen)} yuan moves nothing; the amount must be above zero"
        )
    if day > today:
        raise Refused("DATE_IN_FUTURE", f"{day} is after today, {today}")
