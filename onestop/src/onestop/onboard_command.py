"""The command ``onestop onboard``: takes over, in mid year, what the system before knows, each row once.

Three kinds of files: accumulators of a year by person, stays that are open, balances of funds. Each row names where it
comes from; the same file run again changes nothing, and a row that says otherwise than what was taken over is refused.
"""

import hashlib
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final

import httpx
import msgspec
import typer
from rich.console import Console

from fund_ledger.payments.domain.opening import journal_of
from onestop.insisting import insist_on
from onestop.looking_up import looked_up
from onestop.tables import CellError, Columns, Row

_SOURCE: Final = {"来源": "source"}
#: Accumulators' columns are named by their codes, such as aid_in.
_ACCUMULATORS: Final = Columns(
    _SOURCE | {"身份证号": "id_number", "统筹区": "area", "年度": "year"}, ("source", "id_number", "area", "year")
)
_STAYS: Final = Columns(
    _SOURCE | {"身份证号": "id_number", "住院号": "inpatient_number", "入院日期": "admitted_on", "转诊": "referral_id"},
    ("id_number", "inpatient_number", "admitted_on"),
)
_BALANCES: Final = Columns(
    {"来源编号": "reference", "县区": "county", "资金": "fund", "余额": "amount", "日期": "value_on"},
    ("reference", "county", "fund", "amount", "value_on"),
)
_TAKEN: Final = "已结转"
_KNOWN: Final = "已有"
_WOULD: Final = "可结转"
_REFUSED: Final = "拒绝"
_NOTHING: Final = "0.00"
_MARKS: Final = ("结果", "备注")
console: Final = Console()


class Kind(StrEnum):
    """What a file holds."""

    ACCUMULATORS = "accumulators"
    STAYS = "stays"
    BALANCES = "balances"


class Doors(msgspec.Struct, frozen=True):
    """The services that a row needs, and what was looked up by now."""

    identity: httpx.Client
    service: httpx.Client
    known: dict[str, tuple[str | None, str]]

    def person(self, id_number: str) -> str:
        """Whose an ID number is. Raises CellError."""
        if id_number not in self.known:
            self.known[id_number] = looked_up(self.identity, id_number, "REIMBURSEMENT")
        person_id, why = self.known[id_number]
        if person_id is None:
            raise CellError(why)
        return person_id


class Wanted(msgspec.Struct, frozen=True):
    """A row as it is sent, where what it says stands once it was taken over, and what stands there then."""

    post: str
    body: Mapping[str, Any]
    get: str
    stands: Callable[[Any], bool | None]


def onboard_command(
    kind: Annotated[Kind, typer.Argument(help="What the file holds.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or XLSX.")],
    result: Annotated[Path, typer.Option(help="Where to write the rows with 结果 and 备注: a CSV file.")],
    identity: Annotated[str, typer.Option(help="Where identity is.")] = "http://127.0.0.1:8001",
    service: Annotated[
        str | None, typer.Option(help="Where settlement is (8003), or of balances the fund ledger (8004).")
    ] = None,
    token: Annotated[
        str,
        typer.Option(envvar="ONESTOP_TOKEN", help="Of operations; of stays the hospital's, of balances finance's."),
    ] = "",
    run: Annotated[str, typer.Option(help="real, or dry: only say what would become of each row.")] = "real",
) -> None:
    """Take over accumulators, open stays or balances from the system before. Exit 1 where rows were refused."""
    if not token:
        raise typer.BadParameter("give a token here or in ONESTOP_TOKEN", param_hint="--token")
    if run not in {"real", "dry"}:
        raise typer.BadParameter("real or dry", param_hint="--run")
    columns, wanted_of = _KINDS[kind]
    rows = columns.rows_of(file)
    headers = {"Authorization": f"Bearer {token}"}
    at = service or ("http://127.0.0.1:8004" if kind is Kind.BALANCES else "http://127.0.0.1:8003")
    try:
        with (
            httpx.Client(base_url=identity, headers=headers, timeout=60) as people,
            httpx.Client(base_url=at, headers=headers, timeout=60) as other,
        ):
            doors = Doors(people, other, {})
            results = [_taken_over(doors, kind, row, wanted_of, dry=run == "dry") for row in rows]
    except (httpx.TransportError, httpx.InvalidURL) as error:
        console.print(f"[red]nobody answers[/red] ({type(error).__name__}): are the services running there?")
        raise typer.Exit(1) from None
    columns.save(result, rows, results, _MARKS)
    counts = {name: sum(one[0] == name for one in results) for name in (_TAKEN, _WOULD, _KNOWN, _REFUSED)}
    console.print(", ".join(f"{name} {count}" for name, count in counts.items() if count) + f": {result}")
    for number, (outcome, remark) in enumerate(results, 2):
        if outcome == _REFUSED:
            console.print(f"  row {number}: {remark}")
    raise typer.Exit(1 if counts[_REFUSED] else 0)


