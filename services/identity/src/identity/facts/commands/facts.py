"""Commands about facts: what departments tell of households, disabilities and incomes."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid5

from identity.facts.domain.facts import (
    DECIDER,
    Command,
    Handbook,
    LowIncomeTest,
    check_low_income,
    check_low_income_group,
)
from identity.facts.domain.low_income import is_low_income
from identity.persons.domain import person
from identity.persons.domain.categories import Category, Group
from identity.persons.queries.persons import Queries
from identity.persons.queries.request_context import context_of
from identity.persons.queries.vault import Vault
from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.china_time import china_date
from kernel.values.refusals import Refused
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import StreamAppend
from law.packs import PackLibrary


class FactHandlers:
    """The commands about facts."""

    def __init__(self, runtime: Runtime, vault: Vault, library: PackLibrary, clock: Clock) -> None:
        self._runtime = runtime
        self._vault = vault
        self._library = library
        self._clock = clock
        self._queries = Queries(runtime)

    async def change(
        self,
        caller: Principal,
        key: Idempotency,
        person_id: str,
        command_of: Callable[[str, date | None], Command],
        fact_id: str | None = None,
    ) -> Answered:
        """Tell, correct or withdraw a fact; ``command_of`` takes the fact's id, a new one where none is given."""
        context = context_of(self._vault, self._clock, caller, key)
        known_id = fact_id or str(uuid5(context.command_id, "fact"))

        async def attempt() -> Outcome:
            _, past = await self._runtime.store.load(f"person/{person_id}")
            standing = person.DECIDER.fold(past)
            if standing is None:
                raise person.person_unknown()
            standing.check_stands()
            stream, told = await self._runtime.store.load(f"facts/{person_id}")
            state = DECIDER.fold(told)
            born_on = await self._vault.born_on(person_id, today=china_date(self._clock()))
            events: tuple[Any, ...] = tuple(DECIDER.decide(command_of(known_id, born_on), state))
            after = DECIDER.fold(events, state)
            assert after is not None, "an accepted command leaves facts"
            body = {"person_id": person_id, "fact_id": known_id, "revision": after.revision}
            return Outcome(
                (StreamAppend(stream, events),), body, 200 if fact_id else 201, contended=f"facts/{person_id}"
            )

        return await self._runtime.path.run(context, attempt)

    async def handbook(self, number: str) -> Handbook:
        """A handbook by its number, which goes no further than its token."""
        return Handbook(await self._vault.handbook_token(number))

    async def tested(
        self,
        person_id: str,
        on: date,
        *,
        income_fen: int,
        assets_fen: int,
        local_line_fen: int,
        asset_limit_fen: int,
        group: Group | None,
    ) -> LowIncomeTest:
        """A low-income test by the rule in force where the person lives.

        Raises Refused LOW_INCOME_RULE_MISSING, GROUP_MISPLACED.
        """
        check_low_income_group(group)
        row = await self._queries.person(person_id)
        if row is None:
            raise person.person_unknown()
        for policy in self._library.newest(row.county, on):
            rule = policy.file.low_income
            if rule is not None:
                passed = is_low_income(
                    income_fen=income_fen,
                    assets_fen=assets_fen,
                    group=group,
                    local_line_fen=local_line_fen,
                    asset_limit_fen=asset_limit_fen,
                    multiple=Decimal(rule.income_multiple),
                )
                clause = f"{policy.file.document.cited_as} {rule.clause}"
                return LowIncomeTest(
                    income_fen, assets_fen, local_line_fen, asset_limit_fen, rule.income_multiple, group, passed, clause
                )
        raise Refused(
            "LOW_INCOME_RULE_MISSING",
            f"no policy in force in {row.county} on {on} says how income is tested",
            about={"division": row.county},
        )


async def check_income(runtime: Runtime, person_id: str, command: object) -> None:
    """Refuse to assert LOW_INCOME where the test that was recorded says otherwise."""
    if isinstance(command, person.AssertMembership) and command.membership.category is Category.LOW_INCOME:
        _, told = await runtime.store.load(f"facts/{person_id}")
        check_low_income(command.membership, DECIDER.fold(told))
