"""Where a case's papers are handed in as scans: for the agency, which audits them, and the township's window."""

from collections.abc import Sequence
from typing import Final

import msgspec

from kernel.http import Router, allow, of_division
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.running.scans.api import Desk, Subject, scans
from kernel.running.scans.store import ScanStore
from kernel.security import Principal, Role
from kernel.values.refusals import conflict
from settlement.cases.domain.papers import PaperKind, missing_kinds
from settlement.cases.domain.standing import Case, State
from settlement.cases.queries import CaseQueries

_WINDOWS: Final = allow(Role.AGENCY, Role.TOWNSHIP, by_division=True)
_OVERSEERS: Final = allow(Role.AGENCY, Role.OPERATIONS, by_division=True)


def case_scans(
    runtime: Runtime, store: ScanStore, queries: CaseQueries, requests: Requests, needed: frozenset[PaperKind]
) -> Router:
    """The routes of /v1/cases/{subject_id}/scans."""

    def of(case: Case) -> Subject:
        def missing(kinds: Sequence[str]) -> Sequence[str]:
            return missing_kinds(case.kind, map(PaperKind, kinds), needed)

        return Subject(subject_id=case.case_id, person_id=case.person_id, missing=missing)

    async def to_see(_caller: Principal, case_id: str) -> Subject:
        return of(await queries.case(case_id))

    async def to_file(_caller: Principal, case_id: str) -> Subject:
        case = await queries.case(case_id)
        if case.state is State.WITHDRAWN:
            raise conflict("SCANS_CLOSED", "the case was withdrawn; hand the papers in with the case that stands")
        return of(case)

    async def to_remove(caller: Principal, case_id: str) -> Subject:
        # A township takes back what it filed itself; the agency anything.
        return msgspec.structs.replace(await to_see(caller, case_id), remover=caller.own_township)

    desk = Desk(
        path="/v1/cases",
        tag="cases",
        kinds=PaperKind,
        readers=_WINDOWS,
        writers=_WINDOWS,
        overseers=_OVERSEERS,
        guard=lambda name: of_division(name, queries.place_of_case),
        to_see=to_see,
        to_file=to_file,
        to_remove=to_remove,
    )
    return scans(runtime, store, requests, desk)
