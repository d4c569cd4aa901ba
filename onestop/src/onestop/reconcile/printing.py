"""A run and the kept differences as a person reads them at the terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from onestop.doctor.finding import lasting
from onestop.reconcile.difference import Difference
from onestop.reconcile.kept import Kept
from onestop.reconcile.run import Outcome
from onestop.reconcile.runs import Run


def print_outcome(console: Console, outcome: Outcome, seconds: float) -> None:
    """What was compared, and each difference with what mends it."""
    for one in outcome.compared:
        equal = "equal" if not one.parts else f"{len(one.entries)} differ"
        console.print(f"{one.pair}: {one.ours} and {one.theirs}, {equal}")
    print_differences(console, outcome.differences)
    if outcome.moving:
        console.print(f"{outcome.moving} entries were still on their way; the next run looks again")
    console.print(f"{outcome.names} names compared in {seconds:.1f} s, {len(outcome.differences)} differences")


def print_runs(console: Console, runs: Sequence[Run]) -> None:
    """One line a run."""
    for run in runs:
        told = "" if run.names is None else f", {run.names} names compared, {run.found} differences"
        why = f": {run.failure}" if run.failure else ""
        said = f"{run.began_at.isoformat(timespec='seconds')} by {run.began_by}{told}{why}"
        console.print(f"[bold]{run.run_id}[/bold] {run.state} {escape(said)}")
    if not runs:
        console.print("no runs")


def print_differences(console: Console, differences: Sequence[Difference]) -> None:
    """Each with what mends it."""
    for difference in differences:
        said = f"{difference.kind} {difference.subject} ({difference.owner}): {difference.says}"
        console.print(f"[red]{difference.difference_id}[/red] {escape(said)}")
        console.print(f"         [bold]mends it:[/bold] {escape(difference.command)}")


def print_kept(console: Console, listed: Sequence[Kept], *, more: bool = False) -> None:
    """One paragraph a difference; ``more`` says that the list goes on behind the last one."""
    for one in listed:
        head = f"{one.state} for {lasting(one.age_seconds)}, {one.kind} {one.subject} ({one.owner})"
        console.print(f"[bold]{one.difference_id}[/bold] {escape(head)}")
        console.print(f"         {escape(one.says)}")
        console.print(f"         [bold]mends it:[/bold] {escape(one.command)}")
        if one.proposed_by is not None:
            released = f", released by {one.released_by}" if one.released_by else ""
            console.print(
                f"         proposed by {escape(one.proposed_by)}: {escape(one.because or '')}{escape(released)}"
            )
    console.print(f"{len(listed)} differences" if listed else "no differences")
    if more:
        console.print(f"and more: `--after {listed[-1].difference_id}`")
