"""``onestop payment-file``: lists what waits for the bank, makes a file, fetches it, and takes the bank's answer."""

import base64
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape

from onestop.doors import Door, RefusedAtTheDoorError

app: Final = typer.Typer(no_args_is_help=True, help="Files for the bank, and its answers.")
_console: Final = Console(soft_wrap=True)
_ENDINGS: Final = {
    ".csv": "text/csv",
    ".xml": "application/xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_PATH: Final = "/v1/payment-files"
_DIGEST: Final = re.compile(r"sha-256=:([A-Za-z0-9+/=]+):")

Token = Annotated[str, typer.Option(envvar="ONESTOP_TOKEN", help="A token of finance: `onestop token finance`.")]
Ledger = Annotated[str, typer.Option(help="Where fund-ledger is.")]
County = Annotated[str, typer.Argument(help="Six-digit code of the county.")]
Fund = Annotated[str, typer.Argument(help="The fund whose bank account pays, such as MA.")]
FileId = Annotated[str, typer.Argument(help="The name of the payment file.")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]
_HERE: Final = "http://127.0.0.1:8004"


@app.command()
def waiting(county: County, fund: Fund, first: Day, last: Day, token: Token = "", ledger: Ledger = _HERE) -> None:
    """List the payments of some days that are in no file and that no statement of the bank shows yet."""
    asked = {"county": county, "fund": fund, "from": f"{first:%Y-%m-%d}", "to": f"{last:%Y-%m-%d}"}
    with _door(ledger, token) as door:
        found = _all(door, f"{_PATH}/waiting", asked)
    for one in found:
        whom = f"{one['payee_kind']} {one['payee_id']}"
        without = "" if one["has_account"] else "  no confirmed account"
        _console.print(f"{one['journal_id']}  {one['booked_on']}  {escape(whom)}  {one['amount']} yuan{without}")
    if not found:
        _console.print("nothing waits")


@app.command()
def make(
    county: County,
    fund: Fund,
    journals: Annotated[list[str], typer.Argument(help="The payments, by their journals: see `waiting`.")],
    token: Token = "",
    ledger: Ledger = _HERE,
) -> None:
    """Make a file of these payments, in their order.

    Only what is named is filed: what else waits may have been typed into the bank's own program already.
    """
    with _door(ledger, token) as door:
        made = door.post(_PATH, {"county": county, "fund": fund, "journal_ids": journals})
    _console.print(f"{made['file_id']}: {made['lines']} payments")
    for journal_id in made["left_out"]:
        _console.print(f"  left out, as its payee was erased: {journal_id}")


@app.command()
def fetch(
    file_id: FileId,
    to: Annotated[
        Path, typer.Option(help="The file to write: .csv, .xlsx or .xml (pain.001); its SHA-256 is written beside it.")
    ],
    token: Token = "",
    ledger: Ledger = _HERE,
) -> None:
    """Fetch a file for the bank; that you saw the accounts in it is written down."""
    _media_type(to)
    with _door(ledger, token) as door:
        content, headers = door.file(f"{_PATH}/{file_id}/content{to.suffix}")
    digest = hashlib.sha256(content)
    said = _DIGEST.fullmatch(headers.get("repr-digest", ""))
    if said is None or base64.b64decode(said[1]) != digest.digest():
        _console.print("[red]the file came otherwise than it was sent[/red]: fetch it again")
        raise typer.Exit(1)
    half = to.with_name(f"{to.name}.part")
    half.touch(mode=0o600)
    half.write_bytes(content)
    half.replace(to)
    to.with_name(f"{to.name}.sha256").write_text(f"{digest.hexdigest()}  {to.name}\n")
    _console.print(f"{to}: {len(content)} bytes, SHA-256 {digest.hexdigest()}")


@app.command()
def take(
    file_id: FileId,
    answer: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The bank's answer: CSV, XLSX or XML (pain.002).")
    ],
    token: Token = "",
    ledger: Ledger = _HERE,
) -> None:
    """Take the bank's answer to a file; what it rejected is owed again. Exit 1 where it is refused."""
    media_type = _media_type(answer)
    with _door(ledger, token) as door:
        told = door.send(f"{_PATH}/{file_id}/answer", answer.read_bytes(), media_type)
    _console.print(f"{told['paid_lines']} paid, {told['rejected_lines']} rejected")
    for journal_id in told["returns"]:
        _console.print(f"  owed again: {journal_id}")


@contextmanager
def _door(ledger: str, token: str) -> Iterator[Door]:
    if not token:
        raise typer.BadParameter("give a token of finance here or in ONESTOP_TOKEN", param_hint="--token")
    door = Door(ledger, token)
    try:
        yield door
    except RefusedAtTheDoorError as refused:
        _console.print(f"[red]refused[/red] {escape(str(refused))}")
        raise typer.Exit(1) from refused
    finally:
        door.close()


def _all(door: Door, path: str, asked: dict[str, str]) -> list[dict[str, Any]]:
    """A list, page by page."""
    page = door.get(path, **asked)
    items: list[dict[str, Any]] = page["items"]
    while after := page.get("next"):
        page = door.get(path, **asked, after=after)
        items += page["items"]
    return items


def _media_type(file: Path) -> str:
    try:
        return _ENDINGS[file.suffix]
    except KeyError:
        raise typer.BadParameter(f"{file.name} ends in none of .csv, .xlsx and .xml") from None
