"""Lists of several counties about one person: who is of which county, whatever the order in which the lists come.

A person stands as long as the newest list of any county names them. Where just one does, they are of that county; where
several do, of the one that took them, and the others are told.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from identity.feeds.domain.batch import Batch, BatchKind
from identity.feeds.domain.lines import Barrier
from identity.feeds.domain.row import FileDescription
from identity.intake.domain import both
from identity.persons.domain.also_listed import AlsoListed, Listing, also_listed, listings
from identity.persons.domain.categories import Category
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import Membership
from identity.persons.domain.moving import last_move, move
from identity.persons.domain.statement import Statement


class CountyLists:
    """What a batch says beside the lists that were applied before it, its department's."""

    def __init__(self, batch: Batch, file: FileDescription, barriers: Sequence[Barrier]) -> None:
        self._batch = batch
        self._file = file
        self._barriers = barriers

    def stops(self, statement: Statement, county: str) -> bool:
        """Whether a newer list forbids a statement."""
        return any(barrier.stops(statement, county) for barrier in self._barriers)

    def timed(self, statement: Statement, county: str, person: Entitlement) -> Statement:
        """A list's statement of somebody whom a newer list of another county ended, as it named them no more.

        That list spoke of its own people only, so the statement counts as if it came behind it.
        """
        feed = (statement.department, statement.category)
        said = (m for m in person.memberships if m.feed == feed and m.valid_from == statement.valid_from)
        held = next(said, None)
        if not self._is_list or held is None or held.valid_to is None or held.stated <= statement.stated:
            return statement
        ended = (held.stated, held.valid_to)
        lists = (b for b in self._barriers if (b.stated, b.day) == ended and not county.startswith(b.prefix))
        if next(lists, None) is None:
            return statement
        moment, mark = held.stated.partition("/")[0], statement.stated.partition("/")[2]
        return msgspec.structs.replace(statement, stated=max(f"{moment}/{mark}", held.stated))

    def away(self, person: Entitlement, past: Sequence[Any], county: str) -> str | None:
        """What to tell a county whose list still names whom another county's list took from it; else None.

        So nobody goes to and fro between two lists that both name them.
        """
        moved = last_move(past)
        if not self._is_list or moved is None or moved.formerly != county:
            return None
        own = (m for m in person.memberships if m.department is self._batch.department)
        if not any(m.valid_to is None or m.valid_to >= self._file.today for m in own):
            return None
        now = moved.entitlement.county
        return both(
            f"此人已列入 {now} 的名单，请与该县区核对", f"a list of {now} names this person; settle it with that county"
        )

    def named(self, statement: Statement, county: str, person: Entitlement) -> Sequence[AlsoListed]:
        """Keep that this list names somebody who is of another county."""
        return (also_listed(self._listing(statement, county), person),) if self._is_list else ()

    def moves(self, category: Category, county: str, person: Entitlement) -> Sequence[Any]:
        """The person is of the county whose list names them now; that the one before named them too is kept."""
        events: list[Any] = [*move(person, county, self._batch.department.value)]
        for held in person.memberships:
            if held.feed == (self._batch.department, category) and held.valid_to is None:
                stated = max([held.stated, *(b.stated for b in self._about(held, person.county))])
                listing = self._listing(held, person.county)
                events.append(also_listed(msgspec.structs.replace(listing, stated=stated), events[-1].entitlement))
        return events

    def elsewhere(self, held: Membership, person: Entitlement, past: Sequence[Any]) -> str | None:
        """The county whose newest list names somebody whom this list names no more; else None."""
        for listing in listings(past):
            of_another = listing.county != person.county
            same = (listing.department, listing.category) == held.feed and listing.group in (None, held.group)
            newer = (b for b in self._about(held, listing.county) if b.stated > listing.stated)
            if of_another and same and next(newer, None) is None:
                return listing.county
        return None

    @property
    def _is_list(self) -> bool:
        return self._batch.kind is BatchKind.FULL

    def _about(self, held: Membership, county: str) -> list[Barrier]:
        return [b for b in self._barriers if b.speaks_of(held.category, held.group, county)]

    def _listing(self, said: Statement | Membership, county: str) -> Listing:
        return Listing(
            department=said.department,
            category=said.category,
            county=county,
            stated=self._file.stated,
            group=said.group,
        )


def moved_instead(county: str) -> str:
    """What to tell a county whose list names somebody no more whom another county's list names."""
    return both(
        f"此人仍在 {county} 的名单里，已转由该县区管理，资格没有终止",
        f"a list of {county} names this person, who is of that county now and was not ended",
    )
