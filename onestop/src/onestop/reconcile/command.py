"""The commands ``onestop reconcile …``: compare on demand or every night, list, propose, release."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from kernel.messaging.event_log import TransportAwayError
from kernel.messaging.survey import SurveyError
from kernel.values.refusals import Refused
from kernel.writing.passing import passes_by_itself
from onestop.address import database_address
from onestop.options import HOME, Broker, Database, Folder, TopicPrefix

if TYPE_CHECKING:
    from onestop.reconcile.figures import Figures

app: Final = typer.Typer(
    invoke_without_command=True,
    help="Hold what services say of the same against each other; exit 1 where there is a difference.",
)
_console: Final = Console(soft_wrap=True, highlight=False)
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
By = Annotated[str, typer.Option(help="Who you are; it is kept.")]
Id = Annotated[str, typer.Argument(help="The difference, as the list names it.")]
ResultT = TypeVar("ResultT")


@app.callback()
def run(
    context: typer.Context,
    *,
    every: Annotated[int, typer.Option(min=0, help="Seconds between one and the next; 0 does it once.")] = 0,
    metrics_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Tell Prometheus here what is not mended; 0 tells nothing.")
    ] = 0,
    patience: Annotated[float, typer.Option(min=0, help="Seconds to wait for consumers that are behind.")] = 10.0,
    by: Annotated[str, typer.Option(envvar="ONESTOP_USER", help="Who runs it; it is kept.")] = "onestop reconcile",
    json: Json = False,
    kafka_bootstrap: Broker = "",
    topic_prefix: TopicPrefix = "",
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """Settlement, ledger, bank, referral and identity: by counts and digests first, name by name where those differ.

    Every difference is kept with its class, its owner, its age and the command that mends it. Where a broker is named,
    its topics are read from their first messages to their last.
    """
    if context.invoked_subcommand is not None:
        return
    transport = (kafka_bootstrap, topic_prefix)
    figures = _figures(metrics_port)
    with database_address(database, folder) as url:
        while True:
            _once(
                url, folder, figures, lambda: _reconciled(url, transport, folder, patience, by), every=every, json=json
            )
            time.sleep(every)


def _once(
    url: str, folder: Path, figures: "Figures | None", look: Callable[[], Any], *, every: int, json: bool
) -> None:
    """One look; ends the command after it where there is no next one."""
    try:
        started = time.perf_counter()
        # Also before: a process that is new and cannot finish a run says when one ended last.
        _tell(figures, url, folder)
        outcome = asyncio.run(look())
        _tell(figures, url, folder)
    except (SurveyError, TransportAwayError, Refused) as error:
        _console.print(f"[yellow]not reconciled[/yellow] {escape(str(error))}")
        if not every:
            raise typer.Exit(2) from error
    except Exception as error:
        if not every or not passes_by_itself(error):
            raise
        _console.print(f"[yellow]not reconciled[/yellow] {escape(str(error))}")
    else:
        _say(outcome, time.perf_counter() - started, json=json)
        if not every:
            raise typer.Exit(1 if outcome.differences else 0)


@app.command("list")
def list_command(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were mended.")] = False,
    kind: Annotated[str, typer.Option(help="Only those of this class.")] = "",
    whose: Annotated[str, typer.Option("--owner", help="Only those that this service or hospital has to see to.")] = "",
    subject: Annotated[str, typer.Option(help="Only those whose subject begins so, such as a hospital's id.")] = "",
    after: Annotated[str, typer.Option(help="Those behind this difference, as the list before ended.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at once.")] = 1000,
    json: Json = False,
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """The differences that are kept, the oldest first; exit 1 where one is not mended."""
    from onestop.reconcile import kept  # noqa: PLC0415
    from onestop.reconcile.printing import print_kept  # noqa: PLC0415

    async def asked(owner: Any) -> Any:
        states = kept.ANY_STATE if everything else kept.NOT_MENDED
        wanted = kept.Asked(states=states, kind=kind, owner=whose, subject=subject)
        return await kept.listed(owner, wanted, after=after, limit=limit + 1), (await kept.standing(owner)).counts

    listed, counts = _owning(database, folder, asked)
    if json:
        typer.echo(msgspec.json.encode(listed[:limit]).decode())
    else:
        print_kept(_console, listed[:limit], more=len(listed) > limit)
    raise typer.Exit(1 if counts else 0)


@app.command("runs")
def runs_command(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at once.")] = 20,
    json: Json = False,
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """The runs, the newest first: by whom, how each ended, how many names and differences."""
    from onestop.reconcile.printing import print_runs  # noqa: PLC0415
    from onestop.reconcile.runs import runs  # noqa: PLC0415

    found = _owning(database, folder, lambda owner: runs(owner, limit=limit))
    if json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        print_runs(_console, found)


@app.command("day-file")
def day_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The hospital's file of the day (3202).")],
    hospital: Annotated[str, typer.Option(help="The hospital.")],
    day: Annotated[date, typer.Option(parser=date.fromisoformat, metavar="YYYY-MM-DD", help="The day, in China.")],
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """Hold a hospital's day against ours, settlement by settlement; exit 1 where they differ. What differs is kept."""
    from onestop.reconcile.day_file import keep_day, read_day_file  # noqa: PLC0415
    from onestop.reconcile.printing import print_differences  # noqa: PLC0415

    with _refusals():
        lines = read_day_file(file.read_bytes(), file.name)
    found = _owning(database, folder, lambda owner: keep_day(owner, hospital, day, lines))
    print_differences(_console, found.differences)
    _console.print(f"{found.ours} settled here, {found.theirs} at the hospital, {len(found.differences)} differences")
    raise typer.Exit(1 if found.differences else 0)


