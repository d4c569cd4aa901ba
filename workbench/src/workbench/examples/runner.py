"""Running examples: each is played, and what comes out is compared field by field."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from kernel.values.refusals import Refused
from law.packs import PackLibrary
from workbench.examples.document import Example, read
from workbench.examples.kinds.part import Table
from workbench.examples.outcome import Mismatch, Outcome, Report, compare
from workbench.examples.player import Player
from workbench.examples.settle import SettleExample, UnknownPackError, expected_of, step_name, unexpected_layers

#: Without packs, tables that need one are reported as of an unknown pack; ``settle`` examples ask the player.
_NO_PACKS: Final = PackLibrary(())


def run(paths: Iterable[Path], player: Player, library: PackLibrary = _NO_PACKS) -> Report:
    """Play every example of some files; raises PackError for a file that is not in the schema."""
    return run_examples(read(paths), player, library)


def run_examples(examples: Iterable[Example], player: Player, library: PackLibrary = _NO_PACKS) -> Report:
    """Play examples that were read before."""
    count = steps = 0
    mismatches: list[Mismatch] = []
    for example in examples:
        if isinstance(example, SettleExample):
            played, found = compare(example.id, settle_outcomes(example, player))
        else:
            played, found = compare(example.id, table_outcomes(example, library))
        count += 1
        steps += played
        mismatches += found
    return Report(count, steps, tuple(mismatches))


def table_outcomes(example: Table, library: PackLibrary) -> Iterator[Outcome]:
    """The cases of any other kind, from the services' domain code."""
    try:
        yield from example.play(library)
    except Refused as refused:
        yield Outcome("table", {"refused": None}, {"refused": str(refused)})
    except UnknownPackError:
        for number in range(1, example.steps + 1):
            yield Outcome(f"case {number}", {"region": example.region}, {"region": "unknown pack"})


def settle_outcomes(example: SettleExample, player: Player) -> Iterator[Outcome]:
    """The steps of a ``settle`` example. After a refusal the steps that follow cannot be played."""
    waiting = list(example.steps)
    try:
        for result in player.play(example):
            step = waiting.pop(0)
            expected = expected_of(step) | unexpected_layers(step, result.fields)
            yield Outcome(step_name(step), expected, result.fields)
    except Refused as refused:
        yield Outcome(step_name(waiting.pop(0)), {"refused": None}, {"refused": str(refused)})
    except UnknownPackError:
        for step in waiting:
            yield Outcome(step_name(step), {"region": example.region}, {"region": "unknown pack"})
        return
    for step in waiting:
        yield Outcome(step_name(step), {"played": True}, {"played": False})
