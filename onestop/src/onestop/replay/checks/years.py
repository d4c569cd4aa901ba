"""Benefit years folded: each settlement found what the ones before it left, and the year stands at the sum of all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from kernel.writing.database import SingleConnection
from kernel.writing.event_store.stream import LoggedEvent
from onestop.replay.difference import Difference, amounts, text
from onestop.replay.notes import Notes
from settlement.encounters.domain.events import SettlementConfirmed, SettlementRevoked, SettlementSupplemented, year_of
from settlement.years.domain import BenefitYearOpened, BenefitYearReopened, BenefitYearsJoined, added

_LIVE_SQL: Final = "SELECT area, person_id, year, balances, version FROM settlement.benefit_years"
_PAGE: Final = 2000

YearEvent = (
    BenefitYearOpened
    | BenefitYearReopened
    | BenefitYearsJoined
    | SettlementConfirmed
    | SettlementSupplemented
    | SettlementRevoked
)


class Year(msgspec.Struct, frozen=True):
    """A year folded so far: its accumulators in fen, and how often it has moved."""

    balances_fen: dict[str, int] = {}
    version: int = 0


class Outcome(msgspec.Struct, frozen=True):
    """What a settlement moves in its year as it stands, in fen by accumulator."""

    moved_fen: dict[str, int]


class Years:
    """Every benefit year from its settlements' before and after alone."""

    def __init__(self, live: SingleConnection, connection: SingleConnection, run: str) -> None:
        self._live = live
        self._years = Notes(connection, run, Year)
        self._outcomes = Notes(connection, run, Outcome)

    async def page(self, entries: Sequence[LoggedEvent]) -> Iterable[Difference]:
        """What is wrong with the next page's moves."""
        moves = [event for entry in entries if isinstance(event := entry.recorded.event, YearEvent)]
        await self._years.recall(key for event in moves for key in _keys(event))
        await self._outcomes.recall(s for event in moves if (s := getattr(event, "settlement_id", None)))
        found = [difference for event in moves for difference in self._fold(event)]
        await self._years.keep()
        await self._outcomes.keep()
        return found

    def _fold(self, event: YearEvent) -> Iterator[Difference]:
        match event:
            case BenefitYearOpened():
                yield from self._moves(event, _key(event, event.person_id), {}, event.balances_fen, 1)
            case BenefitYearReopened():
                moved, key = _less(event.balances_fen, event.formerly_fen), _key(event, event.person_id)
                yield from self._moves(event, key, event.formerly_fen, moved, event.version)
            case BenefitYearsJoined():
                own, other = _key(event, event.person_id), _key(event, event.other_id)
                yield from self._moves(event, own, event.own_fen, event.other_fen, event.own_version + 1)
                taken = {name: -amount for name, amount in event.other_fen.items()}
                yield from self._moves(event, other, event.other_fen, taken, event.other_version + 1)
            case SettlementConfirmed(adjudication=result):
                moved = _less(result.after_fen, result.before_fen)
                self._outcomes.put(event.settlement_id, Outcome(moved))
                key = _key(event, year_of(event))
                yield from self._moves(event, key, result.before_fen, moved, event.benefit_year_version)
            case SettlementSupplemented(adjudication=result):
                # Supplements of one release move the year once; what they leave is known after the last of them.
                moved = _less(result.after_fen, result.before_fen)
                before = self._outcomes.get(event.settlement_id) or Outcome({})
                self._outcomes.put(event.settlement_id, Outcome(moved))
                yield from self._supplements(event, _less(moved, before.moved_fen))
            case _:
                before = self._outcomes.get(event.settlement_id) or Outcome({})
                found = added(event.balances_fen, before.moved_fen)
                back = {name: -amount for name, amount in before.moved_fen.items()}
                key = _key(event, year_of(event))
                yield from self._moves(event, key, found, back, event.benefit_year_version)

    def _moves(
        self, event: YearEvent, key: str, found: Mapping[str, int], moved: Mapping[str, int], version: int
    ) -> Iterator[Difference]:
        """One step of a year: from what was ``found`` there, by what is ``moved``, to ``version``."""
        year = self._years.get(key) or Year()
        where = f"benefit year {key} at {type(event).__name__} {getattr(event, 'settlement_id', '')}".rstrip()
        if amounts(found) != amounts(year.balances_fen):
            yield Difference(f"{where}, found", text(amounts(found)), text(amounts(year.balances_fen)))
        if version != year.version + 1:
            yield Difference(f"{where}, version", str(version), str(year.version + 1))
        self._years.put(key, Year(added(year.balances_fen, moved), version))

    def _supplements(self, event: SettlementSupplemented, moved: Mapping[str, int]) -> Iterator[Difference]:
        key = _key(event, year_of(event))
        year = self._years.get(key) or Year()
        if event.benefit_year_version not in (year.version, year.version + 1):
            where = f"benefit year {key} at supplement {event.supplement_id}, version"
            yield Difference(where, str(event.benefit_year_version), str(year.version + 1))
        self._years.put(key, Year(added(year.balances_fen, moved), event.benefit_year_version))

    async def end(self) -> Iterable[Difference]:
        """Where a year's row does not stand at what its settlements come to."""
        found: list[Difference] = []
        cursor = await self._live.cursor(_LIVE_SQL)
        while rows := await cursor.fetch(_PAGE):
            standing = {f"{row['area']}/{row['person_id']}/{row['year']}": row for row in rows}
            await self._years.recall(standing)
            for key, row in standing.items():
                year = self._years.get(key) or Year()
                live = Year(amounts(msgspec.json.decode(row["balances"], type=dict[str, int])), row["version"])
                folded = Year(amounts(year.balances_fen), year.version)
                if live != folded:
                    found.append(Difference(f"benefit year {key}", text(live), text(folded)))
        return found


def _keys(event: YearEvent) -> Iterator[str]:
    match event:
        case BenefitYearOpened() | BenefitYearReopened():
            yield _key(event, event.person_id)
        case BenefitYearsJoined():
            yield from (_key(event, event.person_id), _key(event, event.other_id))
        case _:
            yield _key(event, year_of(event))


def _key(event: YearEvent, person_id: str) -> str:
    return f"{event.area}/{person_id}/{event.year}"


def _less(after: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    return added(after, {name: -amount for name, amount in before.items()})
