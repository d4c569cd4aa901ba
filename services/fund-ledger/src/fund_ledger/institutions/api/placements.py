"""Placed money over HTTP: the agency orders and reconciles, finance pays, the hospital enters the aid it gave."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import Query

from fund_ledger.institutions.api.codes import Agency, Finance, FundCode, Institution, LongName, Reader, amount_of
from fund_ledger.institutions.commands.placements import PlacementCommands
from fund_ledger.institutions.domain.aid import Aid, aid_id
from fund_ledger.institutions.domain.placement import PayPlacement, Placement, ReturnPlacement
from fund_ledger.institutions.queries import InstitutionQueries
from kernel.http import (
    ById,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    Wire,
    Yuan,
    answer,
    answered,
    paged,
)
from kernel.http.fields import CountyFilter, DivisionCode, Identifier, after_of, counties_of
from kernel.running.requested import Requests
from kernel.security import Principal
from kernel.values.division_table import check_division
from kernel.values.refusals import not_found

AidNumber = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
Status = Annotated[str, Query(pattern=r"^(given|reconciled|withdrawn)?$")]


class PlacementBody(RequestBody, frozen=True):
    """How much of a fund is to be placed at a hospital, for the first time or on top."""

    county: DivisionCode
    fund: FundCode
    hospital_id: Identifier
    amount_fen: Yuan


class PlacedOn(RequestBody, frozen=True):
    """On which day what is ordered was paid, and how much: an order may have been replaced meanwhile.

    ``amount`` must be given; without it the answer says what is ordered.
    """

    value_on: date
    amount_fen: Yuan | None = None


class BackBody(RequestBody, frozen=True):
    """What the hospital gave back."""

    amount_fen: Yuan
    value_on: date


class AidBody(RequestBody, frozen=True):
    """Aid on the spot. ``number`` is the hospital's own for the stay, once each."""

    number: AidNumber
    person_id: Identifier
    amount_fen: Yuan
    given_on: date


class SettledBody(RequestBody, frozen=True):
    """The settlement by which the system gives the same aid."""

    settlement_id: Identifier


class PlacementStands(Wire, frozen=True):
    """The placement, and the journal where money moved."""

    placement_id: str
    journal_id: str | None = None


class AidStands(Wire, frozen=True):
    """Where the aid stands now, and the journal."""

    aid_id: str
    status: str
    journal_id: str


class PlacementAnswer(Wire, frozen=True, kw_only=True):
    """Money at a hospital: balance = placed - used - returned; ``ordered`` is not paid yet."""

    placement_id: str
    county: str
    fund: str
    hospital_id: str
    ordered_fen: Yuan
    placed_fen: Yuan
    used_fen: Yuan
    returned_fen: Yuan
    balance_fen: Yuan
    clause: str
    ordered_on: date


class AidAnswer(Wire, frozen=True, kw_only=True):
    """Aid on the spot; ``reconciled`` is what of it a settlement gives too."""

    aid_id: str
    number: str
    person_id: str
    amount_fen: Yuan
    given_on: date
    status: str
    journal_id: str
    settlement_id: str | None
    reconciled_fen: Yuan


