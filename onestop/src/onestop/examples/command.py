"""The command ``onestop examples``: plays example files and exits 0 only where every figure agrees."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from kernel.policy_packs import PackError, PackLibrary, load_library
from onestop.examples.player import DirectPlayer, Player
from onestop.examples.runner import run

#: The ways to play an example, by the name given to ``--through``; the embedded run adds ``http``.
PLAYERS: dict[str, Callable[[PackLibrary], Player]] = {"domain": DirectPlayer}


def examples_command(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Files of worked examples.")],
    through: Annotated[str, typer.Option(help="Where bills are settled: domain, or http.")] = "domain",
    policies: Annotated[Path, typer.Option(envvar="ONESTOP_POLICIES", help="The folder of packs.")] = Path("policies"),
) -> None:
    """Play worked examples and report every figure that comes out otherwise."""
    if through not in PLAYERS:
        raise typer.BadParameter(f"{through!r} is unknown; there are {', '.join(PLAYERS)}", param_hint="--through")
    try:
        report = run(files, PLAYERS[through](load_library(policies)))
    except PackError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    report.write(sys.stdout)
    raise typer.Exit(report.exit_status)
