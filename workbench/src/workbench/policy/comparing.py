"""Comparing two policies: every case of the space is settled under both, and what differs is grouped."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import msgspec

from kernel.values.refusals import Refused
from law import Adjudication, LayerTrace, adjudicate
from law.packs import Pack, Policy
from workbench.policy.bills import bill, outer_payers
from workbench.policy.cliffs import burden
from workbench.policy.figures import FigureRow, figures_in_force
from workbench.policy.space import Case, Earlier, Person, cases, shared_payers


class Difference(msgspec.Struct, frozen=True):
    """A case that comes out otherwise; a result is the code of the refusal where it was refused."""

    case: Case
    a: Adjudication | str
    b: Adjudication | str

    @property
    def by_fen(self) -> int:
        """How much more the person bears under B; 0 where either refuses."""
        if isinstance(self.a, str) or isinstance(self.b, str):
            return 0
        return burden(self.b) - burden(self.a)

    @property
    def clause(self) -> str:
        """The clause of the layer whose amount differs most, under B if it is there."""
        if isinstance(self.a, str) or isinstance(self.b, str):
            return ""
        a, b = _by_payer(self.a), _by_payer(self.b)
        payer = max(dict.fromkeys([*a, *b]), key=lambda payer: abs(_amount(a, payer) - _amount(b, payer)))
        layer = b.get(payer) or a[payer]
        return f"{payer}: {layer.clause}"


class Group(msgspec.Struct, frozen=True):
    """Differing cases of some people and care whose worst case is one and the same bill; it speaks for them."""

    most: Difference
    people: tuple[str, ...]
    care: tuple[tuple[str, tuple[str, str]], ...]
    cases: int


class FigureChange(msgspec.Struct, frozen=True):
    """A figure that is another, or is only in one of the two."""

    row: FigureRow
    a: str
    b: str


class Comparison(msgspec.Struct, frozen=True):
    """What a comparison came to."""

    cases: int
    differing: int
    groups: tuple[Group, ...]
    figures: tuple[FigureChange, ...]


def compare(a: Policy, b: Policy) -> Comparison:
    """Search the whole space; groups come in the order of how much they differ, refusals first."""
    outer = shared_payers(a, b)
    sides = (_Side(a, outer), _Side(b, outer))
    count, found = 0, []
    for case in cases(a, b):
        count += 1
        left, right = (side.settle(case) for side in sides)
        if isinstance(left, str) or isinstance(right, str):
            differs = (left if isinstance(left, str) else "") != (right if isinstance(right, str) else "")
        else:
            differs = burden(left) != burden(right)
        if differs:
            found.append(Difference(case, left, right))
    return Comparison(count, len(found), tuple(_grouped(found)), tuple(_changes(a, b)))


def common_day(a: Pack, b: Pack, on: date | None) -> tuple[date, date]:
    """For each of two packs the day to compare on: the one asked for, or the later beginning, kept within each."""
    wanted = on or max(a.file.in_force_from, b.file.in_force_from)
    return _within(a, wanted), _within(b, wanted)


def _within(pack: Pack, day: date) -> date:
    last = pack.file.in_force_to
    return max(pack.file.in_force_from, day if last is None else min(day, last))


class _Side:
    """One of the two policies, with the years that it has worked out before."""

    def __init__(self, policy: Policy, outer: tuple[str, ...]) -> None:
        self._policy = policy
        self._outer = outer
        self._silent = dict.fromkeys(outer_payers(policy.file), 0)
        self._years: dict[tuple[Person, Earlier], Mapping[str, int] | str] = {}

    def settle(self, case: Case) -> Adjudication | str:
        """What the case comes to, or the code of the refusal."""
        balances = self._opening(case.person, case.earlier)
        if isinstance(balances, str):
            return balances
        claim = case.claim(self._outer, self._policy.on)
        claim = msgspec.structs.replace(claim, given_fen=self._silent | claim.given_fen)
        try:
            return adjudicate(claim, case.person.standing(self._policy.on), balances, self._policy)
        except Refused as refused:
            return refused.code

    def _opening(self, person: Person, earlier: Earlier | None) -> Mapping[str, int] | str:
        if earlier is None:
            return {}
        known = self._years.get((person, earlier))
        if known is None:
            known = self._years[person, earlier] = self._year(person, earlier)
        return known

    def _year(self, person: Person, earlier: Earlier) -> Mapping[str, int] | str:
        day, where = self._policy.on, ("in_county", "county")
        payers = tuple(self._silent)
        claim = bill(earlier.shape, earlier.total_fen, payers, "inpatient", where, day, referred=False)
        try:
            return adjudicate(claim, person.standing(day), {}, self._policy).after_fen
        except Refused as refused:
            return refused.code


def _grouped(found: Iterable[Difference]) -> list[Group]:
    groups: dict[tuple[object, ...], list[Difference]] = {}
    for difference in found:
        case = difference.case
        groups.setdefault((case.person, case.kind, case.where, difference.by_fen > 0), []).append(difference)
    single = []
    for members in groups.values():
        most = max(members, key=_weight)
        single.append(Group(most, (most.case.person.name,), ((most.case.kind, most.case.where),), len(members)))
    by_care = _join(single, lambda group: (*_told(group.most), group.care))
    joined = _join(by_care, lambda group: (*_told(group.most), group.people))
    return sorted(joined, key=lambda group: _weight(group.most), reverse=True)


def _join(groups: Iterable[Group], key: Callable[[Group], tuple[object, ...]]) -> list[Group]:
    alike: dict[tuple[object, ...], list[Group]] = {}
    for group in groups:
        alike.setdefault(key(group), []).append(group)
    return [_joined(same) for same in alike.values()]


def _joined(groups: Sequence[Group]) -> Group:
    people = tuple(dict.fromkeys(name for group in groups for name in group.people))
    care = tuple(dict.fromkeys(care for group in groups for care in group.care))
    return Group(groups[0].most, people, care, sum(group.cases for group in groups))


def _told(difference: Difference) -> tuple[object, ...]:
    """All that is said of a difference beside who and what care it is."""
    case = difference.case
    bill = (case.shape, case.total_fen, case.earlier, case.referred, case.approved_by)
    return (*bill, _result(difference.a), _result(difference.b), difference.clause)


def _result(result: Adjudication | str) -> object:
    return result if isinstance(result, str) else (result.patient_pays_fen, result.payout_fen)


def _weight(difference: Difference) -> tuple[bool, int]:
    return isinstance(difference.a, str) or isinstance(difference.b, str), abs(difference.by_fen)


def _by_payer(result: Adjudication) -> dict[str, LayerTrace]:
    return {layer.payer: layer for layer in result.layers}


def _amount(layers: Mapping[str, LayerTrace], payer: str) -> int:
    layer = layers.get(payer)
    return 0 if layer is None else layer.amount_fen + layer.payout_fen


def _changes(a: Policy, b: Policy) -> list[FigureChange]:
    ours, theirs = (
        {(row.of.payer, row.of.table, row.of.whom): row for row in figures_in_force(side.file, side.on, side.readings)}
        for side in (a, b)
    )
    changed = []
    for key in dict.fromkeys([*ours, *theirs]):
        left, right = (_said(rows.get(key)) for rows in (ours, theirs))
        if left != right:
            changed.append(FigureChange(ours.get(key) or theirs[key], left, right))
    return changed


def _said(row: FigureRow | None) -> str:
    return "–" if row is None else row.value or "nothing"
