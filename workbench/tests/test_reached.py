"""The codes of an operation are read from the code that it runs, as far as it runs for that operation."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from typing_extensions import override

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict
from workbench.promises.reached import Reached

CODES: Final = ("GONE", "TOO_LATE", "TOO_EARLY", "NEVER")
_BY_STATE: Final = {"late": "TOO_LATE"}


class Begin(msgspec.Struct, frozen=True):
    """A command."""


class End(msgspec.Struct, frozen=True):
    """Another one."""


def decide(command: Begin | End, state: str) -> Sequence[str]:
    match command:
        case Begin():
            raise Refused("TOO_EARLY", state)
        case End():
            raise conflict(_BY_STATE[state], state)


DECIDER: Final[Decider[Any, str, str]] = Decider("", decide, lambda state, _event: state)


class Things:
    """Things that are asked for."""

    def known(self, name: str) -> str:
        if name == "NEVER":
            return name
        raise Refused("GONE", name)


class Commands:
    """Commands about things."""

    def __init__(self, things: Things) -> None:
        self._things = things

    def begin(self, name: str) -> Sequence[str]:
        def attempt() -> Sequence[str]:
            return DECIDER.decide(Begin(), self._things.known(name))

        return attempt()

    def end(self) -> Sequence[str]:
        return DECIDER.decide(End(), "")


def routes(commands: Commands) -> tuple[Callable[[], Any], Callable[[], Any]]:
    def begin() -> Any:
        return commands.begin("one")

    def end() -> Any:
        return commands.end()

    return begin, end


def test_an_operation_has_the_codes_of_its_own_commands_and_of_what_these_ask() -> None:
    begin, end = routes(Commands(Things()))
    reached = Reached(CODES, [__name__.partition(".")[0]])
    # NEVER is only compared with, and TOO_LATE is for the end alone.
    assert reached.codes([begin]) == {"GONE", "TOO_EARLY"}
    assert reached.codes([end]) == {"TOO_LATE"}


def test_a_command_that_comes_from_outside_counts_as_one_that_is_made() -> None:
    reached = Reached(CODES, [__name__.partition(".")[0]])
    assert reached.codes([decide]) == frozenset()
    assert reached.codes([decide], [End]) == {"TOO_LATE"}


class Wider(Things):
    """Things that are asked for in a way of their own first."""

    @override
    def known(self, name: str) -> str:
        return super().known(name)


def test_what_a_kind_takes_over_from_the_one_above_it_counts() -> None:
    reached = Reached(CODES, [__name__.partition(".")[0]])
    assert reached.codes([Wider().known]) == {"GONE"}
