"""Money that needs a second person, over HTTP: the agency sets the sum, finance proposes, another releases."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final

from fastapi import Path, Query

from fund_ledger.journals.domain import accounts
from fund_ledger.payments.api.money import (
    CollectionBody,
    Finance,
    OpeningBody,
    PaymentBody,
    ReceiptBody,
    RevivalBody,
    WriteOffBody,
    collected,
    opened,
    paid,
    received,
    written_off,
)
from fund_ledger.payments.commands.proposals import ProposalCommands
from fund_ledger.payments.domain.limit import Limit
from fund_ledger.payments.domain.moved import Revival
from fund_ledger.payments.domain.opening import OPENING
from fund_ledger.payments.domain.proposal import Proposal, RejectReason
from fund_ledger.payments.queries import PaymentQueries
from kernel.http import (
    ById,
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    Wire,
    Yuan,
    allow,
    answer,
    answered,
    paged,
)
from kernel.http.fields import CountyQuery, NameInPath, after_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import Refused, not_found

CODES: Final[Sequence[ErrorCode]] = (
    ErrorCode("PROPOSAL_UNKNOWN", 404, "No such proposal"),
    ErrorCode("PROPOSAL_DECIDED", 409, "The proposal was released or rejected"),
    ErrorCode("RELEASE_SAME_PERSON", 403, "Who proposed it, or set the sum, does not release it"),
    ErrorCode("LIMIT_UNKNOWN", 404, "The county has no such sum"),
)

Agency = Annotated[Principal, allow(Role.AGENCY, by_division=True)]
Reader = Annotated[Principal, allow(Role.FINANCE, Role.AGENCY, Role.OPERATIONS, by_division=True)]
CountyPath = Annotated[str, Path(pattern=r"^[0-9]{6}$", description="Six-digit division code of a county")]
Status = Annotated[str, Query(pattern=r"^(proposed|released|rejected)$")]


class LimitBody(RequestBody, frozen=True):
    """Up to which sum one person books money alone; 0.00 lets nobody."""

    above_fen: Yuan


class RejectBody(RequestBody, frozen=True):
    """Why it is not booked."""

    reason: RejectReason


class LimitAnswer(Wire, frozen=True):
    """The sum of a county, and who set it."""

    county: str
    above_fen: Yuan
    set_on: date
    set_by: str


class LimitNow(Wire, frozen=True):
    """The sum of a county as it was set."""

    county: str
    above_fen: Yuan


class ProposalMoved(Wire, frozen=True):
    """Where a proposal stands now, and the journal that it was booked as."""

    proposal_id: str
    status: str
    journal_id: str | None


class ProposalAnswer(Wire, frozen=True, kw_only=True):
    """A proposal: what is to be booked, by whom it was proposed and decided."""

    proposal_id: str
    kind: str
    county: str
    fund: str
    amount_fen: Yuan
    value_on: date
    account: str
    counter: str | None
    source: str
    corrects: str | None
    reference: str | None
    status: str
    proposed_on: date
    proposed_by: str
    decided_on: date | None
    decided_by: str | None
    journal_id: str | None
    reason: str | None


def limits(commands: ProposalCommands, found: PaymentQueries, requests: Requests) -> Router:
    """The routes of /v1/counties/{county}/money-limit."""
    router = Router(prefix="/v1/counties", tags=["money"])

    @router.post("/{county}/money-limit")
    async def set_limit(
        county: CountyPath, caller: Agency, command: Sent[LimitBody], key: IdempotencyKey
    ) -> Json[LimitNow]:
        """Set the sum above which a second person of finance releases money in and out of a county's funds."""
        caller.must_act_in(county)
        return answered(await commands.set_limit(requests.by(caller, key), county, int(command.above_fen)))

    @router.get("/{county}/money-limit")
    async def get_limit(county: CountyPath, caller: Reader) -> Json[LimitAnswer]:
        """The sum of a county; without one nothing needs a release."""
        caller.must_act_in(county)
        limit = await found.limit(county)
        if limit is None:
            raise not_found("LIMIT_UNKNOWN", f"{county} has no sum above which money needs a release")
        return answer(_limit(limit))

    return router


