"""The commands of ``onestop policy``."""

import re
from datetime import UTC, date, datetime
from decimal import InvalidOperation
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from kernel.values.china_time import china_date
from kernel.values.money import AmountError
from kernel.values.refusals import Refused
from law.packs import Pack, PackError, PackLibrary, load_library, reread
from law.packs.library import pack_paths
from law.packs.readings import ReadingError
from workbench.examples.settle import SettleExample, UnknownPackError
from workbench.policy.beginning import Beginning, begin
from workbench.policy.bills import ready
from workbench.policy.checking import check as check_pack
from workbench.policy.comparing import common_day, compare
from workbench.policy.comparison_printing import print_comparison
from workbench.policy.explaining import explain as explain_example
from workbench.policy.explaining import explain_table
from workbench.policy.files import all_examples, load
from workbench.policy.showing import show as show_candidates
from workbench.policy.words import KINDS

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
        told = f"{category!r} is unknown there; there are {', '.join(known)}"
        raise typer.BadParameter(told, param_hint="--category")
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
    if found is None:
        typer.echo(f"{example}: there is no such example; name another, or a file with --examples", err=True)
        raise typer.Exit(2)
    try:
        if isinstance(found, SettleExample):
            explain_example(console, found, library)
        else:
            explain_table(console, found, library)
    except (Refused, UnknownPackError) as refused:
        typer.echo(f"{example}: {refused}", err=True)
        raise typer.Exit(1) from refused


@app.command()
def new(
    division: Annotated[str, typer.Option(help="Division code of the place, six digits.")],
    name: Annotated[str, typer.Option(help="Its name as documents write it, such as 会宁县.")],
    like: Annotated[str, typer.Option(help="The pack whose structure is taken, by id or file.")],
    region: Annotated[str, typer.Option(help="Its short name in Latin letters; part of the folder.")] = "place",
    document: Annotated[str, typer.Option(help="The document's short name in Latin letters.")] = "document",
    year: Annotated[int | None, typer.Option(help="The document's year; this year by default.")] = None,
    policies: Policies = POLICIES,
) -> None:
    """Begin a pack and its examples for another place; every fact is a TODO that the loader refuses."""
    for value, pattern, hint in (
        (division, r"[0-9]{6}", "--division"),
        (region, r"[a-z][a-z-]*", "--region"),
        (document, r"[a-z][a-z0-9-]*", "--document"),
    ):
        if not re.fullmatch(pattern, value):
            raise typer.BadParameter(f"{value!r} does not look like {pattern}", param_hint=hint)
    beginning = Beginning(division, name, region, year or china_date(datetime.now(UTC)).year, document)
    try:
        made = begin(policies, _pack(like, policies).text, beginning)
    except FileExistsError as error:
        typer.echo(f"{error} is there already and stays as it is; choose another --document", err=True)
        raise typer.Exit(1) from error
    for path in made:
        typer.echo(f"wrote {path}")
    typer.echo(f"fill in what is TODO, then: onestop policy check {made[0]}")


@app.command()
def diff(
    a: Annotated[str, typer.Argument(help="A pack, by id or file.")],
    b: Annotated[str | None, typer.Argument(help="Another; without it, A itself read otherwise.")] = None,
    reading: Annotated[list[str] | None, typer.Option(help="How B is read, such as E2=per_stay.")] = None,
    configure: Annotated[
        list[str] | None, typer.Option(help="A figure left open, such as joint_cap_yuan=70000.")
    ] = None,
    on: Annotated[date | None, typer.Option(parser=date.fromisoformat, metavar="YYYY-MM-DD", help="The day.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many groups are shown.")] = 20,
    policies: Policies = POLICIES,
) -> None:
    """Who would pay otherwise: people, care, places and bills are searched under both policies."""
    ours = _pack(a, policies)
    theirs = ours if b is None else _pack(b, policies)
    try:
        theirs = reread(theirs, _named(reading, "--reading"))
    except ReadingError as error:
        raise typer.BadParameter(str(error), param_hint="--reading") from error
    figures = _named(configure, "--configure")
    days = common_day(ours, theirs, on)
    try:
        left, right = ready(ours, days[0], figures), ready(theirs, days[1], figures)
        print_comparison(console, left, right, compare(left, right), limit)
    except (AmountError, InvalidOperation) as error:
        raise typer.BadParameter(str(error), param_hint="--configure") from error


def _named(options: list[str] | None, hint: str) -> dict[str, str]:
    found = {}
    for option in options or []:
        name, equals, value = option.partition("=")
        if not (name and equals and value):
            raise typer.BadParameter(f"{option!r} is not NAME=VALUE", param_hint=hint)
        found[name] = value
    return found


def _pack(named: str, policies: Path) -> Pack:
    path = Path(named)
    if path.suffix != ".yaml":
        path = policies / f"{named}.yaml"
    if not path.exists():
        known = ", ".join(pack.pack_id for pack in _library(policies).packs)
        raise typer.BadParameter(f"there is no pack {named!r}; there are {known}")
    try:
        return load(path, policies)
    except PackError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _library(policies: Path) -> PackLibrary:
    try:
        return load_library(policies)
    except PackError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
