"""The command ``onestop onboard``: takes over, in mid year, what the system before knows, each row once.

Three kinds of files: accumulators of a year by person, stays that are open, balances of funds. Each row names where it
comes from; the same file run again changes nothing, and a row that says otherwise than what was taken over is refused.
"""

import hashlib
from collections.abc import Callable, Mapping
from enum import Enum, StrEnum, auto
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
_WAITS: Final = "待批准"
_REFUSED: Final = "拒绝"
#: Of what was taken over and taken back, returned or rejected since.
_AGAIN: Final = "以前结转过，后来撤销或退回了；要再结转，请写明新的来源（余额为新的来源编号）"
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

    def asked(self, path: str) -> Any | None:
        """What the service has there; None where it has nothing. Raises CellError."""
        told = insist_on(lambda: self.service.get(path))
        if told.status_code == httpx.codes.NOT_FOUND:
            return None
        if not told.is_success:
            raise CellError(_told(told))
        return told.json()


class Standing(Enum):
    """How what a row says stands in the service."""

    NOTHING = auto()
    SAME = auto()
    OTHERWISE = auto()
    #: It waits for a second person.
    WAITING = auto()
    #: It was taken over, and taken back since.
    TAKEN_BACK = auto()


#: What becomes of a row that is not sent.
_LEFT: Final = MappingProxyType(
    {
        Standing.OTHERWISE: (_REFUSED, "已按其他内容结转，请先撤销"),
        Standing.TAKEN_BACK: (_REFUSED, _AGAIN),
        Standing.WAITING: (_WAITS, ""),
    }
)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A row as it is sent, and how what it says stands. ``above`` takes what needs a second person.

    ``source`` makes another row of it where what the first took over was taken back.
    """

    post: str
    body: Mapping[str, Any]
    stands: Callable[[], Standing]
    above: str | None = None
    source: str = ""


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
    counts = {name: sum(one[0] == name for one in results) for name in (_TAKEN, _WOULD, _KNOWN, _WAITS, _REFUSED)}
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
        standing = wanted.stands()
        if standing in _LEFT:
            return _LEFT[standing]
        known = standing is Standing.SAME
        if dry or (known and kind is Kind.STAYS):
            return _KNOWN if known else _WOULD, ""
        return _sent(doors, kind, wanted, known=known)
    except CellError as error:
        return _REFUSED, str(error)


def _sent(doors: Doors, kind: Kind, wanted: Wanted, *, known: bool) -> tuple[str, str]:
    sent = _posted(doors, kind, wanted, wanted.post)
    if wanted.above and not sent.is_success and sent.json()["code"] == "RELEASE_NEEDED":
        sent = _posted(doors, kind, wanted, wanted.above)
        if sent.is_success:
            return _WAITS, ""
    if not sent.is_success:
        return _REFUSED, _told(sent)
    if sent.headers.get("Idempotency-Replayed") and wanted.stands() is not Standing.SAME:
        return _REFUSED, _AGAIN
    return _KNOWN if known else _TAKEN, ""


def _posted(doors: Doors, kind: Kind, wanted: Wanted, path: str) -> httpx.Response:
    # Of a row the key is always the same: a run that was cut short goes on where it was.
    seed = (kind.value, wanted.body, wanted.source) if wanted.source else (kind.value, wanted.body)
    key = hashlib.sha256(msgspec.json.encode(seed, order="sorted")).hexdigest()[:32]
    return insist_on(lambda: doors.service.post(path, json=wanted.body, headers={"Idempotency-Key": key}))


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

    def stands() -> Standing:
        told = doors.asked(f"/v1/benefit-years/{area}/{person_id}/{year}")
        there = {name: amount for name, amount in told["balances"].items() if amount != _NOTHING} if told else {}
        if told and there == {name: amount for name, amount in balances.items() if amount != _NOTHING}:
            return Standing.SAME
        # A year that was taken back stands at nothing; one that has moved since is compared by the service itself.
        return Standing.NOTHING if not told or not there or told["latest_settlement"] else Standing.OTHERWISE

    return Wanted(post="/v1/benefit-years", body=body, stands=stands)


def _stay(doors: Doors, row: Row) -> Wanted:
    number, admitted_on = _STAYS.cell(row, "inpatient_number"), _STAYS.cell(row, "admitted_on")
    person_id = doors.person(_STAYS.cell(row, "id_number"))
    body = {"person_id": person_id, "kind": "inpatient", "admitted_on": admitted_on, "inpatient_number": number}
    body |= {"referral_id": row["referral_id"]} if row.get("referral_id") else {}
    source = row.get("source", "")

    def stands() -> Standing:
        told = doors.asked(f"/v1/encounters?{httpx.QueryParams({'inpatient_number': number})}")
        found = [stay for stay in told["items"] if stay["cancelled_at"] is None] if told else []
        # One that was cancelled has its number no more: that it was there the idempotency key says.
        if not found:
            return Standing.NOTHING
        same = [found[0]["person_id"], found[0]["admitted_on"]] == [person_id, admitted_on]
        return Standing.SAME if same else Standing.OTHERWISE

    return Wanted(post="/v1/encounters", body=body, stands=stands, source=source)


def _balance(doors: Doors, row: Row) -> Wanted:
    body = {name: _BALANCES.cell(row, name) for name in ("county", "fund", "value_on", "reference")}
    body["amount"] = _BALANCES.money(row, "amount")
    journal_id = journal_of(body["county"], body["fund"], body["reference"])

    def stands() -> Standing:
        journal = doors.asked(f"/v1/journals/{journal_id}")
        if journal is None:
            return _proposed(doors.asked(f"/v1/money-proposals/{journal_id}"), body)
        if doors.asked(f"/v1/journals/{journal_id}-return") is not None:
            return Standing.TAKEN_BACK
        amounts = {line["amount"] for line in journal["lines"]}
        same = (journal["booked_on"], body["amount"] in amounts) == (body["value_on"], True)
        return Standing.SAME if same else Standing.OTHERWISE

    above = "/v1/money-proposals/opening-balances"
    return Wanted(post="/v1/opening-balances", body=body, stands=stands, above=above)


def _proposed(proposal: Any, body: Mapping[str, str]) -> Standing:
    """How a balance stands that is not booked: it waits for a second person, or one has sent it back."""
    if proposal is None:
        return Standing.NOTHING
    if (proposal["amount"], proposal["value_on"]) != (body["amount"], body["value_on"]):
        return Standing.OTHERWISE
    return Standing.TAKEN_BACK if proposal["status"] == "rejected" else Standing.WAITING


_KINDS: Final[Mapping[Kind, tuple[Columns, Callable[[Doors, Row], Wanted]]]] = MappingProxyType(
    {Kind.ACCUMULATORS: (_ACCUMULATORS, _year), Kind.STAYS: (_STAYS, _stay), Kind.BALANCES: (_BALANCES, _balance)}
)
