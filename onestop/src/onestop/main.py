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
from kernel.values.division_table import know_zones
from onestop import archive_command, parked_command
from onestop.as_of.command import as_of_command
from onestop.chain_command import verify_chain_command
from onestop.checkpoint_command import checkpoint_app
from onestop.coverage_notice_command import coverage_notice_command
from onestop.doctor.command import doctor
from onestop.feed_command import feed_command
from onestop.kafka_rights_command import kafka_rights
from onestop.ledger import command as ledger_command
from onestop.looks import looks_command
from onestop.onboard_command import onboard_command
from onestop.options import HOME, POLICIES, Folder
from onestop.payment_file_command import app as payment_file_app
from onestop.positions_command import positions
from onestop.rebuild.command import rebuild_command
from onestop.reconcile import command as reconcile_command
from onestop.recover.command import recover_command
from onestop.replay_command import replay_command
from onestop.report_command import report_command
from onestop.republish_command import republish
from onestop.restore.command import fill_topics_command, lost_command, restore_command
from onestop.tidy_command import tidy_command
from onestop.trace_command import trace_command
from onestop.unreadable_command import unreadable_command
from onestop.visits_command import visits_command
from onestop.what_if.command import what_if_command

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="OneStop: one-stop settlement for the poorest patients."
)
app.command("feed")(feed_command)
app.command("visits")(visits_command)
app.command("onboard")(onboard_command)
app.command("verify-chain")(verify_chain_command)
app.command("restore")(restore_command)
app.command("adopt-restored", hidden=True)(restore_command)  # its name of before
app.command("rebuild")(rebuild_command)
app.command("recover")(recover_command)
app.command("replay")(replay_command)
app.command("fill-topics")(fill_topics_command)
app.command("lost")(lost_command)
app.command("unreadable")(unreadable_command)
app.command("tidy")(tidy_command)
app.command("report")(report_command)
app.command("coverage-notice")(coverage_notice_command)
app.add_typer(archive_command.app, name="archive")
app.add_typer(checkpoint_app, name="checkpoint")
app.command("doctor")(doctor)
app.command("republish")(republish)
app.command("positions")(positions)
app.command("trace")(trace_command)
app.command("looks")(looks_command)
app.command("what-if")(what_if_command)
app.command("as-of")(as_of_command)
app.command("kafka-rights")(kafka_rights)
app.add_typer(parked_command.app, name="parked")
app.add_typer(ledger_command.app, name="ledger")
app.add_typer(reconcile_command.app, name="reconcile")
app.add_typer(payment_file_app, name="payment-file")
console: Final = Console()

for _plugin in entry_points(group="onestop.commands"):
    _plugin.load()(app)


@app.command()
def token(
    role: Role,
    organisation: Annotated[
        str | None, typer.Option(help="Hospital, department or township (nine digits); needed for those roles.")
    ] = None,
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
def desk() -> None:
    """Run operations' desk: what `trace`, `as-of` and `looks` tell, over HTTP, from the environment's settings."""
    from onestop.deployment import serve_desk  # noqa: PLC0415

    uvloop.run(serve_desk(os.environ))


@app.command()
def platform(
    *,
    database: Annotated[str, typer.Option(envvar="ONESTOP_ADMIN_DATABASE_URL", help="A database of your own.")],
    first_port: Annotated[
        int, typer.Option(help="The services take this port and the next ones, the desk the last.")
    ] = 8001,
    kafka_bootstrap: Annotated[str, typer.Option(help="Run on this Kafka instead of the embedded transport.")] = "",
    topic_prefix: Annotated[str, typer.Option(help="Stands before every topic's name on the broker.")] = "",
    folder: Folder = HOME,
    policies: Path = POLICIES,
    zones: Annotated[str, typer.Option(envvar="ONESTOP_ZONES", help="Zones of your own: 450271=柳东新区,…")] = "",
    logs: Annotated[
        bool, typer.Option("--logs", envvar="ONESTOP_LOG_TOPIC", help="Keep each service's log on a topic, too.")
    ] = False,
) -> None:
    """Every service and the desk in this one process, on a database of your own, until SIGTERM."""
    from onestop.one_process import serve_all  # noqa: PLC0415

    know_zones(zones)

    broker = kafka_bootstrap or None
    uvloop.run(serve_all(database, folder, policies, first_port, broker, topic_prefix, keeps_logs=logs))


@app.command()
def migrate(database: Annotated[str, typer.Option(envvar="ONESTOP_ADMIN_DATABASE_URL")]) -> None:
    """Create roles and schemas and bring all tables up to date."""
    from onestop.migrating import migrate as bring_up_to_date  # noqa: PLC0415

    asyncio.run(bring_up_to_date(database))
