"""The command ``onestop feed``: sends a department's file, shows how far it is, and prints the refused rows."""

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer
from rich.console import Console
from rich.progress import Progress

from kernel.values.china_time import CHINA

_MEDIA_TYPES: Final = {
    ".csv": "text/csv",
    ".ndjson": "application/x-ndjson",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ENDED: Final = ("APPLIED", "REFUSED", "DISCARDED", "HELD")
_PIECE: Final = 1024 * 1024
_LOOK_SECONDS: Final = 0.5
console: Final = Console()


def feed_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, NDJSON or XLSX.")],
    department: Annotated[str, typer.Option(help="Whose file it is, such as poverty-alleviation.")],
    number: Annotated[str, typer.Option(help="The department's own number of the batch.")],
    as_of: Annotated[datetime, typer.Option(help="The moment that the file speaks for, in China's time.")],
    kind: Annotated[str, typer.Option(help="delta: changes; full: everybody of a category in an area.")] = "delta",
    category: Annotated[str | None, typer.Option(help="Of all rows; a full list needs it.")] = None,
    area: Annotated[str | None, typer.Option(help="Six-digit code of where a full list is whole.")] = None,
    url: Annotated[str, typer.Option(help="Where identity is.")] = "http://127.0.0.1:8001",
    token: Annotated[str, typer.Option(envvar="ONESTOP_TOKEN", help="A token of the department.")] = "",
) -> None:
    """Send a department's file to identity and wait for its receipt; exit 1 where rows or the file were refused."""
    media_type = _MEDIA_TYPES.get(file.suffix.lower())
    if media_type is None:
        raise typer.BadParameter(f"{file.name} is none of {', '.join(_MEDIA_TYPES)}", param_hint="FILE")
    asked = {"kind": kind, "as_of": as_of.replace(tzinfo=CHINA).isoformat(), "category": category, "area": area}
    params = {name: value for name, value in asked.items() if value is not None} | {"file_name": file.name[:120]}
    path = f"/v1/feeds/{department}/batches/{number}"
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        sent = client.put(path, params=params, content=_pieces(file), headers={"Content-Type": media_type})
        if not sent.is_success:
            problem = sent.json()
            console.print(f"[red]{problem['code']}[/red] {problem['detail']}")
            raise typer.Exit(1)
        batch = _watched(client, path)
        refused = _print_receipt(client, path, batch)
    raise typer.Exit(1 if refused or batch["status"] == "REFUSED" else 0)


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while piece := content.read(_PIECE):
            yield piece


def _watched(client: httpx.Client, path: str) -> dict[str, Any]:
    with Progress(console=console, transient=True) as progress:
        reading = progress.add_task("reading", total=None)
        applying = progress.add_task("applying", total=None, visible=False)
        while True:
            batch: dict[str, Any] = client.get(path).raise_for_status().json()
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
    if batch["counts"] is not None:
        console.print(", ".join(f"{name} {count}" for name, count in batch["counts"].items() if count))
    if batch["status"] == "HELD":
        console.print(f"it would end many memberships and waits for another person: POST {path}/release or /discard")
    outcomes: dict[str, int] = batch["outcomes"] or {}
    console.print(", ".join(f"{name} {count}" for name, count in outcomes.items()))
    refused = outcomes.get("REFUSED", 0)
    if refused:
        rows = client.get(f"{path}/rows", params={"outcome": "REFUSED", "limit": 100}).raise_for_status().json()
        for row in rows["items"]:
            console.print(f"  row {row['row']}: {row['code']} {row['detail']}")
        if refused > len(rows["items"]):
            console.print(f"  … all {refused} of them: GET {path}/receipt.csv")
    return refused
