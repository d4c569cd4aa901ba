"""Entries over HTTP: a change is entered, reviewed and approved by three different people."""

from functools import partial
from typing import Annotated

from fastapi import Query

from identity.entries.api.bodies import AmendBody, EnterBody, EntryChanged, MergeChange, ReasonBody
from identity.entries.api.proposing import Proposing
from identity.entries.commands.entries import Entering, EntryCommands
from identity.entries.domain.entry import (
    EntryState,
    Reject,
    Review,
    SendBack,
    Withdraw,
    check_same_word,
    entry_unknown,
)
from identity.entries.queries import DelayAnswer, EntryAnswer, EntryQueries, with_data
from identity.persons.domain.seeing import SeenFor
from identity.persons.queries.divisions import DivisionQueries, own_department
from identity.persons.queries.seeing import Looks
from identity.persons.queries.vault import Vault
from kernel.http import (
    ById,
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    Router,
    Sent,
    allow,
    answer,
    answered,
    of_division,
    paged,
)
from kernel.http.fields import after_of, counties_of
from kernel.http.paging import paging
from kernel.security import Principal, Role

Clerk = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY, by_division=True)]
Reviewer = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY)]
Administrator = Annotated[Principal, allow(Role.AGENCY)]
Reader = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY, Role.OPERATIONS, by_division=True)]
County = Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="Six-digit division code (区划代码)")]
Month = Annotated[
    str | None, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="The month in which a step ended")
]
#: The page of a list sorted by county, month and step.
ByStep = Annotated[PageRequest, paging(str, str, str)]


def entry_steps(
    commands: EntryCommands, queries: EntryQueries, divisions: DivisionQueries, proposing: Proposing
) -> Router:
    """The routes of /v1/entries that write."""
    router = Router(prefix="/v1/entries", tags=["entries"])
    of_entry = of_division("entry_id", queries.county_of)

    @router.post("", status_code=201)
    async def enter(caller: Clerk, command: Sent[EnterBody], key: IdempotencyKey) -> Json[EntryChanged]:
        """Enter a change; it takes effect when two others have reviewed and approved it.

        A department enters what is its own to say. The agency enters names, numbers and deaths, and, where a document
        says so, what a department told it.
        """
        for record in _records_of(command):
            await divisions.must_act_for(caller, record)
        department = await proposing.whose(caller, key, command.department, command.person_id, command.change)
        proposal_of = partial(proposing.proposal, command.person_id, department, command.change)
        return answered(await commands.enter(caller, key, Entering(command.person_id, department, proposal_of)))

    @router.post("/{entry_id}/amendment", dependencies=[of_entry])
    async def amend(entry_id: str, caller: Clerk, command: Sent[AmendBody], key: IdempotencyKey) -> Json[EntryChanged]:
        """Hand a returned entry in again; both other steps begin anew."""
        entry = await commands.entry(entry_id, own_department(caller))
        department = await proposing.whose(caller, key, entry.department, entry.person_id, command.change)
        check_same_word(entry, department)
        proposal_of = partial(proposing.proposal, entry.person_id, department, command.change)
        return answered(await commands.amend(caller, key, entry_id, own_department(caller), proposal_of))

    @router.post("/{entry_id}/review", dependencies=[of_entry])
    async def review(entry_id: str, caller: Reviewer, key: IdempotencyKey) -> Json[EntryChanged]:
        """Find an entry right: somebody else than its author, of the same department or the agency."""
        return answered(await commands.step(caller, key, entry_id, own_department(caller), Review))

    @router.post("/{entry_id}/approval", dependencies=[of_entry])
    async def approve(entry_id: str, caller: Administrator, key: IdempotencyKey) -> Json[EntryChanged]:
        """Approve a reviewed entry as a third person: the membership changes in the same moment."""
        return answered(await commands.approve(caller, key, entry_id))

    @router.post("/{entry_id}/return", dependencies=[of_entry])
    async def send_back(
        entry_id: str, caller: Reviewer, command: Sent[ReasonBody], key: IdempotencyKey
    ) -> Json[EntryChanged]:
        """Give an entry back for correction."""
        return answered(await commands.step(caller, key, entry_id, own_department(caller), SendBack, command.reason))

    @router.post("/{entry_id}/rejection", dependencies=[of_entry])
    async def reject(
        entry_id: str, caller: Reviewer, command: Sent[ReasonBody], key: IdempotencyKey
    ) -> Json[EntryChanged]:
        """Refuse an entry for good."""
        return answered(await commands.step(caller, key, entry_id, own_department(caller), Reject, command.reason))

    @router.post("/{entry_id}/withdrawal", dependencies=[of_entry])
    async def withdraw(entry_id: str, caller: Clerk, key: IdempotencyKey) -> Json[EntryChanged]:
        """Take an own entry back before it is approved."""
        return answered(await commands.step(caller, key, entry_id, own_department(caller), Withdraw))

    return router


def _records_of(command: EnterBody) -> tuple[str, ...]:
    """Whom an entry is about: of a merger both records."""
    change = command.change
    return (command.person_id, change.other_id) if isinstance(change, MergeChange) else (command.person_id,)


def entry_lists(queries: EntryQueries, vault: Vault, looks: Looks) -> Router:
    """The routes of /v1/entries that read."""
    router = Router(prefix="/v1/entries", tags=["entries"])
    of_entry = of_division("entry_id", queries.county_of)

    @router.get("")
    async def work_list(
        caller: Reader,
        page: ById,
        state: Annotated[EntryState, Query(description="Only entries in this state")] = EntryState.ENTERED,
        county: County = None,
    ) -> Json[Page[EntryAnswer]]:
        """List the entries in a state, the longest waiting first; a department sees its own."""
        own, counties = own_department(caller), counties_of(caller, county)
        rows = await queries.in_state(state, own, counties, after=after_of(page), limit=page.limit + 1)
        return paged(rows, page, "entry_id")

    @router.get("/delays")
    async def delays(
        caller: Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)],
        page: ByStep,
        county: County = None,
        month: Month = None,
    ) -> Json[Page[DelayAnswer]]:
        """How long reviewing, approving and the whole way took, by county and month."""
        after = page.after or ("", "", "")
        rows = await queries.delays(counties_of(caller, county), month, after=after, limit=page.limit + 1)
        return paged(rows, page, "county", "month", "step")

    @router.get("/{entry_id}", dependencies=[of_entry])
    async def see(entry_id: str, caller: Reader) -> Json[EntryAnswer]:
        """See one entry; a department sees its own. Who handles it sees a name or number, and that is written down."""
        row = await queries.entry(entry_id)
        if row is None or own_department(caller) not in (None, row.department):
            raise entry_unknown()
        sealed = await queries.sealed(entry_id)
        if sealed is None or not caller.roles & {Role.AGENCY, Role.DEPARTMENT}:
            return answer(row)
        await looks.note(caller, SeenFor.RECORD, person_ids=[row.person_id])
        return answer(with_data(row, await vault.unseal(row.person_id, sealed)))

    return router