def placements(commands: PlacementCommands, found: InstitutionQueries, requests: Requests) -> Router:
    """The routes of /v1/placements that write."""
    router = Router(prefix="/v1/placements", tags=["institutions"])

    @router.post("", status_code=201)
    async def order(caller: Agency, command: Sent[PlacementBody], key: IdempotencyKey) -> Json[PlacementStands]:
        """Order money to be placed at a hospital for aid on the spot (002 三(二)); an unpaid order is replaced."""
        caller.must_act_in(command.county)
        check_division(command.county, requests.today.year)
        hospital = command.county, command.fund, command.hospital_id
        return answered(await commands.order(requests.by(caller, key), hospital, int(command.amount_fen)))

    @router.post("/{placement_id}/payment")
    async def pay(
        placement_id: LongName, caller: Finance, command: Sent[PlacedOn], key: IdempotencyKey
    ) -> Json[PlacementStands]:
        """Book that what is ordered was paid to the hospital, by somebody who did not order it."""
        of = await _seen(found, caller, placement_id)
        paid = PayPlacement(
            placement_id=placement_id,
            amount_fen=amount_of(command.amount_fen),
            by=caller.subject,
            paid_on=command.value_on,
            today=requests.today,
        )
        return answered(await commands.move(requests.by(caller, key), of, paid, command.value_on))

    @router.post("/{placement_id}/returns")
    async def give_back(
        placement_id: LongName, caller: Finance, command: Sent[BackBody], key: IdempotencyKey
    ) -> Json[PlacementStands]:
        """Book what the hospital gave back, at most what it still has."""
        of = await _seen(found, caller, placement_id)
        back = ReturnPlacement(
            placement_id=placement_id,
            amount_fen=int(command.amount_fen),
            paid_on=command.value_on,
            today=requests.today,
        )
        return answered(await commands.move(requests.by(caller, key), of, back, command.value_on))

    @router.post("/{placement_id}/aids", status_code=201)
    async def give(
        placement_id: LongName, caller: Institution, command: Sent[AidBody], key: IdempotencyKey
    ) -> Json[AidStands]:
        """Enter aid that the hospital gave on the spot, at most what it still has."""
        of = await _seen(found, caller, placement_id)
        aid = Aid(
            aid_id=aid_id(placement_id, command.number),
            placement_id=placement_id,
            number=command.number,
            county=of.county,
            fund=of.fund,
            hospital_id=of.hospital_id,
            person_id=command.person_id,
            amount_fen=int(command.amount_fen),
            given_on=command.given_on,
            status="given",
            journal_id="",
            entered_by=caller.subject,
        )
        return answered(await commands.give(requests.by(caller, key), of, aid))

    @router.post("/{placement_id}/aids/{number}/withdrawal")
    async def withdraw(
        placement_id: LongName, number: LongName, caller: Institution, key: IdempotencyKey
    ) -> Json[AidStands]:
        """Take back aid that was entered wrongly; its number may be entered again."""
        of = await _seen(found, caller, placement_id)
        aid = await _aid(found, of, number)
        return answered(await commands.withdraw(requests.by(caller, key), of, aid.aid_id))

    @router.post("/{placement_id}/aids/{number}/reconciliation")
    async def reconcile(
        placement_id: LongName, number: LongName, caller: Agency, command: Sent[SettledBody], key: IdempotencyKey
    ) -> Json[AidStands]:
        """Say that the system settled the same aid: what it owes the hospital for it was paid on the spot."""
        of = await _seen(found, caller, placement_id)
        aid = await _aid(found, of, number)
        return answered(await commands.reconcile(requests.by(caller, key), aid, command.settlement_id))

    return router


def placements_read(found: InstitutionQueries) -> Router:
    """The routes of /v1/placements that read."""
    router = Router(prefix="/v1/placements", tags=["institutions"])

    @router.get("")
    async def list_placements(caller: Reader, page: ById, county: CountyFilter = "") -> Json[Page[PlacementAnswer]]:
        """Money at hospitals in the order of their names: a hospital's own, or those of the caller's counties."""
        counties = counties_of(caller, county or None)
        rows = await found.placements(counties, caller.own_hospital, after_of(page), page.limit + 1)
        return paged([_told(row) for row in rows], page, "placement_id")

    @router.get("/{placement_id}")
    async def get_placement(placement_id: LongName, caller: Reader) -> Json[PlacementAnswer]:
        """Money at one hospital."""
        return answer(_told(await _seen(found, caller, placement_id)))

    @router.get("/{placement_id}/aids")
    async def list_aids(
        placement_id: LongName, caller: Reader, page: ById, status: Status = ""
    ) -> Json[Page[AidAnswer]]:
        """The aid that was given on the spot."""
        await _seen(found, caller, placement_id)
        rows = await found.aids(placement_id, status, after_of(page), page.limit + 1)
        return paged([AidAnswer.of_row(**_fields(row, AidAnswer)) for row in rows], page, "aid_id")

    return router


async def _seen(found: InstitutionQueries, caller: Principal, placement_id: str) -> Placement:
    """A placement that the caller may see; another hospital's is not there for it."""
    placement = await found.one_placement(placement_id)
    if placement is None or caller.own_hospital not in (None, placement.hospital_id):
        raise not_found("PLACEMENT_UNKNOWN", f"no money is placed as {placement_id}")
    caller.must_act_in(placement.county)
    return placement


async def _aid(found: InstitutionQueries, of: Placement, number: str) -> Aid:
    aid = await found.one_aid(aid_id(of.placement_id, number))
    if aid is None:
        raise not_found("AID_UNKNOWN", f"{of.hospital_id} has no aid on the spot {number}")
    return aid


def _told(placement: Placement) -> PlacementAnswer:
    return PlacementAnswer.of_row(**_fields(placement, PlacementAnswer))


def _fields(source: msgspec.Struct, kind: type[Wire]) -> dict[str, object]:
    return {name: getattr(source, name) for name in kind.__struct_fields__}