def _taken_over(
    doors: Doors, kind: Kind, row: Row, wanted_of: Callable[[Doors, Row], Wanted], *, dry: bool
) -> tuple[str, str]:
    """The result and remark of a row."""
    try:
        wanted = wanted_of(doors, row)
    except CellError as error:
        return _REFUSED, str(error)
    standing = insist_on(lambda: doors.service.get(wanted.get))
    if not standing.is_success and standing.status_code != httpx.codes.NOT_FOUND:
        return _REFUSED, _told(standing)
    stands = wanted.stands(standing.json()) if standing.is_success else None
    if stands is False:
        return _REFUSED, "已按其他内容结转，请先撤销"
    if dry or (stands and kind is Kind.STAYS):
        return _KNOWN if stands else _WOULD, ""
    return _sent(doors, kind, wanted, known=bool(stands))


def _sent(doors: Doors, kind: Kind, wanted: Wanted, *, known: bool) -> tuple[str, str]:
    # Of a row the key is always the same: a run that was cut short goes on where it was.
    key = hashlib.sha256(msgspec.json.encode((kind.value, wanted.body), order="sorted")).hexdigest()[:32]
    sent = insist_on(lambda: doors.service.post(wanted.post, json=wanted.body, headers={"Idempotency-Key": key}))
    if not sent.is_success:
        return _REFUSED, _told(sent)
    if sent.headers.get("Idempotency-Replayed") and not _stands_now(doors, wanted):
        return _REFUSED, "以前结转过，后来撤销了；要再结转，请在 source 栏写明新的来源"
    return _KNOWN if known else _TAKEN, ""


def _stands_now(doors: Doors, wanted: Wanted) -> bool:
    told = insist_on(lambda: doors.service.get(wanted.get))
    return told.is_success and bool(wanted.stands(told.json()))


def _told(response: httpx.Response) -> str:
    problem = response.json()
    return f"{problem['code']} {problem['detail']}"


def _year(doors: Doors, row: Row) -> Wanted:
    area, year = _ACCUMULATORS.cell(row, "area"), _ACCUMULATORS.cell(row, "year")
    if not year.isdecimal():
        raise CellError(f"年度 {year!r} is no year")
    names = [name for name in row if name.isascii() and name not in {"source", "id_number", "area", "year"}]
    balances = {name: _ACCUMULATORS.money(row, name) for name in names if row.get(name)}
    person_id = doors.person(_ACCUMULATORS.cell(row, "id_number"))
    source = _ACCUMULATORS.cell(row, "source")
    body = {"person_id": person_id, "area": area, "year": int(year), "balances": balances, "source": source}

    def stands(told: Any) -> bool | None:
        there = {name: amount for name, amount in told["balances"].items() if amount != _NOTHING}
        if there == {name: amount for name, amount in balances.items() if amount != _NOTHING}:
            return True
        # A year that was taken back stands at nothing; one that has moved since is compared by the service itself.
        return None if not there or told["latest_settlement"] else False

    return Wanted("/v1/benefit-years", body, f"/v1/benefit-years/{area}/{person_id}/{year}", stands)


def _stay(doors: Doors, row: Row) -> Wanted:
    number, admitted_on = _STAYS.cell(row, "inpatient_number"), _STAYS.cell(row, "admitted_on")
    person_id = doors.person(_STAYS.cell(row, "id_number"))
    body = {"person_id": person_id, "kind": "inpatient", "admitted_on": admitted_on, "inpatient_number": number}
    body |= {"referral_id": row["referral_id"]} if row.get("referral_id") else {}

    def stands(told: Any) -> bool | None:
        found = [stay for stay in told["items"] if stay["cancelled_at"] is None]
        if not found:
            return None
        return [found[0]["person_id"], found[0]["admitted_on"]] == [person_id, admitted_on]

    asked = httpx.QueryParams({"inpatient_number": number})
    return Wanted("/v1/encounters", body, f"/v1/encounters?{asked}", stands)


def _balance(_doors: Doors, row: Row) -> Wanted:
    body = {name: _BALANCES.cell(row, name) for name in ("county", "fund", "value_on", "reference")}
    body["amount"] = _BALANCES.money(row, "amount")

    def stands(told: Any) -> bool | None:
        amounts = {line["amount"] for line in told["lines"]}
        return (told["booked_on"], body["amount"] in amounts) == (body["value_on"], True)

    return Wanted(
        "/v1/opening-balances",
        body,
        f"/v1/journals/{journal_of(body['county'], body['fund'], body['reference'])}",
        stands,
    )


_KINDS: Final[Mapping[Kind, tuple[Columns, Callable[[Doors, Row], Wanted]]]] = MappingProxyType(
    {Kind.ACCUMULATORS: (_ACCUMULATORS, _year), Kind.STAYS: (_STAYS, _stay), Kind.BALANCES: (_BALANCES, _balance)}
)
