"""Cases over HTTP: offices take papers in, the agency settles them, and the patient is paid within the law's days."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated, Literal

import msgspec
from fastapi import Query

from kernel.http import (
    ById,
    IdempotencyKey,
    Json,
    Page,
    Router,
    Sent,
    allow,
    answer,
    answered,
    encode,
    of_division,
    paged,
)
from kernel.http.fields import after_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from settlement.cases.api.answers import CaseAnswer, CaseSettledAnswer, case_answer, settled_text
from settlement.cases.api.bodies import (
    BecauseBody,
    CaseBillBody,
    CaseBody,
    CasePaymentBody,
    MorePapersBody,
    PaperBody,
    PaymentBackBody,
    SignOffBody,
)
from settlement.cases.commands import Bill, CaseCommands
from settlement.cases.domain.case import AddPapers, PaymentBack, Return, Sign
from settlement.cases.domain.papers import Paper, PaperKind
from settlement.cases.domain.standing import Case, Clock, State, place_of
from settlement.cases.domain.windows import Window
from settlement.cases.queries import CaseQueries, CaseRow, WantedCases
from settlement.encounters.domain.commands import Numbers, Presented
from settlement.encounters.domain.fees import FeeLine
from settlement.people.domain import person_unknown
from settlement.people.queries import PersonQueries

#: The agency, and the window of the township to which the household is registered (004 五(二)2).
AtWindow = Annotated[Principal, allow(Role.AGENCY, Role.TOWNSHIP, by_division=True)]
Agency = Annotated[Principal, allow(Role.AGENCY, by_division=True)]
Payer = Annotated[Principal, allow(Role.AGENCY, Role.FINANCE, by_division=True)]
Reader = Annotated[Principal, allow(Role.AGENCY, Role.FINANCE, Role.OPERATIONS, Role.TOWNSHIP, by_division=True)]
InState = Annotated[
    Literal["INCOMPLETE", "COMPLETE", "RETURNED", "WITHDRAWN", "SETTLED", "PAID"] | None,
    Query(description="Only cases that stand there"),
]
LateQuery = Annotated[bool | None, Query(description="Only cases that are, or were, paid after their last day")]
InvoiceQuery = Annotated[str | None, Query(max_length=64, description="The invoice's number")]


def cases(
    commands: CaseCommands,
    queries: CaseQueries,
    people: PersonQueries,
    requests: Requests,
    needed: frozenset[PaperKind],
) -> Router:
    """The routes of /v1/cases."""
    router = Router(prefix="/v1/cases", tags=["cases"])
    receipt = partial(_receipt, needed)
    _add_papers(router, commands, queries, requests, people, receipt)
    _add_outcome(router, commands, queries, requests, receipt)
    _add_reading(router, queries, requests, needed)
    return router


def _receipt(needed: frozenset[PaperKind], case: Case) -> str:
    return encode(case_answer(case, needed)).decode()


_Receipt = Callable[[Case], str]


def _add_papers(
    router: Router,
    commands: CaseCommands,
    queries: CaseQueries,
    requests: Requests,
    people: PersonQueries,
    receipt: _Receipt,
) -> None:
    of_case = of_division("case_id", queries.place_of_case)

    @router.post("", status_code=201)
    async def hand_in(caller: AtWindow, command: Sent[CaseBody], key: IdempotencyKey) -> Json[CaseAnswer]:
        """Take papers in from the patient, the family or the helping cadre; the answer is the receipt (收件回执)."""
        context = requests.by(caller, key)
        county = await people.county_of_person(command.person_id)
        if county is None:
            raise person_unknown(command.person_id)
        caller.must_act_in(place_of(county, command.office))
        caller.must_act_in(command.office)
        return answered(await commands.hand_in(context, partial(_case, command, context.today), receipt))

    @router.post("/{case_id}/papers", dependencies=[of_case])
    async def add_papers(
        case_id: str, caller: AtWindow, command: Sent[MorePapersBody], key: IdempotencyKey
    ) -> Json[CaseAnswer]:
        """Add papers; the clock starts on the day on which all are there."""
        context = requests.by(caller, key)
        return answered(await commands.add(context, case_id, partial(_more, command, context.today), receipt))

    @router.post("/{case_id}/return", dependencies=[of_case])
    async def return_papers(
        case_id: str, caller: AtWindow, command: Sent[BecauseBody], key: IdempotencyKey
    ) -> Json[CaseAnswer]:
        """Give the papers back for something that is wrong with them (退件); the clock stops."""
        context, returned = requests.by(caller, key), Return(command.reason)
        return answered(await commands.decide(context, case_id, returned, receipt))

    @router.post("/{case_id}/withdrawal", dependencies=[of_case])
    async def withdraw(
        case_id: str, caller: AtWindow, command: Sent[BecauseBody], key: IdempotencyKey
    ) -> Json[CaseAnswer]:
        """End a case handed in by error, or by the agency one revoked for good after its settlement.

        Its invoice is free again.
        """
        context, settled_too = requests.by(caller, key), Role.AGENCY in caller.roles
        return answered(await commands.withdraw(context, case_id, command.reason, receipt, settled_too=settled_too))


def _add_outcome(
    router: Router, commands: CaseCommands, queries: CaseQueries, requests: Requests, receipt: _Receipt
) -> None:
    of_case = of_division("case_id", queries.place_of_case)

    @router.post("/{case_id}/settlement", status_code=201, dependencies=[of_case])
    async def settle(
        case_id: str, caller: Agency, command: Sent[CaseBillBody], key: IdempotencyKey
    ) -> Json[CaseSettledAnswer]:
        """Settle the bill as one-stop; the patient has paid it, so the patient is the payee."""
        context = requests.by(caller, key)
        invoice = (await queries.case(case_id)).invoice_number
        done = commands.settle(context, case_id, _bill(command, invoice), partial(settled_text, case_id))
        return answered(await done)

    @router.post("/{case_id}/sign-offs", dependencies=[of_case])
    async def sign(case_id: str, caller: Agency, command: Sent[SignOffBody], key: IdempotencyKey) -> Json[CaseAnswer]:
        """Agree for one department to the parts that it audits; one person signs for one department only."""
        context = requests.by(caller, key)
        signed = Sign(command.owner, caller.subject, context.today)
        return answered(await commands.sign(context, case_id, signed, receipt))

    @router.post("/{case_id}/payment", dependencies=[of_case])
    async def pay(case_id: str, caller: Payer, command: Sent[CasePaymentBody], key: IdempotencyKey) -> Json[CaseAnswer]:
        """Say that the money went to the patient: in time, or late."""
        context = requests.by(caller, key)
        return answered(await commands.pay(context, case_id, command.on, receipt))

    @router.post("/{case_id}/payment-return", dependencies=[of_case])
    async def payment_back(
        case_id: str, caller: Payer, command: Sent[PaymentBackBody], key: IdempotencyKey
    ) -> Json[CaseAnswer]:
        """Say that the bank sent the money back: it is to be paid again, and the clock has not stopped."""
        context = requests.by(caller, key)
        back = PaymentBack(command.on, command.reason, context.today)
        return answered(await commands.decide(context, case_id, back, receipt))


def _add_reading(router: Router, queries: CaseQueries, requests: Requests, needed: frozenset[PaperKind]) -> None:
    @router.get("")
    async def list_cases(
        caller: Reader,
        page: ById,
        state: InState = None,
        late: LateQuery = None,
        invoice_number: InvoiceQuery = None,
    ) -> Json[Page[CaseRow]]:
        """Cases of the caller's counties or township; with ``late`` those whose last day is over."""
        wanted = WantedCases(today=requests.today, state=state, late=late, invoice_number=invoice_number)
        found = await queries.cases(caller.division_patterns, wanted, after_of(page), page.limit + 1)
        return paged(found, page, "case_id")

    @router.get("/{case_id}", dependencies=[of_division("case_id", queries.place_of_case)])
    async def get_case(case_id: str, _caller: Reader) -> Json[CaseAnswer]:
        """One case with its papers and its clock."""
        return answer(case_answer(await queries.case(case_id), needed))