def proposals(commands: ProposalCommands, found: PaymentQueries, requests: Requests) -> Router:
    """The routes of /v1/money-proposals."""
    router = Router(prefix="/v1/money-proposals", tags=["money"])

    @router.post("/receipts", status_code=201)
    async def propose_receipt(caller: Finance, command: Sent[ReceiptBody], key: IdempotencyKey) -> Json[ProposalMoved]:
        """Propose money that came into a county's fund; what it has left from before under /opening-balances."""
        caller.must_act_in(command.county)
        if command.source == OPENING:
            # Without a name it would be proposed and booked as often as somebody sends it.
            raise Refused("OPENING_UNNAMED", "propose what was there before at /v1/money-proposals/opening-balances")
        return answered(await commands.propose(requests.by(caller, key), "receipt", received(command)))

    @router.post("/payments", status_code=201)
    async def propose_payment(caller: Finance, command: Sent[PaymentBody], key: IdempotencyKey) -> Json[ProposalMoved]:
        """Propose a payment of what a county's fund owes; refused at once where the ledger would refuse it."""
        caller.must_act_in(command.county)
        return answered(await commands.propose(requests.by(caller, key), "payment", paid(command)))

    @router.post("/collections", status_code=201)
    async def propose_collection(
        caller: Finance, command: Sent[CollectionBody], key: IdempotencyKey
    ) -> Json[ProposalMoved]:
        """Propose money that a person or a hospital gave back."""
        caller.must_act_in(command.county)
        return answered(await commands.propose(requests.by(caller, key), "collection", collected(command)))

    @router.post("/write-offs", status_code=201)
    async def propose_write_off(
        caller: Finance, command: Sent[WriteOffBody], key: IdempotencyKey
    ) -> Json[ProposalMoved]:
        """Propose that a fund bears what a person will not give back; whatever the sum, another person releases it."""
        caller.must_act_in(command.county)
        return answered(await commands.propose(requests.by(caller, key), "write_off", written_off(command)))

    @router.post("/revivals", status_code=201)
    async def propose_revival(caller: Finance, command: Sent[RevivalBody], key: IdempotencyKey) -> Json[ProposalMoved]:
        """Propose that what was written off is owed again, as far as that stands; another person releases it, once."""
        context = requests.by(caller, key)
        of = await found.write_off(command.journal_id)
        if of is None:
            raise not_found("JOURNAL_UNKNOWN", f"there is no write-off {command.journal_id} of what a person owes")
        caller.must_act_in(accounts.parse(of.account).county)
        revival = Revival(
            journal_id=of.journal_id,
            account=of.account,
            amount_fen=of.amount_fen,
            value_on=context.today,
            reason=command.reason,
        )
        return answered(await commands.propose(context, "revival", revival))

    @router.post("/{proposal_id}/release")
    async def release(proposal_id: NameInPath, caller: Finance, key: IdempotencyKey) -> Json[ProposalMoved]:
        """Release and book a proposal, by somebody who neither proposed it nor set the sum."""
        of = await _seen(found, caller, proposal_id)
        return answered(await commands.release(requests.by(caller, key), of))

    @router.post("/{proposal_id}/rejection")
    async def reject(
        proposal_id: NameInPath, caller: Finance, command: Sent[RejectBody], key: IdempotencyKey
    ) -> Json[ProposalMoved]:
        """Say that a proposal is not booked; whoever proposed it may take it back so, too."""
        of = await _seen(found, caller, proposal_id)
        return answered(await commands.reject(requests.by(caller, key), of, command.reason))

    _add_reads(router, found)
    return router


def openings(commands: ProposalCommands, requests: Requests) -> Router:
    """The route of an opening balance that is above the county's sum."""
    router = Router(prefix="/v1/money-proposals", tags=["money"])

    @router.post("/opening-balances", status_code=201)
    async def propose_opening(caller: Finance, command: Sent[OpeningBody], key: IdempotencyKey) -> Json[ProposalMoved]:
        """Propose what a fund has left from the system before: under one reference once, as it is booked once."""
        caller.must_act_in(command.county)
        return answered(await commands.propose(requests.by(caller, key), "receipt", opened(command)))

    return router


def _add_reads(router: Router, found: PaymentQueries) -> None:
    @router.get("")
    async def list_proposals(
        caller: Reader, county: CountyQuery, page: ById, status: Status = "proposed"
    ) -> Json[Page[ProposalAnswer]]:
        """The proposals of a county, by default those that wait."""
        caller.must_act_in(county)
        rows = await found.proposals(county, status, after_of(page), page.limit + 1)
        return paged([_told(row) for row in rows], page, "proposal_id")

    @router.get("/{proposal_id}")
    async def get_proposal(proposal_id: NameInPath, caller: Reader) -> Json[ProposalAnswer]:
        """One proposal."""
        return answer(_told(await _seen(found, caller, proposal_id)))


async def _seen(found: PaymentQueries, caller: Principal, proposal_id: str) -> Proposal:
    proposal = await found.one_proposal(proposal_id)
    if proposal is None:
        raise not_found("PROPOSAL_UNKNOWN", f"there is no proposal {proposal_id}", proposal_id=proposal_id)
    caller.must_act_in(proposal.county)
    return proposal


def _limit(limit: Limit) -> LimitAnswer:
    return LimitAnswer(limit.county, Yuan(limit.above_fen), limit.set_on, limit.set_by)


def _told(of: Proposal) -> ProposalAnswer:
    return ProposalAnswer(
        proposal_id=of.proposal_id,
        kind=of.kind,
        county=of.county,
        fund=of.fund,
        amount_fen=Yuan(of.amount_fen),
        value_on=of.value_on,
        account=of.account,
        counter=of.counter,
        source=of.source,
        corrects=of.corrects,
        reference=of.reference,
        status=of.status,
        proposed_on=of.proposed_on,
        proposed_by=of.proposed_by,
        decided_on=of.decided_on,
        decided_by=of.decided_by,
        journal_id=of.journal_id,
        reason=of.reason,
    )