@app.command()
def propose(
    difference_id: Id,
    by: By,
    because: Annotated[str, typer.Option(help="What you have looked at; it is kept.")],
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """Propose a difference's repair; another person releases it."""
    from onestop.reconcile import kept  # noqa: PLC0415

    _owning(database, folder, lambda owner: kept.propose(owner, difference_id, by, because))
    _console.print(f"proposed; now another person says `onestop reconcile release {difference_id} --by NAME`")


@app.command()
def release(difference_id: Id, by: By, database: Database = "", folder: Folder = HOME) -> None:
    """Have a proposed repair done; the services may run meanwhile. Whether it helped the next run says."""
    from onestop.reconcile.repairing import release_and_mend  # noqa: PLC0415

    done, command = _owning(database, folder, lambda owner: release_and_mend(owner, difference_id, by))
    _console.print(escape(done))
    if (then := command.partition("; ")[2]) and command.startswith("onestop reconcile release"):
        _console.print(f"now: {escape(then)}")


async def _reconciled(url: str, transport: tuple[str, str], folder: Path, patience: float, by: str) -> Any:
    from onestop.reconcile.run import reconcile  # noqa: PLC0415
    from onestop.reconcile.topics import Where, broker_at  # noqa: PLC0415 - imports every service

    async with broker_at(url, Where(*transport, folder)) as broker:
        return await reconcile(url, patience_seconds=patience, broker=broker, by=by)


def _say(outcome: Any, seconds: float, *, json: bool) -> None:
    from onestop.reconcile.printing import print_outcome  # noqa: PLC0415

    if json:
        typer.echo(msgspec.json.encode(_told(outcome)).decode())
    else:
        print_outcome(_console, outcome, seconds)


def _tell(figures: "Figures | None", url: str, folder: Path) -> None:
    from onestop.reconcile import kept  # noqa: PLC0415

    if figures is not None:
        figures.tell(_owning(url, folder, kept.standing))


def _figures(port: int) -> "Figures | None":
    if not port:
        return None
    from onestop.reconcile.figures import Figures  # noqa: PLC0415

    figures = Figures()
    figures.serve(port)
    return figures


def _owning(database: str, folder: Path, ask: Callable[[Any], Awaitable[ResultT]]) -> ResultT:
    from kernel.writing.database import administering  # noqa: PLC0415
    from kernel.writing.snapshots import FOR_AS_LONG_AS_IT_TAKES  # noqa: PLC0415
    from onestop.reconcile.kept import make_tables  # noqa: PLC0415

    async def asked(url: str) -> ResultT:
        async with administering(url, **FOR_AS_LONG_AS_IT_TAKES) as owner:
            await make_tables(owner)
            return await ask(owner)

    with database_address(database, folder) as url, _refusals():
        return asyncio.run(asked(url))


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        _console.print(f"[red]{refused.code}[/red] {escape(refused.detail)}")
        raise typer.Exit(1) from refused


def _told(outcome: Any) -> dict[str, Any]:
    """An outcome for programs: each difference with its name and its command."""
    told: dict[str, Any] = msgspec.to_builtins(outcome)
    for said, one in zip(told["differences"], outcome.differences, strict=True):
        said.update(difference_id=one.difference_id, command=one.command)
    return told