def _case(body: CaseBody, today: object, case_id: str) -> Case:
    told = msgspec.structs.asdict(body)
    told |= {
        "discharged_on": body.discharged_on or body.admitted_on,
        "handed_in_on": body.handed_in_on or today,
        "papers": _papers(body.papers),
        "window": None if body.window is None else Window(body.window.kind, body.window.hospital_id),
    }
    return Case(case_id=case_id, county="", state=State.INCOMPLETE, **told)


def _more(body: MorePapersBody, today: date, clock: Clock) -> AddPapers:
    papers, on = _papers(body.papers), body.on or today
    return AddPapers(papers=papers, on=on, by=body.submitter, clock=clock, today=today)


def _papers(papers: tuple[PaperBody, ...]) -> tuple[Paper, ...]:
    return tuple(Paper(paper.kind, paper.reference) for paper in papers)


def _bill(body: CaseBillBody, invoice_number: str) -> Bill:
    lines = tuple(FeeLine(**msgspec.structs.asdict(line) | {"amount_fen": int(line.amount_fen)}) for line in body.lines)
    presented = Presented(
        {payer: int(amount) for payer, amount in body.payers_fen.items()},
        patient_prepaid_fen=int(body.patient_paid_fen),
        numbers=Numbers(invoice_number=invoice_number),
        deducted=tuple(sorted(set(body.deducted))),
    )
    return Bill(
        lines=lines,
        presented=presented,
        cause=body.cause,
        mental_disorder=body.mental_disorder,
        major_disease=body.major_disease,
        diagnoses=body.diagnoses,
    )
