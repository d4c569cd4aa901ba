"""The command ``onestop verify-chain``: every stream and log, and both held against checkpoints that lie elsewhere."""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from kernel.writing.event_store.chain import ChainVerdict
from kernel.writing.passing import passes_by_itself
from onestop.address import database_address
from onestop.checkpoint_command import trusted_keys
from onestop.checkpoints.checkpoint import Checkpoint, CheckpointError
from onestop.checkpoints.folder import checkpoints_at, read_checkpoint
from onestop.options import HOME, Database, Folder

if TYPE_CHECKING:
    from onestop.chain_figures import ChainFigures

_console: Final = Console(soft_wrap=True)


def verify_chain_command(
    *,
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
    every: Annotated[int, typer.Option(min=0, help="Seconds between one and the next; 0 does it once.")] = 0,
    metrics_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Tell Prometheus here what is broken; 0 tells nothing.")
    ] = 0,
) -> None:
    """Check every event's hash and number; exit 1 where a byte was changed, or a checkpoint does not hold."""
    figures = _figures(metrics_port)
    with database_address(database, folder) as url:
        while True:
            try:
                verdict = _verified(url, lambda: _checkpoints(against or [], key or [], folder, may_begin=bool(every)))
            except CheckpointError as error:
                _console.print(f"[red]no checkpoint[/red] {error}")
                if not every:
                    raise typer.Exit(2) from error
                figures.unreadable()
            except Exception as error:
                if not every or not passes_by_itself(error):
                    raise
                _console.print(f"[yellow]not verified[/yellow] {error}")
            else:
                figures.tell(verdict.broken, datetime.now(UTC))
                if not every:
                    raise typer.Exit(1 if verdict.broken else 0)
            time.sleep(every)


def _figures(port: int) -> "ChainFigures":
    from onestop.chain_figures import ChainFigures  # noqa: PLC0415 - imports every service

    figures = ChainFigures()
    if port:
        figures.serve(port)
    return figures


def _verified(url: str, checkpoints: Callable[[], Mapping[Path, Checkpoint]]) -> ChainVerdict:
    """Verify and print. Raises CheckpointError."""
    from onestop.replay import verify_chain  # noqa: PLC0415 - imports every service

    held_against = checkpoints()
    verdict = asyncio.run(verify_chain(url, held_against, datetime.now(UTC).date()))
    _print(verdict, len(held_against))
    return verdict


def _checkpoints(against: list[Path], key: list[str], folder: Path, *, may_begin: bool) -> Mapping[Path, Checkpoint]:
    """The checkpoints to hold the logs against; where it goes on every night, the first may still come.

    Raises CheckpointError where one cannot be read or was not signed by who is trusted.
    """
    from onestop.services import SERVICES  # noqa: PLC0415

    files = [file for path in against for file in checkpoints_at(path)]
    keys = trusted_keys(key, folder) if files else []
    checkpoints = {file: read_checkpoint(file, keys) for file in files}
    if strange := [file for file, checkpoint in checkpoints.items() if checkpoint.service not in SERVICES]:
        _console.print(f"{', '.join(map(str, strange))}: checkpoints of no service of this program")
        raise typer.Exit(2)
    if against and not checkpoints and not may_begin:
        _console.print(f"there is no checkpoint in {', '.join(map(str, against))}")
        raise typer.Exit(2)
    return checkpoints


def _print(verdict: ChainVerdict, checkpoints: int) -> None:
    for note in verdict.notes:
        _console.print(f"[yellow]note[/yellow] {note}")
    for place in verdict.broken:
        _console.print(f"[red]broken[/red] {place}")
    held = f", {checkpoints} checkpoints hold" if checkpoints and not verdict.broken else ""
    _console.print(f"{verdict.events} events in {verdict.streams} streams, {len(verdict.broken)} broken{held}")
