"""What a change that is entered comes to as a proposal, and who may enter it."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from identity.entries.api.bodies import (
    AgencysChange,
    AssertChange,
    Change,
    CorrectChange,
    DataChange,
    DeathChange,
    DeathCorrectionChange,
    EndChange,
    FactChange,
    FactCorrectionChange,
    FactWithdrawalChange,
    MergeChange,
    NameChange,
    NumberChange,
)
from identity.entries.domain.proposal import (
    Proposal,
    ProposedAssertion,
    ProposedCorrection,
    ProposedData,
    ProposedDeath,
    ProposedDeathCorrection,
    ProposedEnd,
    ProposedFact,
    ProposedFactCorrection,
    ProposedFactWithdrawal,
    ProposedMerger,
)
from identity.facts.queries.details import FactDetails
from identity.persons.domain.approval import ApprovalRules
from identity.persons.domain.categories import Department, department_of
from identity.persons.domain.resident_id import check_holder, parse_resident_id
from identity.persons.queries.correcting import Correcting
from identity.persons.queries.divisions import own_department
from identity.persons.queries.feed_access import not_in_feed
from identity.persons.queries.persons import PersonQueries
from identity.persons.queries.unnamed import must_not_name
from identity.persons.queries.vault import Vault
from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.security import Principal
from kernel.values.china_time import china_date
from kernel.values.refusals import Refused, forbidden

#: Changes that say all that their proposal holds.
_PLAIN: Final[Mapping[type, Callable[..., Proposal]]] = {
    EndChange: ProposedEnd,
    CorrectChange: ProposedCorrection,
    DeathChange: ProposedDeath,
    DeathCorrectionChange: ProposedDeathCorrection,
    FactWithdrawalChange: ProposedFactWithdrawal,
}


class Proposing(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed to make a proposal of a change."""

    persons: PersonQueries
    details: FactDetails
    correcting: Correcting
    vault: Vault
    rules: ApprovalRules
    clock: Clock

    async def whose(
        self, caller: Principal, key: Idempotency, named: str | None, person_id: str, change: Change
    ) -> Department | None:
        """Whose word a change is: the caller's department's, that which the agency names, or the agency's own (None).

        Raises Refused ORGANISATION_FOREIGN, ENTRY_NOT_AGENCYS, ENTRY_AGENCYS_OWN, ENTRY_DEPARTMENT_MISSING,
        DEPARTMENT_UNKNOWN, PERSON_NOT_IN_FEED, PERSON_UNKNOWN, and ProblemError where a text names the person.
        """
        person = await self.persons.known(person_id)
        await must_not_name(self.vault, person_id, change, key)
        own = own_department(caller)
        if own is not None:
            if named is not None:
                caller.must_act_for(named)
            await self._check_departments(own, person_id, change)
            return own
        if isinstance(change, DataChange | AgencysChange):
            return None
        if named is None and isinstance(change, DeathChange):
            return None
        if named is None:
            raise Refused("ENTRY_DEPARTMENT_MISSING", "name the department whose word this is; it is not the agency's")
        self.rules.check_agency_enters([person.county], china_date(self.clock()))
        return department_of(named)

    async def _check_departments(self, department: Department, person_id: str, change: Change) -> None:
        if isinstance(change, AgencysChange):
            raise forbidden(
                "ENTRY_AGENCYS_OWN",
                "what departments disagree about, and whose records are one, is settled by the agency",
            )
        if isinstance(change, DataChange) and not await self.persons.is_in_feed(person_id, department):
            raise not_in_feed(department)

    async def proposal(self, person_id: str, department: Department | None, change: Change, new_id: str) -> Proposal:
        """The domain's proposal; ``new_id`` is of the membership or fact that it would begin."""
        match change:
            case NameChange() | NumberChange():
                return await self._data(person_id, change)
            case MergeChange(other_id=other_id, evidence=evidence, keep=keep):
                return ProposedMerger(other_id, evidence, tuple(keep))
            case AssertChange() | FactChange() | FactCorrectionChange():
                assert department is not None, "whose word it is was asked before"
                return await self._word(person_id, department, change, new_id)
            case _:
                return _PLAIN[type(change)](**msgspec.structs.asdict(change))

    async def _word(
        self,
        person_id: str,
        department: Department,
        change: AssertChange | FactChange | FactCorrectionChange,
        new_id: str,
    ) -> Proposal:
        if isinstance(change, AssertChange):
            return ProposedAssertion(change.membership(new_id, department))
        detail = await self.details.of(person_id, change)
        if isinstance(change, FactCorrectionChange):
            return ProposedFactCorrection(change.fact(change.fact_id, department, detail), change.reason)
        return ProposedFact(change.fact(new_id, department, detail))

    async def _data(self, person_id: str, change: DataChange) -> ProposedData:
        data, _ = await self.correcting.known(person_id)
        if isinstance(change, NumberChange):
            number = parse_resident_id(change.id_number, today=china_date(self.clock()))
            check_holder(number, born_on=change.born_on, sex=change.sex)
            said, fields = msgspec.structs.replace(data, id_number=number.number), ("id_number",)
        else:
            said, fields = msgspec.structs.replace(data, name=change.name), ("name",)
        sealed = await self.vault.seal_again(person_id, said)
        return ProposedData(sealed=sealed, fields=fields, reason=change.reason)
