"""The command ``onestop as-of``: what held on a day as it was known at a moment."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from kernel.values.china_time import CHINA
from kernel.values.refusals import Refused
from onestop.address import database_address
from onestop.looks import Because, By, write_down
from onestop.options import HOME, Database, Folder

_console: Final = Console(soft_wrap=True, highlight=False)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=CHINA)


_KnownAt = Annotated[
    datetime | None,
    typer.Option(
        parser=_moment,
        metavar="MOMENT",
        help="As known at 2026-11-24T12:00 (China's time unless said); now if not given.",
    ),
]
_Rows = Annotated[
    str | None,
    typer.Option(metavar="SERVICE.TABLE", help="Rows of a read model, as settlement.encounters; with --key."),
]
_Key = Annotated[list[str] | None, typer.Option(help="A column of the key of --rows; say it again for the next one.")]


def as_of_command(
    on: Annotated[date, typer.Argument(parser=date.fromisoformat, metavar="DATE", help="The day, as 2026-11-24.")],
    known_at: _KnownAt = None,
    person: Annotated[str | None, typer.Option(help="A person's memberships and enrolments.")] = None,
    year: Annotated[str | None, typer.Option(help="A person's yearly accumulators.")] = None,
    settlement: Annotated[str | None, typer.Option(help="A settlement, by its id.")] = None,
    account: Annotated[
        str | None, typer.Option(help="An account, or all below it: fund/445202, bank/445202/MA.")
    ] = None,
    rows: _Rows = None,
    key: _Key = None,
    by: By = "",
    because: Because = "",
    database: Database = "",
    folder: Folder = HOME,
) -> None:
    """What held on a day, as known at a moment, as JSON: a person, a year's limits, a settlement, accounts, rows.

    Folded from events. Both times count: what was said later does not. Rows of a read model stand for no day, so only
    the moment counts for them; for these all logs of the service are walked.

    It reads the database directly, as its owner; who looked at whom and why is kept (`onestop looks`).
    """
    asked = [(name, value) for name, value in _names(person, year, settlement, account, rows) if value is not None]
    if len(asked) != 1 or (key and rows is None):
        raise typer.BadParameter("say one of --person, --year, --settlement, --account, and --rows with its --key")
    (name, value), *_ = asked
    with database_address(database, folder) as url:
        try:
            asked_for = _answers(tuple(key or ()))[name](url, value, on, known_at or datetime.now(UTC))
            subject = value if rows is None else "/".join((rows, *(key or ())))
            found = asyncio.run(_looked(url, (name, subject), (by, because), asked_for))
        except Refused as refused:
            _console.print(f"[red]{refused.code}[/red] {escape(refused.detail)}")
            raise typer.Exit(1) from refused
    typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())


async def _looked(url: str, what: tuple[str, str], who: tuple[str, str], asked: Coroutine[Any, Any, Any]) -> Any:
    """What is there, with the look at it kept first; nothing is kept of a name that stands for nobody."""
    found = await asked
    await write_down(url, "as-of", [what[1]], who, [await _county_of(url, *what, found)])
    return found


async def _county_of(url: str, name: str, value: str, found: Any) -> str:
    from onestop.whose import county_of_accounts, county_of_person, county_of_settlement  # noqa: PLC0415

    if name == "rows":
        return ""  # whose a row is, only its service can tell
    if name == "account":
        return county_of_accounts(one.account for one in found)
    return await (county_of_settlement if name == "settlement" else county_of_person)(url, value)


def _names(*values: str | None) -> list[tuple[str, str | None]]:
    return list(zip(("person", "year", "settlement", "account", "rows"), values, strict=True))


def _answers(key: Sequence[str]) -> dict[str, Callable[[str, str, date, datetime], Coroutine[Any, Any, Any]]]:
    from onestop.as_of.accounts import accounts_then  # noqa: PLC0415 - imports every service
    from onestop.as_of.moment import Moment  # noqa: PLC0415
    from onestop.as_of.persons import person_then  # noqa: PLC0415
    from onestop.as_of.rows import rows_then  # noqa: PLC0415
    from onestop.as_of.settlements import settlement_then  # noqa: PLC0415
    from onestop.as_of.years import years_then  # noqa: PLC0415

    asked = {"person": person_then, "year": years_then, "settlement": settlement_then, "account": accounts_then}

    def answering(
        answer: Callable[..., Coroutine[Any, Any, Any]],
    ) -> Callable[[str, str, date, datetime], Coroutine[Any, Any, Any]]:
        return lambda url, value, on, known_at: answer(url, value, Moment(on, known_at))

    answers = {name: answering(answer) for name, answer in asked.items()}
    return answers | {"rows": lambda url, value, _on, known_at: rows_then(url, value, key, known_at)}
