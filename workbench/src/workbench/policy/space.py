"""The space in which two policies are compared: kinds of people, care, places, bills, and what the year held before."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Final

import msgspec

from law import Claim, Membership, Standing
from law.packs import Policy
from law.packs.model import PackFile
from law.standing import years_after
from workbench.examples.people import insured
from workbench.policy.bills import SHAPES, Shape, bill, kinds_told_apart, outer_payers, places_told_apart

TOTALS_FEN: Final = tuple(yuan * 100 for yuan in (500, 2_000, 6_000, 12_000, 20_000, 40_000, 80_000, 150_000, 300_000))
_MANY_GIVE: Final = Shape(
    "90 % compliant, 10 % outside the catalogue, every outer payer gives", 90, 10, (50, 10, 10, 5, 5)
)
_MUCH_OUTSIDE: Final = Shape("75 % compliant, 25 % outside the catalogue, basic insurance pays 50 %", 75, 25, (50,))
_STAY: Final = timedelta(days=10)


class Earlier(msgspec.Struct, frozen=True):
    """A stay in the county earlier in the year, which is what accumulators open with."""

    shape: Shape
    total_fen: int


class Person(msgspec.Struct, frozen=True):
    """A made-up person by one membership; ``lifted_days`` is how long ago poverty was left, beyond whole years."""

    name: str
    membership: str | None
    group: str | None = None
    lifted_years: int | None = None
    lifted_days: int = 0

    def standing(self, day: date) -> Standing:
        """What identity would tell of the person on a day."""
        if self.membership is None:
            return Standing((), (insured(day),))
        left = None
        if self.lifted_years is not None:
            left = years_after(day, -self.lifted_years) - timedelta(days=self.lifted_days)
        status = None if left is None else "LIFTED"
        held = Membership(
            category=self.membership,
            valid_from=date(day.year - 10, 1, 1),
            valid_to=None,
            group=self.group,
            poverty_status=status,
            exit_date=left,
        )
        return Standing((held,), (insured(day),))


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A person and a bill under all circumstances that a policy may ask for."""

    person: Person
    kind: str
    where: tuple[str, str]
    shape: Shape
    total_fen: int
    earlier: Earlier | None
    referred: bool
    approved_by: tuple[str, ...]

    def claim(self, outer: tuple[str, ...], day: date) -> Claim:
        """The bill, with amounts of the given outer payers."""
        made = bill(self.shape, self.total_fen, outer, self.kind, self.where, day, referred=False)
        admitted = day - _STAY if self.kind == "inpatient" else None
        return msgspec.structs.replace(
            made,
            admitted_on=admitted,
            referral_approved_on=(admitted or day) if self.referred else None,
            exception_approved_by=self.approved_by,
        )


_EARLIER: Final = (
    None,
    Earlier(SHAPES[0], 6_000_00),
    Earlier(SHAPES[1], 20_000_00),
    Earlier(SHAPES[1], 150_000_00),
)


def cases(a: Policy, b: Policy) -> Iterator[Case]:
    """Every case of the space of two policies, in a fixed order."""
    files = (a.file, b.file)
    approvals = _approvals(files)
    shapes = (*SHAPES, _MANY_GIVE, *((_MUCH_OUTSIDE,) if len(approvals) > 1 else ()))
    referral = any(file.referral is not None for file in files)
    for person, kind, where in product(people(files), kinds_told_apart(*files), places_told_apart(*files)):
        referred = (True, False) if referral and where[0] == "out_county" else (True,)
        for shape, total, earlier, has, by in product(shapes, TOTALS_FEN, _EARLIER, referred, approvals):
            yield Case(
                person=person,
                kind=kind,
                where=where,
                shape=shape,
                total_fen=total,
                earlier=earlier,
                referred=has,
                approved_by=by,
            )


def people(files: tuple[PackFile, PackFile]) -> list[Person]:
    """One of each kind of person that either document tells apart, and somebody whom neither knows."""
    found: dict[tuple[str, str | None], Person] = {}
    lifted: dict[str, str] = {}
    for file in files:
        for category in file.population.categories:
            code = category.membership or category.code
            group = category.groups[0] if category.groups else None
            if "LIFTED" in category.statuses and (category.support_years or category.membership):
                lifted[code] = category.name
            if category.membership is None:
                found.setdefault((code, group), Person(category.name, code, group))
    ways = [(1, 0, "脱贫1年"), (2, 5, "脱贫2年零5天"), (2, 30, "脱贫2年零30天"), (5, 0, "脱贫5年")]
    out = [Person(f"{found[code, None].name} {words}", code, None, *how) for code in lifted for *how, words in ways]
    return [*found.values(), *out, Person("其他参保人", None)]


def shared_payers(a: Policy, b: Policy) -> tuple[str, ...]:
    """The outer payers whom both documents know; an amount of another could not be compared."""
    known = outer_payers(b.file)
    return tuple(payer for payer in outer_payers(a.file) if payer in known)


def _approvals(files: tuple[PackFile, PackFile]) -> tuple[tuple[str, ...], ...]:
    departments = [by for file in files for layer in file.layers if (by := layer.approvers())]
    return ((), departments[0][:1], departments[0]) if departments else ((),)
