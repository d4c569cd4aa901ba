"""The command line: everything that operations does with the platform."""

import asyncio
import os
import time
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Final

import typer
import uvloop
from rich.console import Console

from kernel.security import Issuer, Role
from kernel.values.refusals import Refused
from onestop.address import database_address
from onestop.feed_command import feed_command
from onestop.options import HOME, POLICIES, Database, Folder

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="OneStop: one-stop settlement for the poorest patients."
)
app.command("feed")(feed_command)
console: Final = Console()

for _plugin in entry_points(group="onestop.commands"):
    _plugin.load()(app)


@app.command()
def trace(settlement: str, database: Database = "", folder: Folder = HOME) -> None:
    """One settlement's whole story: every fen with its clause, and the events of every service."""
    from onestop.trace import trace as gather  # noqa: PLC0415
    from onestop.trace_printing import print_story  # noqa: PLC0415

    with database_address(database, folder) as url:
        try:
            print_story(console, asyncio.run(gather(url, settlement)))
        except Refused as refused:
            console.print(refused.detail)
            raise typer.Exit(1) from refused


@app.command()
def replay(
    *,
    verify: Annotated[bool, typer.Option("--verify", help="Rebuild beside the live tables and compare.")] = False,
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """Rebuild every projection from events, decide every settlement again; exit 1 at a difference."""
    from onestop.replay import verify as verify_all  # noqa: PLC0415
    from onestop.replay.printing import print_verdict  # noqa: PLC0415

    if not verify:
        console.print("nothing to do: say --verify; rebuilding in place comes with the operations service")
        raise typer.Exit(2)
    with database_address(database, folder) as url:
        started = time.perf_counter()
        verdict = asyncio.run(verify_all(url))
        print_verdict(console, verdict, time.perf_counter() - started)
    raise typer.Exit(0 if verdict.identical else 1)


@app.command("verify-chain")
def verify_chain(database: Database = "", folder: Folder = HOME) -> None:
    """Check every event's hash and number; exit 1 where a byte was changed."""
    from onestop.replay import verify_chain as walk  # noqa: PLC0415

    with database_address(database, folder) as url:
        verdict = asyncio.run(walk(url))
    for place in verdict.broken:
        console.print(f"[red]broken[/red] {place}")
    console.print(f"{verdict.events} events in {verdict.streams} streams, {len(verdict.broken)} broken")
    raise typer.Exit(1 if verdict.broken else 0)


@app.command()
def token(
    role: Role,
    organisation: Annotated[str | None, typer.Option(help="Hospital or department; needed for those roles.")] = None,
    division: Annotated[
        list[str] | None, typer.Option(help="Six-digit code of a county, city or province; say it again for more.")
    ] = None,
    hours: Annotated[int, typer.Option(min=1, max=720)] = 8,
    folder: Folder = HOME,
) -> None:
    """A bearer token of the embedded run's own issuer."""
    issuer = Issuer.in_folder(folder / "keys")
    try:
        typer.echo(issuer.issue(role, f"{role}-cli", organisation, hours * 3600, time.time(), divisions=division))
    except ValueError as error:
        console.print(f"{error}; see --organisation and --division")
        raise typer.Exit(2) from error


@app.command()
def service(name: str) -> None:
    """Run one service from the environment's settings, as a deployment does."""
    from onestop.deployment import serve_from  # noqa: PLC0415

    uvloop.run(serve_from(name, os.environ))


@app.command()
def platform(
    database: Annotated[str, typer.Option(envvar="ONESTOP_ADMIN_DATABASE_URL", help="A database of your own.")],
    first_port: Annotated[int, typer.Option(help="The services take this port and the next ones.")] = 8001,
    kafka_bootstrap: Annotated[str, typer.Option(help="Run on this Kafka instead of the embedded transport.")] = "",
    topic_prefix: Annotated[str, typer.Option(help="Stands before every topic's name on the broker.")] = "",
    folder: Folder = HOME,
    policies: Path = POLICIES,
) -> None:
    """Every service in this one process, on a database of your own, until SIGTERM."""
    from onestop.one_process import serve_all  # noqa: PLC0415

    uvloop.run(serve_all(database, folder, policies, first_port, kafka_bootstrap or None, topic_prefix))


@app.command()
def migrate(database: Annotated[str, typer.Option(envvar="ONESTOP_ADMIN_DATABASE_URL")]) -> None:
    """Create roles and schemas and bring all tables up to date."""
    from onestop.services import migrate as bring_up_to_date  # noqa: PLC0415

    asyncio.run(bring_up_to_date(database))


@app.command("adopt-restored")
def adopt_restored(database: Database = "", folder: Folder = HOME) -> None:
    """After a restore into another cluster: check that all events are numbered and go on from there."""
    from onestop.restored import adopt_all  # noqa: PLC0415

    with database_address(database, folder) as url:
        for name, gseq in asyncio.run(adopt_all(url)).items():
            console.print(f"{name}: goes on after event {gseq}")
