"""Plays the demonstration from an empty database to balanced books and an identical replay."""

import asyncio
import logging
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from kernel.http import configure_logging
from kernel.values.china_time import china_date
from kernel.values.money import yuan_from_fen
from onestop.address import DEMO_DATABASE
from onestop.desk.desk import NAME as DESK
from onestop.desk.desk import PORT
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.platform import Platform, recreate_database, running_platform
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify, verify_chain
from onestop.replay.printing import print_verdict
from onestop.services import SERVICES
from onestop.trace import trace
from onestop.trace_printing import print_story
from workbench.demo.afterwards import Afterwards
from workbench.demo.day import Day, Plan
from workbench.demo.month_end import DemoClock, MonthEnd
from workbench.demo.morning import enter_hospitals, feed_people, fill_funds
from workbench.demo.people import made_up_people
from workbench.demo.report import Books, read_books

PEOPLE = 240


async def play_demo(
    console: Console, folder: Path, policies: Path, seed: int, *, plan: Plan | None = None, stay_up: bool = False
) -> int:
    """Play the day, as large as the plan; gives the exit status: 0 only where books balance and replay is identical."""
    configure_logging(level=logging.ERROR)
    started = time.perf_counter()
    with EmbeddedPostgres(folder / "postgres") as server:
        await recreate_database(server.url("postgres"), DEMO_DATABASE)
        url = server.url(DEMO_DATABASE)
        ports = {DESK: PORT, **{name: service.port for name, service in SERVICES.items()}} if stay_up else None
        clock = DemoClock()
        async with running_platform(url, folder, policies, ports=ports, clock=clock) as platform:
            console.print(f"PostgreSQL and {len(SERVICES)} services are up after {time.perf_counter() - started:.1f} s")
            good = await _play(console, platform, seed, clock, plan or Plan())
            console.print(f"{time.perf_counter() - started:.0f} seconds")
            if stay_up:
                await _stay_up(console, platform)
    return 0 if good else 1


async def _play(console: Console, platform: Platform, seed: int, clock: DemoClock, plan: Plan) -> bool:
    chance = Random(seed)  # noqa: S311 - made-up people and bills, the same in every run
    today = china_date(datetime.now(UTC))
    people = made_up_people(PEOPLE, chance)
    columns = (TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        feed = progress.add_task("departments feed in their people", total=PEOPLE)
        await fill_funds(platform, today)
        await enter_hospitals(platform)
        ids = await feed_people(platform, people, today, lambda: progress.advance(feed))
        await wait_until_arrived(platform.admin_url)
        traffic = progress.add_task("hospital traffic", total=plan.encounters - 1)
        day = Day(platform, people, ids, today, chance)
        await day.play(plan, lambda _name: progress.advance(traffic))
        await wait_until_arrived(platform.admin_url)
    async for line in Afterwards(platform, people, ids, today).tell():
        console.print(line)
    await wait_until_arrived(platform.admin_url)
    console.print(", ".join(f"{count} {name}" for name, count in sorted(day.counts.items()) if name != "reserved"))
    books = await read_books(platform.admin_url)
    print_books(console, books)
    print_story(console, await trace(platform.admin_url, day.remembered.get("relief") or day.remembered["cascade"]))
    async for line in MonthEnd(platform, clock).tell():
        console.print(line)
    await wait_until_arrived(platform.admin_url)
    return await _verify(console, platform, books)


async def _verify(console: Console, platform: Platform, books: Books) -> bool:
    for problem in books.problems:
        console.print(f"[red]{problem}[/red]")
    console.print(
        "[bold red]books do not balance[/bold red]" if books.problems else "[bold green]books balance[/bold green]"
    )
    chain = await verify_chain(platform.admin_url)
    console.print(f"hash chain: {chain.events} events in {chain.streams} streams, {len(chain.broken)} broken")
    started = time.perf_counter()
    verdict = await verify(platform.admin_url)
    print_verdict(console, verdict, time.perf_counter() - started)
    return not books.problems and not chain.broken and verdict.identical


def print_books(console: Console, books: Books) -> None:
    """Totals per payer, and funds that went into debt."""
    table = Table(title=f"{books.settled} settlements, {books.revoked} revoked", title_justify="left")
    table.add_column("payer")
    table.add_column("yuan", justify="right")
    for payer, fen in books.by_payer_fen.items():
        table.add_row(payer, yuan_from_fen(fen))
    table.add_row("patients", yuan_from_fen(books.patients_fen))
    table.add_row("total of bills", yuan_from_fen(books.total_fen), style="bold")
    table.add_row("paid to persons beside the bills", yuan_from_fen(books.payout_fen))
    console.print(table)
    for account, fen in books.funds_in_debt.items():
        console.print(
            f"[yellow]alarm[/yellow] {account} is {yuan_from_fen(fen)} yuan in debt; patients were served all the same"
        )


async def _stay_up(console: Console, platform: Platform) -> None:
    for name, url in {**platform.urls, DESK: platform.desk}.items():
        console.print(f"{name:<12} {url}/docs")
    console.print("a token: .venv/bin/onestop token hospital --organisation H445202-1     ctrl-C ends")
    await asyncio.Event().wait()
