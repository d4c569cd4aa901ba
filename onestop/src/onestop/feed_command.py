"""The command ``onestop feed``: sends a department's file, shows how far it is, and prints the refused rows."""

import hashlib
import os
import re
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer
from rich.console import Console
from rich.progress import Progress
from typing_extensions import override

from kernel.security import SecretFileError
from kernel.security.signed_requests import DIGEST, NO_BODY, signed_headers
from kernel.security.signing_keys import SigningKey, SigningKeyError
from kernel.values.china_time import CHINA
from onestop.insisting import insist_on

_MEDIA_TYPES: Final = {
    ".csv": "text/csv",
    ".ndjson": "application/x-ndjson",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xls": "application/vnd.ms-excel",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
_NUMBER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}")
_RECEIPTS: Final = (".csv", ".xlsx")
#: Where a batch stands still: it is over, or waits for somebody.
_ENDED: Final = ("APPLIED", "REFUSED", "DISCARDED", "CANCELLED", "HELD", "TRIED", "ENTERED", "REVIEWED")
_PIECE: Final = 1024 * 1024
_LOOK_SECONDS: Final = 0.5
console: Final = Console()


def feed_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, NDJSON, XLSX, XLS or ODS.")],
    department: Annotated[str, typer.Option(help="Whose file it is, such as poverty-alleviation.")],
    number: Annotated[str, typer.Option(help="The department's own number of the batch.")],
    as_of: Annotated[datetime, typer.Option(help="The moment that the file speaks for, in China's time.")],
    kind: Annotated[str, typer.Option(help="delta: changes; full: everybody of a category in an area.")] = "delta",
    category: Annotated[str | None, typer.Option(help="Of all rows; a full list needs it.")] = None,
    area: Annotated[str | None, typer.Option(help="Six-digit code of where a full list is whole.")] = None,
    group: Annotated[str | None, typer.Option(help="Bounds a full list to a group, such as RURAL.")] = None,
    receipt: Annotated[
        Path | None, typer.Option(help="Where to write the file with 结果 and 备注 in each row: .csv or .xlsx.")
    ] = None,
    run: Annotated[str, typer.Option(help="real, or dry: only say what would become of each row.")] = "real",
    url: Annotated[str, typer.Option(help="Where identity is.")] = "http://127.0.0.1:8001",
    token: Annotated[str, typer.Option(envvar="ONESTOP_TOKEN", help="A token of the department.")] = "",
    key: Annotated[Path | None, typer.Option(help="Sign with this key of the department instead of a token.")] = None,
) -> None:
    """Send a department's file to identity and wait for its receipt; exit 1 where rows or the file were refused."""
    media_type = _media_type(file, receipt)
    asked = {"kind": kind, "as_of": as_of.replace(tzinfo=CHINA).isoformat(), "category": category, "area": area}
    asked |= {"group": group, "run": run}
    if not _NUMBER.fullmatch(number):
        raise typer.BadParameter("letters, digits and . _ : ~ - only, such as 2026-12", param_hint="--number")
    auth = _auth(token, key)
    params = {name: value for name, value in asked.items() if value is not None} | {"file_name": file.name[:120]}
    path = f"/v1/feeds/{department}/batches/{number}"
    with _reaching(url, auth) as client:
        headers = {"Content-Type": media_type, DIGEST: _digest(file)}
        sent = insist_on(lambda: client.put(path, params=params, content=_pieces(file), headers=headers))
        if not sent.is_success:
            problem = sent.json()
            console.print(f"[red]{problem['code']}[/red] {problem['detail']}")
            raise typer.Exit(1)
        batch = _watched(client, path)
        refused = _print_receipt(client, path, batch)
        if receipt is not None:
            _save_receipt(client, path, receipt)
    raise typer.Exit(1 if refused or batch["status"] == "REFUSED" else 0)


