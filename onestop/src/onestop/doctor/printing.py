"""An examination as a person reads it at the terminal."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.markup import escape

from onestop.doctor.examination import Verdict
from onestop.doctor.finding import Severity

_COLOURS: Final = {Severity.FAULT: "red", Severity.WARNING: "yellow"}


def print_verdicts(console: Console, verdicts: Sequence[Verdict]) -> None:
    """One line for each thing that is fine, and for each that is not what happened and what to do."""
    for verdict in verdicts:
        if not verdict.findings:
            console.print(f"[green]fine[/green]     {escape(verdict.fine)}")
        for finding in verdict.findings:
            colour = _COLOURS[finding.severity]
            console.print(f"[{colour}]{finding.severity:<8}[/{colour}] {escape(finding.says)}", soft_wrap=True)
            console.print(f"         [bold]do:[/bold] {escape(finding.do)}", soft_wrap=True)
    wrong = sum(len(verdict.findings) for verdict in verdicts)
    console.print("nothing is wrong" if not wrong else f"{wrong} things are wrong" if wrong > 1 else "1 thing is wrong")
