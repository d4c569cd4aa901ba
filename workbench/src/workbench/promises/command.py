"""The commands of ``onestop contracts``."""

from pathlib import Path
from typing import Final

import typer

app: Final = typer.Typer(no_args_is_help=True, help="What was promised to callers and readers of events.")


@app.command()
def check() -> None:
    """Say which promises today's program breaks; exit 1 if any. Run it in the project's root."""
    from workbench.promises.released import broken_promises  # noqa: PLC0415 - it loads every service

    found = broken_promises(Path())
    for sentence in found:
        typer.echo(sentence, err=True)
    typer.echo(f"{len(found)} promises broken")
    raise typer.Exit(1 if found else 0)


@app.command()
def release() -> None:
    """Promise what is there now: adds to docs/contracts/released; refuses while a promise is broken."""
    from workbench.promises import released  # noqa: PLC0415

    found = released.broken_promises(Path())
    for sentence in found:
        typer.echo(sentence, err=True)
    if found:
        raise typer.Exit(1)
    for said in released.release(Path()):
        typer.echo(said)
