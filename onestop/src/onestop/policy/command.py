"""The commands of ``onestop policy``."""

from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from kernel.policy_packs import PackError, PackLibrary, load_library
from kernel.policy_packs.library import pack_paths
from kernel.refusals import Refused
from onestop.examples.settle import SettleExample, UnknownPackError
from onestop.policy.checking import check as check_pack
from onestop.policy.explaining import explain as explain_example
from onestop.policy.files import all_examples
from onestop.policy.showing import show as show_candidates
from onestop.policy.words import KINDS

app: Final = typer.Typer(no_args_is_help=True, help="The law as data: check it, read it, explain it, compare it.")
console: Final = Console()

Policies = Annotated[Path, typer.Option(envvar="ONESTOP_POLICIES", help="The folder of packs.")]
Day = Annotated[date, typer.Option(parser=date.fromisoformat, metavar="YYYY-MM-DD", help="The day that counts.")]
POLICIES: Final = Path("policies")


@app.command()
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(exists=True, dir_okay=False, help="Packs; all by default.")
    ] = None,
    policies: Policies = POLICIES,
) -> None:
    """Load packs and play their own examples; exit 1 where anything is wrong."""
    checked = [check_pack(path, policies) for path in files or pack_paths(policies)]
    for pack in checked:
        typer.echo(pack.line)
        for fault in pack.faults:
            typer.echo(f"  {fault}", err=True)
    raise typer.Exit(1 if not checked or any(pack.faults for pack in checked) else 0)


@app.command()
def show(
    place: Annotated[str, typer.Option(help="Division code, six digits.")],
    on: Day,
    kind: Annotated[str | None, typer.Option(help=f"One of {', '.join(KINDS)}.")] = None,
    category: Annotated[str | None, typer.Option(help="A category's code, such as DIBAO.")] = None,
    policies: Policies = POLICIES,
) -> None:
    """What is in force at a place on a day: county before city before province."""
    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(f"{kind!r} is unknown; there are {', '.join(KINDS)}", param_hint="--kind")
    found = _library(policies).candidates(place, on)
    if not found:
        typer.echo(f"no pack is in force at {place} on {on}; add one under {policies}/", err=True)
        raise typer.Exit(1)
    known = sorted({known.code for policy in found for known in policy.file.population.categories})
    if category is not None and category not in known:
        raise typer.BadParameter(
            f"{category!r} is unknown there; there are {', '.join(known)}", param_hint="--category"
        )
    show_candidates(console, found, kind, category)


@app.command()
def explain(
    example: Annotated[str, typer.Argument(help="The id of a worked example, such as JY-13.")],
    examples: Annotated[list[Path] | None, typer.Option(exists=True, dir_okay=False, help="Files of examples.")] = None,
    policies: Policies = POLICIES,
) -> None:
    """Play one worked example: every layer with base, rate, limit and clause, and the patient's statement."""
    library = _library(policies)
    try:
        found = next((known for known in all_examples(examples or [], policies) if known.id == example), None)
    except PackError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    if not isinstance(found, SettleExample):
        why = "there is no such example" if found is None else "it is a table of cases without bills"
        typer.echo(f"{example}: {why}; name an example of kind settle, or another file with --examples", err=True)
        raise typer.Exit(2)
    try:
        explain_example(console, found, library)
    except (Refused, UnknownPackError) as refused:
        typer.echo(f"{example}: {refused}", err=True)
        raise typer.Exit(1) from refused


def _library(policies: Path) -> PackLibrary:
    try:
        return load_library(policies)
    except PackError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
