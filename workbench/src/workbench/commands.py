"""The workbench's commands: they join the command line where the workbench is installed."""

from pathlib import Path

import typer
import uvloop
from rich.console import Console

from onestop.options import HOME, POLICIES, Folder
from workbench.examples.command import examples_command
from workbench.policy import app as policy_app
from workbench.promises import app as promises_app


def add_to(app: typer.Typer) -> None:
    """Add the commands; the entry point ``onestop.commands`` of the package names this function."""
    app.command("demo")(demo)
    app.command("run")(run)
    app.command("examples")(examples_command)
    app.add_typer(policy_app, name="policy")
    app.add_typer(promises_app, name="contracts")
    app.command("generate")(generate)
    app.command("kafka")(kafka)


def demo(folder: Folder = HOME, policies: Path = POLICIES, seed: int = 20190702) -> None:
    """A day in a demo city: departments' feeds, 300 encounters, balanced books, identical replay."""
    from workbench.demo.play import play_demo  # noqa: PLC0415 - a command loads only what it needs

    raise typer.Exit(uvloop.run(play_demo(Console(), folder, policies, seed)))


def run(folder: Folder = HOME, policies: Path = POLICIES, seed: int = 20190702) -> None:
    """The demo city, which then stays up until you end it with ctrl-C; prints the addresses."""
    from workbench.demo.play import play_demo  # noqa: PLC0415

    raise typer.Exit(uvloop.run(play_demo(Console(), folder, policies, seed, stay_up=True)))


def generate() -> None:
    """Write the generated documents anew: OpenAPI, error codes, the schema of packs. Run it in the project's root."""
    from workbench.generate import write_documents  # noqa: PLC0415

    for path in write_documents(Path()):
        Console().print(f"wrote {path}")


def kafka(port: int = 9092, folder: Folder = HOME) -> None:
    """A real Apache Kafka from its Maven artifacts, in the foreground."""
    from kernel.testing.kafka_broker import KafkaBroker  # noqa: PLC0415

    broker = KafkaBroker(folder / "kafka", libs=Path("deploy/kafka/libs"), port=port)
    broker.start()
    Console().print(f"Kafka is ready on {broker.bootstrap}; ctrl-C ends it")
    try:
        broker.wait()
    except KeyboardInterrupt:
        broker.stop()
