"""The command ``onestop examples``: plays example files and exits 0 only where every figure agrees."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from law.packs import PackError, load_library
from workbench.examples.document import read
from workbench.examples.http_run import http_player
from workbench.examples.player import DirectPlayer
from workbench.examples.runner import run
from workbench.examples.settle import SettleExample

WAYS = ("domain", "http")


def examples_command(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Files of worked examples.")],
    through: Annotated[str, typer.Option(help="Where bills are settled: domain, or http.")] = "domain",
    policies: Annotated[Path, typer.Option(envvar="ONESTOP_POLICIES", help="The folder of packs.")] = Path("policies"),
) -> None:
    """Play worked examples and report every figure that comes out otherwise."""
    if through not in WAYS:
        raise typer.BadParameter(f"{through!r} is unknown; there are {', '.join(WAYS)}", param_hint="--through")
    try:
        library = load_library(policies)
        if through == "domain":
            report = run(files, DirectPlayer(library), library)
        else:
            settling = [example for example in read(files) if isinstance(example, SettleExample)]
            with http_player(policies, settling) as player:
                report = run(files, player, library)
    except PackError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    report.write(sys.stdout)
    raise typer.Exit(report.exit_status)
