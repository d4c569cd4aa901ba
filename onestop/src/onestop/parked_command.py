"""The commands ``onestop parked …``: what operations does about messages that could not be consumed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from onestop.doors import Door, DoorOption, RefusedAtTheDoorError, Token, doors

app: Final = typer.Typer(
    no_args_is_help=True, help="Messages that could not be consumed: list, show, mend, void, retry."
)
console: Final = Console()
_PATH: Final = "/v1/parked-messages"

Service = Annotated[str, typer.Argument(help="The service that could not consume it, such as fund-ledger.")]
Consumer = Annotated[str, typer.Argument(help="Its consumer, as the list shows it.")]
Topic = Annotated[str, typer.Argument(help="The topic, which is named after its publisher.")]
Partition = Annotated[int, typer.Argument(min=0)]
Number = Annotated[int, typer.Argument(min=1, help="The message's number in its partition.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept with your name.", prompt=True)]


@app.command("list")
def list_parked(
    service: Annotated[str | None, typer.Argument(help="One service; else all.")] = None,
    key: Annotated[str | None, typer.Option(help="Of one person or account.")] = None,
    door: DoorOption = None,
    token: Token = "",
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also those that only wait behind another.")] = False,
) -> None:
    """Which messages are parked, why, and how many wait behind each; exit 1 where there are any."""
    found: list[tuple[str, dict[str, Any]]] = []
    with _doors(service, door, token) as opened:
        for name, one in opened.items():
            found += [(name, row) for row in _pages(one, key, causes=not everything)]
    if found:
        _print(found)
    console.print(f"{len(found)} parked" if found else "nothing is parked")
    raise typer.Exit(1 if found else 0)


@app.command()
def show(
    service: Service,
    consumer: Consumer,
    topic: Topic,
    partition: Partition,
    number: Number,
    door: DoorOption = None,
    token: Token = "",
) -> None:
    """One message with its headers and its body, as JSON; `--body` of mend takes the body in the same form."""
    with _door(service, door, token) as one:
        typer.echo(json.dumps(one.get(_place(consumer, topic, partition, number)), indent=2, ensure_ascii=False))


@app.command()
def retry(
    service: Service,
    consumer: Consumer,
    topic: Topic,
    key: Annotated[str, typer.Argument(help="The person or account whose messages are to be worked off.")],
    door: DoorOption = None,
    token: Token = "",
) -> None:
    """Work off a key's messages in their order, and those of the consumers that follow; exit 1 where one stays."""
    body = {"consumer": consumer, "topic": topic, "key": key}
    with _door(service, door, token) as one:
        while True:
            came_to = one.post(f"{_PATH}/retry", body)["consumers"]
            for at in came_to:
                _print_retried(at)
            first = came_to[0]
            if not first["left"] or first["stopped_at"] is not None:
                break
    raise typer.Exit(1 if any(at["left"] for at in came_to) else 0)


@app.command()
def mend(
    service: Service,
    consumer: Consumer,
    topic: Topic,
    partition: Partition,
    number: Number,
    body: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The whole new body, as JSON.")],
    reason: Reason,
    door: DoorOption = None,
    token: Token = "",
) -> None:
    """Put another body in the place of a message's; another person must retry it."""
    try:
        told = json.loads(body.read_bytes())
    except ValueError as error:
        raise typer.BadParameter(f"{body.name} is not JSON: {error}", param_hint="--body") from error
    with _door(service, door, token) as one:
        one.post(f"{_place(consumer, topic, partition, number)}/mend", {"body": told, "reason": reason})
    console.print("mended; now another person says `onestop parked retry`")


@app.command()
def void(
    service: Service,
    consumer: Consumer,
    topic: Topic,
    partition: Partition,
    number: Number,
    reason: Reason,
    door: DoorOption = None,
    token: Token = "",
) -> None:
    """Say that a message is to have no effect; another person must retry its key, which drops it."""
    with _door(service, door, token) as one:
        one.post(f"{_place(consumer, topic, partition, number)}/void", {"reason": reason})
    console.print("voided; now another person says `onestop parked retry`")


def _place(consumer: str, topic: str, partition: int, number: int) -> str:
    return f"{_PATH}/{consumer}/{topic}/{partition}/{number}"


@contextmanager
def _doors(service: str | None, said: list[str] | None, token: str) -> Iterator[dict[str, Door]]:
    from onestop.services import SERVICES  # noqa: PLC0415 - it takes every service

    if not token:
        raise typer.BadParameter("give a token of operations, or set ONESTOP_TOKEN", param_hint="--token")
    try:
        addresses = doors(said or (), {name: one.port for name, one in SERVICES.items()})
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--door") from error
    if service is not None and service not in addresses:
        raise typer.BadParameter(f"{service!r} is none of {', '.join(addresses)}", param_hint="SERVICE")
    opened = {name: Door(address, token) for name, address in addresses.items() if service in (None, name)}
    try:
        yield opened
    except RefusedAtTheDoorError as refused:
        console.print(f"[red]refused[/red] {escape(str(refused))}", soft_wrap=True)
        raise typer.Exit(1) from refused
    finally:
        for one in opened.values():
            one.close()


@contextmanager
def _door(service: str, said: list[str] | None, token: str) -> Iterator[Door]:
    with _doors(service, said, token) as opened:
        yield opened[service]


def _pages(door: Door, key: str | None, *, causes: bool) -> Iterator[dict[str, Any]]:
    after = None
    while True:
        page = door.get(_PATH, key=key, causes=str(causes).lower(), limit=500, after=after)
        yield from page["items"]
        after = page.get("next")
        if after is None:
            return


def _print(found: list[tuple[str, dict[str, Any]]]) -> None:
    table = Table("service", "consumer", "topic", "part.", "number", "key", "behind", "since", "why", box=None)
    for service, row in found:
        place = (row["consumer"], row["topic"], str(row["partition"]), str(row["pseq"]), row["key"])
        why = f"{row['error_code']} {row['error']}"
        table.add_row(service, *map(escape, place), str(row["behind"]), row["parked_at"][:19], escape(why))
    console.print(table)


def _print_retried(at: dict[str, Any]) -> None:
    console.print(f"{at['consumer']}: {at['worked_off']} worked off, {at['voided']} voided, {at['left']} left")
    if (stopped := at["stopped_at"]) is not None:
        said = f"{stopped['error_code']} {stopped['error']}"
        console.print(f"[red]stopped[/red] at message {stopped['pseq']}: {escape(said)}", soft_wrap=True)
