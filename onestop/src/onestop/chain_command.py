"""The command ``onestop verify-chain``: every stream and log, and both held against checkpoints that lie elsewhere."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from kernel.writing.event_store.chain import ChainVerdict
from onestop.address import database_address
from onestop.checkpoint_command import trusted_keys
from onestop.checkpoints.checkpoint import CheckpointError
from onestop.checkpoints.folder import checkpoints_at, read_checkpoint
from onestop.options import HOME, Database, Folder

_console: Final = Console(soft_wrap=True)


def verify_chain_command(
    database: Database = "",
    folder: Folder = HOME,
    against: Annotated[
        list[Path] | None,
        typer.Option(exists=True, help="A checkpoint, or a folder of them: nothing before them may have changed."),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(
            help="Public key of the checkpoints, name+id+key; the embedded run's own if not given.",
            envvar="ONESTOP_CHECKPOINT_PUBLIC_KEY",
        ),
    ] = None,
) -> None:
    """Check every event's hash and number; exit 1 where a byte was changed, or a checkpoint does not hold."""
    from onestop.replay import verify_chain  # noqa: PLC0415 - imports every service
    from onestop.services import SERVICES  # noqa: PLC0415

    try:
        files = [file for path in against or () for file in checkpoints_at(path)]
        keys = trusted_keys(key or [], folder) if files else []
        checkpoints = {file: read_checkpoint(file, keys) for file in files}
    except CheckpointError as error:
        _console.print(f"[red]no checkpoint[/red] {error}")
        raise typer.Exit(2) from error
    if strange := [file for file, checkpoint in checkpoints.items() if checkpoint.service not in SERVICES]:
        _console.print(f"{', '.join(map(str, strange))}: checkpoints of no service of this program")
        raise typer.Exit(2)
    if against and not checkpoints:
        _console.print(f"there is no checkpoint in {', '.join(map(str, against))}")
        raise typer.Exit(2)
    with database_address(database, folder) as url:
        verdict = asyncio.run(verify_chain(url, checkpoints, datetime.now(UTC).date()))
    _print(verdict, len(checkpoints))
    raise typer.Exit(1 if verdict.broken else 0)


def _print(verdict: ChainVerdict, checkpoints: int) -> None:
    for note in verdict.notes:
        _console.print(f"[yellow]note[/yellow] {note}")
    for place in verdict.broken:
        _console.print(f"[red]broken[/red] {place}")
    held = f", {checkpoints} checkpoints hold" if checkpoints and not verdict.broken else ""
    _console.print(f"{verdict.events} events in {verdict.streams} streams, {len(verdict.broken)} broken{held}")
