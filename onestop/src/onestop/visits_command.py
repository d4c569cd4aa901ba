"""The command ``onestop visits``: enters the book of a clinic on paper, and writes each row's result beside it.

The people's ID numbers go to identity, which says whose they are, and not to settlement.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import httpx
import typer
from rich.console import Console

from onestop.insisting import insist_on
from onestop.looking_up import looked_up
from onestop.tables import CellError, Columns, Row

#: What the columns mean; payers' columns are named by their codes, such as BMI.
_MEANINGS: Final = {
    "记账单号": "number",
    "身份证号": "id_number",
    "就诊日期": "on",
    "目录内费用": "compliant",
    "目录外费用": "out_of_catalogue",
    "已收": "collected",
    "类别": "kind",
    "病种": "disease",
    "第二次": "second_visit",
}
_COLUMNS: Final = Columns(_MEANINGS, ("number", "id_number", "on", "compliant", "collected"))
#: An empty cell means the first.
_KINDS: Final = {"村卫生室": "village_visit", "普通门诊": "outpatient", "慢病门诊": "chronic_outpatient"}
_SECOND: Final = {"否": False, "0": False, "N": False, "是": True, "1": True, "Y": True}
_RESULTS: Final = {"SETTLED": "已结算", "REPEATED": "已录入过", "REFUSED": "拒绝"}
_AT_ONCE: Final = 50
console: Final = Console()

Meaning = TypeVar("Meaning", str, bool)


def visits_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or XLSX.")],
    clinic: Annotated[str, typer.Option(help="The clinic whose book it is, as the registry names it.")],
    result: Annotated[Path, typer.Option(help="Where to write the rows with 结果, 备注 and 结算编号: a CSV file.")],
    identity: Annotated[str, typer.Option(help="Where identity is.")] = "http://127.0.0.1:8001",
    settlement: Annotated[str, typer.Option(help="Where settlement is.")] = "http://127.0.0.1:8003",
    token: Annotated[str, typer.Option(envvar="ONESTOP_TOKEN", help="A token of the health centre.")] = "",
) -> None:
    """Enter a clinic's book (先记账后结算); sent again, nothing counts twice. Exit 1 where rows were refused."""
    if not token:
        raise typer.BadParameter("give a token of the health centre here or in ONESTOP_TOKEN", param_hint="--token")
    rows = _COLUMNS.rows_of(file)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        with (
            httpx.Client(base_url=identity, headers=headers, timeout=60) as people,
            httpx.Client(base_url=settlement, headers=headers, timeout=60) as bills,
        ):
            results = _entered(people, bills, clinic, rows)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        console.print(f"[red]nobody answers[/red] ({type(error).__name__}): are identity and settlement running there?")
        raise typer.Exit(1) from None
    _COLUMNS.save(result, rows, results, ("结果", "备注", "结算编号"))
    counts = {name: sum(one[0] == name for one in results) for name in _RESULTS.values()}
    console.print(", ".join(f"{name} {count}" for name, count in counts.items()) + f": {result}")
    for number, (outcome, remark, _) in enumerate(results, 2):
        if outcome == _RESULTS["REFUSED"]:
            console.print(f"  row {number}: {remark}")
    raise typer.Exit(1 if counts[_RESULTS["REFUSED"]] else 0)


def _entered(people: httpx.Client, bills: httpx.Client, clinic: str, rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    """The result, remark and settlement of each row."""
    results = [("", "", "")] * len(rows)
    known: dict[str, tuple[str | None, str]] = {}
    records: list[tuple[int, dict[str, Any]]] = []
    for place, row in enumerate(rows):
        try:
            records.append((place, _record(row, _person(people, row, known))))
        except CellError as error:
            results[place] = (_RESULTS["REFUSED"], str(error), "")
    for begin in range(0, len(records), _AT_ONCE):
        some = records[begin : begin + _AT_ONCE]
        for (place, _), told in zip(some, _sent(bills, clinic, [record for _, record in some]), strict=True):
            remark = f"{told['code']} {told['detail']}" if told["code"] else ""
            results[place] = (_RESULTS[told["outcome"]], remark, told["settlement_id"] or "")
    return results


def _person(people: httpx.Client, row: Row, known: dict[str, tuple[str | None, str]]) -> str:
    id_number = _COLUMNS.cell(row, "id_number")
    if id_number not in known:
        known[id_number] = looked_up(people, id_number, "REIMBURSEMENT")
    person_id, why = known[id_number]
    if person_id is None:
        raise CellError(why)
    return person_id


def _sent(bills: httpx.Client, clinic: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    response = insist_on(lambda: bills.post(f"/v1/clinics/{clinic}/visit-records", json={"records": records}))
    told = response.json()
    if response.is_success:
        found: list[dict[str, Any]] = told["records"]
        return found
    refused = {"outcome": "REFUSED", "code": told["code"], "detail": told["detail"], "settlement_id": None}
    if response.status_code in {httpx.codes.FORBIDDEN, httpx.codes.UNAUTHORIZED, httpx.codes.NOT_FOUND}:
        console.print(f"[red]{told['code']}[/red] {told['detail']}")
        raise typer.Exit(1)
    if len(records) == 1:
        return [refused]
    # One field that cannot be read refuses a whole request: the rows are sent one by one, and the others go through.
    return [one for record in records for one in _sent(bills, clinic, [record])]


def _record(row: Row, person_id: str) -> dict[str, Any]:
    costs = {"compliant": _COLUMNS.money(row, "compliant"), "out_of_catalogue": _COLUMNS.money(row, "out_of_catalogue")}
    lines = [
        {"item": "门诊费用", "amount": amount, "cost_class": kind}
        for kind, amount in costs.items()
        if Decimal(amount) > 0
    ]
    record: dict[str, Any] = {
        "number": _COLUMNS.cell(row, "number"),
        "person_id": person_id,
        "on": _COLUMNS.cell(row, "on"),
        "kind": _word(row, "kind", _KINDS),
        "lines": lines,
        "payers": {name: _COLUMNS.money(row, name) for name in row if name.isascii() and name.isupper()},
        "collected": _COLUMNS.money(row, "collected"),
        "second_visit": _word(row, "second_visit", _SECOND),
    }
    if not lines:
        raise CellError("费用 comes to nothing")
    return record | ({"disease": row["disease"]} if row.get("disease") else {})


def _word(row: Row, name: str, known: Mapping[str, Meaning]) -> Meaning:
    """What a word means; an empty cell or no column means the first of those known."""
    text = row.get(name) or next(iter(known))
    if text not in known:
        raise CellError(f"{_COLUMNS.heading(name)} {text!r} is none of {', '.join(known)}")
    return known[text]
