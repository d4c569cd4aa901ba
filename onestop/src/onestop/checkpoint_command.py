"""The commands about checkpoints: make them once or again and again, show the key, prove one event."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from kernel.security import SecretFileError
from kernel.security.signing_keys import PublicKey, SigningKey, SigningKeyError, checked_name
from kernel.writing.passing import passes_by_itself
from onestop.address import database_address
from onestop.checkpoints.checkpoint import KEY_FILE, ORIGIN, CheckpointError
from onestop.options import HOME, Database, Folder

checkpoint_app: Final = typer.Typer(
    no_args_is_help=True, help="Signed checkpoints of every service's log, kept apart from the database."
)
_console: Final = Console(soft_wrap=True)

To = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the checkpoints, on another machine's disk if it can be; .onestop/checkpoints if not given.",
        envvar="ONESTOP_CHECKPOINTS",
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        help="File with the signing key, mode 0600; without it the embedded run's own key.",
        envvar="ONESTOP_CHECKPOINT_KEY",
    ),
]
Former = Annotated[
    list[str] | None, typer.Option(help="A public key that signed earlier checkpoints of the folder, name+id+key.")
]


@checkpoint_app.command()
def make(
    database: Database = "",
    to: To = None,
    key_file: KeyFile = None,
    former: Former = None,
    every: Annotated[int, typer.Option(min=0, help="Seconds between one and the next; 0 makes one and ends.")] = 0,
    folder: Folder = HOME,
) -> None:
    """Sign how every service's log stands now, and what else is stored; goes on from the last checkpoint there."""
    from onestop.checkpoints.making import make_checkpoints  # noqa: PLC0415

    key = _signing_key(key_file, folder)
    keys = [_public_key(text) for text in former or ()]
    with database_address(database, folder) as url:
        while True:
            try:
                made = asyncio.run(
                    make_checkpoints(url, to or folder / "checkpoints", key, datetime.now(UTC), former=keys)
                )
            except CheckpointError as error:
                _console.print(f"[red]nothing signed[/red] {error}")
                raise typer.Exit(1) from error
            except Exception as error:
                if not every or not passes_by_itself(error):
                    raise
                _console.print(f"[yellow]no checkpoint[/yellow] {error}")
            else:
                for path, checkpoint in made.items():
                    _console.print(f"{checkpoint.service}: {checkpoint.size} entries, {path}")
            if not every:
                return
            time.sleep(every)


@checkpoint_app.command("key")
def show_key(key_file: KeyFile = None, folder: Folder = HOME) -> None:
    """Print the public key, which whoever checks must have from somewhere else than the database's machine."""
    typer.echo(_signing_key(key_file, folder).public.text)


@checkpoint_app.command("new-key")
def new_key(
    name: Annotated[str, typer.Argument(help="Name of the key, such as onestop.example/445200.")], file: Path
) -> None:
    """Make a signing key in a file of its own, which must not lie on the database's machine."""
    if file.exists():
        _console.print(f"{file} is there already: a key is never replaced, name another file")
        raise typer.Exit(2)
    try:
        typer.echo(SigningKey.in_folder(file.parent, checked_name(name), file.name).public.text)
    except SigningKeyError as error:
        _console.print(str(error))
        raise typer.Exit(2) from error


@checkpoint_app.command()
def prove(
    service: str,
    event: Annotated[str, typer.Argument(help="The event's id, as `onestop trace` and the envelope's ce_id give it.")],
    against: Annotated[Path, typer.Option(help="A checkpoint that covers the event.")],
    key: Annotated[str, typer.Option(help="The public key, name+id+key.", envvar="ONESTOP_CHECKPOINT_PUBLIC_KEY")] = "",
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """A proof that an event is in the log that a checkpoint was made over, in the form of C2SP tlog-proof."""
    from onestop.checkpoints.proving import prove_event  # noqa: PLC0415

    keys = trusted_keys([key] if key else [], folder)
    with database_address(database, folder) as url:
        try:
            typer.echo(asyncio.run(prove_event(url, service, event, against, keys)), nl=False)
        except CheckpointError as error:
            _console.print(str(error))
            raise typer.Exit(1) from error


def trusted_keys(texts: list[str], folder: Path) -> list[PublicKey]:
    """The public keys that were named, or the embedded run's own where none was."""
    return [_public_key(text) for text in texts] or [_signing_key(None, folder).public]


def _signing_key(file: Path | None, folder: Path) -> SigningKey:
    try:
        if file is not None:
            return SigningKey.from_file(file)
        return SigningKey.in_folder(folder / "keys", ORIGIN, KEY_FILE)
    except (OSError, SigningKeyError, SecretFileError) as error:
        raise typer.BadParameter(str(error), param_hint="--key-file") from error


def _public_key(text: str) -> PublicKey:
    try:
        return PublicKey.of_text(text)
    except SigningKeyError as error:
        raise typer.BadParameter(str(error), param_hint="--key") from error
