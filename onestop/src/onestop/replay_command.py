"""The command ``onestop replay``: everything, or what is named, rebuilt from events and compared with what is there."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kernel.messaging.event_log import TransportAwayError
from kernel.messaging.log_telling import UnreadableEventError
from kernel.messaging.survey import SurveyError
from onestop.address import database_address
from onestop.options import HOME, Broker, Database, Folder, TopicPrefix

console: Final = Console()


def replay_command(
    *,
    verify: Annotated[bool, typer.Option("--verify", help="Rebuild beside the live tables and compare.")] = False,
    service: Annotated[list[str] | None, typer.Option(help="This service alone; say it again for more.")] = None,
    projection: Annotated[list[str] | None, typer.Option(help="This read table alone; say it again for more.")] = None,
    from_kafka: Annotated[
        bool, typer.Option("--from-kafka", help="From the topics of the logs; each event is held against the store.")
    ] = False,
    on: Annotated[
        str, typer.Option(help="An engine on other machines, dask://HOST:PORT; its workers reach the database.")
    ] = "",
    kafka_bootstrap: Broker = "",
    topic_prefix: TopicPrefix = "",
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """Rebuild every projection from events, decide every settlement again; exit 1 at a difference.

    A service brings in the logs of those whom it hears. With a projection only its rows are judged.
    """
    if not verify:
        console.print("nothing to do: say --verify; `onestop rebuild` puts a projection in the place of the live one")
        raise typer.Exit(2)
    if from_kafka and not kafka_bootstrap:
        raise typer.BadParameter("say which broker", param_hint="--kafka-bootstrap")
    broker = (kafka_bootstrap, topic_prefix) if from_kafka else None
    with database_address(database, folder) as url:
        _replay(url, (service or [], projection or []), broker, folder, on)


def _replay(
    url: str, named: tuple[list[str], list[str]], broker: tuple[str, str] | None, folder: Path, engine: str
) -> NoReturn:
    from kernel.writing.event_store.archived import ArchivedError  # noqa: PLC0415
    from onestop.replay import verify as verify_all  # noqa: PLC0415
    from onestop.replay.chosen import Chosen, ChosenError  # noqa: PLC0415
    from onestop.replay.engine import EngineError  # noqa: PLC0415
    from onestop.replay.from_topics import Topics  # noqa: PLC0415
    from onestop.replay.printing import print_verdict  # noqa: PLC0415

    topics = broker and Topics(kafka_bootstrap=broker[0], prefix=broker[1], folder=str(folder))
    started = time.perf_counter()
    try:
        chosen = Chosen(tuple(named[0]), tuple(named[1]))
        with _bars() as watch:
            verdict = asyncio.run(verify_all(url, topics=topics, engine=engine, chosen=chosen, watch=watch))
    except ChosenError as error:
        raise typer.BadParameter(str(error)) from error
    except (EngineError, SurveyError, TransportAwayError, UnreadableEventError) as broken:
        console.print(f"[red]not replayed[/red]: {broken}", soft_wrap=True)
        raise typer.Exit(2) from broken
    except ArchivedError as away:
        console.print(f"{away.code}: {away.detail}", soft_wrap=True)
        raise typer.Exit(2) from away
    print_verdict(console, verdict, time.perf_counter() - started)
    raise typer.Exit(0 if verdict.identical else 1)


@contextmanager
def _bars() -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar for each log at a terminal; elsewhere nobody looks."""
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks = {}

        def watch(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        yield watch
