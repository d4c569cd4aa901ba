"""``python -m benchmarks door-to-books``: these figures alone, or some of them."""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.door_to_books.figures import HEADINGS
from benchmarks.door_to_books.measuring import EVERYTHING, Asked, door_to_books
from benchmarks.report import table
from onestop.embedded_postgres import EmbeddedPostgres


def main(arguments: Sequence[str]) -> None:
    """Measure what the command line asks for and print it."""
    asked = _asked(arguments)
    with tempfile.TemporaryDirectory() as name, EmbeddedPostgres(Path(name) / "postgres") as server:
        rows = door_to_books(server, Path(name), asked)
    print("\n".join(table(HEADINGS, rows)))


def _asked(arguments: Sequence[str]) -> Asked:
    parser = argparse.ArgumentParser(prog="python -m benchmarks door-to-books")
    parser.add_argument("--transport", choices=EVERYTHING.transports, action="append", help="default: both")
    parser.add_argument("--rate", type=float, action="append", help="settlements a second; default: 50 and 200")
    parser.add_argument("--seconds", type=float, default=EVERYTHING.seconds, help="how long each rate lasts")
    parser.add_argument("--highest", action="store_true", help="the highest rate that four processes hold")
    given = parser.parse_args(arguments)
    part = given.transport or given.rate
    return Asked(
        transports=given.transport or (() if given.highest and not part else EVERYTHING.transports),
        rates=given.rate or EVERYTHING.rates,
        seconds=given.seconds,
        highest=given.highest or not part,
    )
