"""Every interleaving of a handful of tasks: an event loop that runs what is ready in each order that there is."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

_STEPS_MAX: Final = 1_000


class _OrderedLoop(asyncio.SelectorEventLoop):
    """Of all callbacks that are ready, runs the one that the plan says; asyncio itself would run them in turn."""

    def __init__(self, plan: list[int]) -> None:
        super().__init__()
        self._plan = plan
        #: How many were ready at each step that had a choice, and which one ran.
        self.choices: list[tuple[int, int]] = []
        self._steps = 0

    def _run_once(self) -> None:  # asyncio's own step, which its type stubs do not show
        ready: Any = self._ready  # type: ignore[attr-defined]  # asyncio's queue of callbacks
        if not ready:
            raise AssertionError("everybody waits and nobody can go on")
        self._steps += 1
        assert self._steps < _STEPS_MAX, "the tasks do not come to an end"
        if len(ready) > 1:
            at = len(self.choices)
            chosen = self._plan[at] if at < len(self._plan) else 0
            self.choices.append((len(ready), chosen))
            ready.rotate(-chosen)
            first = ready.popleft()
            ready.rotate(chosen)
        else:
            first = ready.popleft()
        if not first._cancelled:
            first._run()


def interleavings(scenario: Callable[[], Awaitable[None]]) -> Iterator[tuple[int, ...]]:
    """Run ``scenario`` in every order in which its steps can come, and give the choices of each run.

    The scenario waits for nothing but its own tasks. Raises what it raises, and AssertionError where all of its tasks
    wait for each other. The number of runs grows fast: three tasks of a few steps each are some thousand runs.
    """
    plan: list[int] = []
    while True:
        loop = _OrderedLoop(plan)
        try:
            task = loop.create_task(_of(scenario))
            loop.run_until_complete(task)
        except BaseException as error:
            error.add_note(f"in the order {[chosen for _, chosen in loop.choices]}")
            raise
        finally:
            made = list(loop.choices)
            _close(loop)
        yield tuple(chosen for _, chosen in made)
        plan = _next(made)
        if not plan:
            return


async def _of(scenario: Callable[[], Awaitable[None]]) -> None:
    await scenario()


def _next(choices: list[tuple[int, int]]) -> list[int]:
    """The plan of the next run: the last choice that has not been through all its values goes on by one."""
    for at in range(len(choices) - 1, -1, -1):
        ready, chosen = choices[at]
        if chosen + 1 < ready:
            return [was for _, was in choices[:at]] + [chosen + 1]
    return []


def _close(loop: asyncio.AbstractEventLoop) -> None:
    # What the scenario did not wait for comes to its end in the usual order, which is no run of its own.
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks))
    loop.close()