class _Bearer(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._token = token

    @override
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class _Signing(httpx.Auth):
    """Signs each request as it goes out; the same one sent again is signed anew, because no signature counts twice."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key
        self._last = 0

    @override
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        # Two requests of the same kind in one second would have the same signature.
        self._last = max(self._last + 1, int(time.time()))
        target, digest = request.url.raw_path.decode("ascii"), request.headers.get(DIGEST, NO_BODY)
        request.headers.update(signed_headers(self._key, request.method, target, self._last, digest))
        yield request


def _auth(token: str, key: Path | None) -> httpx.Auth:
    if key is not None:
        try:
            return _Signing(SigningKey.from_file(key))
        except (SigningKeyError, SecretFileError, OSError) as error:
            raise typer.BadParameter(str(error), param_hint="--key") from None
    if not token:
        raise typer.BadParameter("give a token of the department here or in ONESTOP_TOKEN", param_hint="--token")
    return _Bearer(token)


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _media_type(file: Path, receipt: Path | None) -> str:
    """What the file is sent as; raises BadParameter where the file, or the receipt, is of no kind that there is."""
    if receipt is not None and receipt.suffix.lower() not in _RECEIPTS:
        raise typer.BadParameter(f"{receipt.name} is none of {', '.join(_RECEIPTS)}", param_hint="--receipt")
    media_type = _MEDIA_TYPES.get(file.suffix.lower())
    if media_type is None:
        raise typer.BadParameter(f"{file.name} is none of {', '.join(_MEDIA_TYPES)}", param_hint="FILE")
    return media_type


@contextmanager
def _reaching(url: str, auth: httpx.Auth) -> Iterator[httpx.Client]:
    """A client of identity; where nobody answers, one line says so."""
    try:
        with httpx.Client(base_url=url, auth=auth, timeout=60) as client:
            yield client
    except (httpx.TransportError, httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
        console.print(f"[red]nobody answers at {url}[/red] ({type(error).__name__}): is identity running there?")
        raise typer.Exit(1) from None


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while piece := content.read(_PIECE):
            yield piece


def _save_receipt(client: httpx.Client, path: str, receipt: Path) -> None:
    """Write the file that goes back to the office; it names people, so nobody else may read it."""
    answered = insist_on(lambda: client.get(f"{path}/marked{receipt.suffix.lower()}"))
    if not answered.is_success:
        problem = answered.json()
        console.print(f"[red]{problem['code']}[/red] {problem['detail']}")
        return
    with os.fdopen(os.open(receipt, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(answered.content)
    console.print(f"each row's result and remark: {receipt}")


def _watched(client: httpx.Client, path: str) -> dict[str, Any]:
    with Progress(console=console, transient=True) as progress:
        reading = progress.add_task("reading", total=None)
        applying = progress.add_task("applying", total=None, visible=False)
        while True:
            batch: dict[str, Any] = insist_on(lambda: client.get(path)).raise_for_status().json()
            if batch["status"] in _ENDED:
                return batch
            progress.update(reading, description=f"reading, {batch['rows_read']} rows")
            if batch["counts"] is not None:
                lines = batch["counts"]["changing"] + batch["counts"]["ending"]
                progress.update(applying, visible=True, total=lines, completed=batch["lines_applied"])
            time.sleep(_LOOK_SECONDS)


def _print_receipt(client: httpx.Client, path: str, batch: dict[str, Any]) -> int:
    """The receipt in short, and the first hundred refused rows; gives how many were refused."""
    console.print(f"batch {batch['number']}: {batch['status']}")
    if batch["problem"] is not None:
        row = f" at row {batch['problem']['row']}" if batch["problem"]["row"] else ""
        console.print(f"[red]{batch['problem']['code']}[/red]{row}: {batch['problem']['detail']}")
    for notice in batch["notices"] or ():
        sheet = f"{notice['sheet']}: " if notice.get("sheet") else ""
        console.print(f"[yellow]{notice['code']}[/yellow] {sheet}{notice['detail']}")
    if batch["counts"] is not None:
        console.print(", ".join(f"{name} {count}" for name, count in batch["counts"].items() if count))
    if batch["warned"]:
        console.print(f"{batch['warned']} rows count and have a remark: GET {path}/rows, or --receipt FILE.xlsx")
    _print_waiting(path, batch)
    outcomes: dict[str, int] = batch["outcomes"] or {}
    console.print(", ".join(f"{name} {count}" for name, count in outcomes.items()))
    refused = outcomes.get("REFUSED", 0)
    if refused:
        asked = {"outcome": "REFUSED", "limit": "100"}
        rows = insist_on(lambda: client.get(f"{path}/rows", params=asked)).raise_for_status().json()
        for row in rows["items"]:
            sheet = f"{row['sheet']}, " if row["sheet"] else ""
            console.print(f"  {sheet}row {row['row']}: {row['code']} {row['detail']}")
        if refused > len(rows["items"]):
            console.print(
                f"  … all {refused} of them: GET {path}/receipt.csv, or marked.xlsx?rows=wrong to correct them"
            )
    return refused


def _print_waiting(path: str, batch: dict[str, Any]) -> None:
    """Whom a batch waits for, or would."""
    if batch["course"] == "TRIAL" and batch["would_wait"]:
        console.print("handed in, it would wait for another person: it ends many memberships")
    if batch["status"] == "HELD":
        console.print(f"it would end many memberships and waits for another person: POST {path}/release or /discard")
    if batch["status"] in {"ENTERED", "REVIEWED"}:
        step = "review" if batch["status"] == "ENTERED" else "approval"
        console.print(f"this place has three people handle a file: the next one is to POST {path}/{step}")
