"""Entries over HTTP: a change is entered, reviewed and approved by three different people."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Query

from identity.entries.api.bodies import AmendBody, EnterBody, EntryChanged, ReasonBody, proposal_from
from identity.entries.commands import EntryCommands
from identity.entries.domain.entry import EntryState, Reject, Review, SendBack, Withdraw, entry_unknown
from identity.entries.domain.proposal import Proposal
from identity.entries.queries import DelayAnswer, EntryAnswer, EntryQueries
from identity.persons.domain.categories import Department, department_of
from identity.persons.queries.divisions import DivisionQueries
from kernel.http import (
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    Router,
    allow,
    answer,
    answered,
    body,
    of_division,
    page_of,
    paging,
)
from kernel.http.fields import check_text, counties_of
from kernel.security import Principal, Role

Clerk = Annotated[Principal, allow(Role.DEPARTMENT, by_division=True)]
Reviewer = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY)]
Administrator = Annotated[Principal, allow(Role.AGENCY)]
Reader = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY, Role.OPERATIONS, by_division=True)]
County = Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="Six-digit division code (区划代码)")]
Month = Annotated[str | None, Query(pattern=r"^[0-9]{4}-[0-9]{2}$", description="The month in which a step ended")]


def entry_steps(commands: EntryCommands, queries: EntryQueries, divisions: DivisionQueries) -> Router:
    """The routes of /v1/entries that write."""
    router = Router(prefix="/v1/entries", tags=["entries"])
    of_entry = of_division("entry_id", queries.county_of)

    @router.post("", status_code=201)
    async def enter(
        caller: Clerk, command: Annotated[EnterBody, body(EnterBody)], key: IdempotencyKey
    ) -> Json[EntryChanged]:
        """Enter a change; it takes effect when two others have reviewed and approved it."""
        await divisions.must_act_for(caller, command.person_id)
        department = department_of(caller.organisation)
        proposal_of = _proposal_of(command, department)
        return answered(await commands.enter(caller, key, command.person_id, department, proposal_of))

    @router.post("/{entry_id}/amendment", dependencies=[of_entry])
    async def amend(
        entry_id: str, caller: Clerk, command: Annotated[AmendBody, body(AmendBody)], key: IdempotencyKey
    ) -> Json[EntryChanged]:
        """Hand a returned entry in again; both other steps begin anew."""
        department = department_of(caller.organisation)
        return answered(await commands.amend(caller, key, entry_id, department, _proposal_of(command, department)))

    @router.post("/{entry_id}/review", dependencies=[of_entry])
    async def review(entry_id: str, caller: Reviewer, key: IdempotencyKey) -> Json[EntryChanged]:
        """Find an entry right: somebody else than its author, of the same department or the agency."""
        return answered(await commands.step(caller, key, entry_id, _own(caller), lambda c: Review(c.actor, c.now)))

    @router.post("/{entry_id}/approval", dependencies=[of_entry])
    async def approve(entry_id: str, caller: Administrator, key: IdempotencyKey) -> Json[EntryChanged]:
        """Approve a reviewed entry as a third person: the membership changes in the same moment."""
        return answered(await commands.approve(caller, key, entry_id))

    @router.post("/{entry_id}/return", dependencies=[of_entry])
    async def send_back(
        entry_id: str, caller: Reviewer, command: Annotated[ReasonBody, body(ReasonBody)], key: IdempotencyKey
    ) -> Json[EntryChanged]:
        """Give an entry back for correction."""
        check_text("reason", command.reason)
        return answered(
            await commands.step(caller, key, entry_id, _own(caller), lambda c: SendBack(c.actor, c.now, command.reason))
        )

    @router.post("/{entry_id}/rejection", dependencies=[of_entry])
    async def reject(
        entry_id: str, caller: Reviewer, command: Annotated[ReasonBody, body(ReasonBody)], key: IdempotencyKey
    ) -> Json[EntryChanged]:
        """Refuse an entry for good."""
        check_text("reason", command.reason)
        return answered(
            await commands.step(caller, key, entry_id, _own(caller), lambda c: Reject(c.actor, c.now, command.reason))
        )

    @router.post("/{entry_id}/withdrawal", dependencies=[of_entry])
    async def withdraw(entry_id: str, caller: Clerk, key: IdempotencyKey) -> Json[EntryChanged]:
        """Take an own entry back before it is approved."""
        return answered(await commands.step(caller, key, entry_id, _own(caller), lambda c: Withdraw(c.actor, c.now)))

    return router


def entry_lists(queries: EntryQueries) -> Router:
    """The routes of /v1/entries that read."""
    router = Router(prefix="/v1/entries", tags=["entries"])

    @router.get("")
    async def work_list(
        caller: Reader,
        page: Annotated[PageRequest, paging(str)],
        state: Annotated[EntryState, Query(description="Only entries in this state")] = EntryState.ENTERED,
        county: County = None,
    ) -> Json[Page[EntryAnswer]]:
        """List the entries in a state, the longest waiting first; a department sees its own."""
        after = None if page.after is None else str(page.after[0])
        rows = await queries.in_state(
            state, _own(caller), counties_of(caller, county), after=after, limit=page.limit + 1
        )
        return answer(page_of(rows, page, key=lambda row: (row.entry_id,)))

    @router.get("/delays")
    async def delays(
        caller: Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)],
        page: Annotated[PageRequest, paging(str, str, str)],
        county: County = None,
        month: Month = None,
    ) -> Json[Page[DelayAnswer]]:
        """How long reviewing, approving and the whole way took, by county and month."""
        after = ("", "", "") if page.after is None else (str(page.after[0]), str(page.after[1]), str(page.after[2]))
        rows = await queries.delays(counties_of(caller, county), month, after=after, limit=page.limit + 1)
        return answer(page_of(rows, page, key=lambda row: (row.county, row.month, row.step)))

    @router.get("/{entry_id}", dependencies=[of_division("entry_id", queries.county_of)])
    async def see(entry_id: str, caller: Reader) -> Json[EntryAnswer]:
        """See one entry; a department sees its own."""
        row = await queries.entry(entry_id)
        if row is None or _own(caller) not in (None, row.department):
            raise entry_unknown()
        return answer(row)

    return router


def _own(caller: Principal) -> Department | None:
    """The department that a caller is bound to; None for the agency and operations."""
    return department_of(caller.organisation) if caller.roles == {Role.DEPARTMENT} else None


def _proposal_of(command: EnterBody | AmendBody, department: Department) -> Callable[[str], Proposal]:
    return lambda membership_id: proposal_from(command.change, department, membership_id)
