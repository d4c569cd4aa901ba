"""A verification's verdict as a person reads it at the terminal."""

from rich.console import Console

from onestop.replay.verify import Verdict


def print_verdict(console: Console, verdict: Verdict, seconds: float) -> None:
    """What was compared, and either "replay identical" or the first difference of each table."""
    console.print(
        f"{verdict.events} events replayed in {seconds:.1f} s ({verdict.events / max(seconds, 0.001):,.0f}/s): "
        f"{verdict.rows} rows in {verdict.tables} tables, {verdict.settlements} settlements decided again"
    )
    for difference in verdict.differences:
        console.print(f"[red]different[/red] {difference.where}")
        console.print(f"  live     {difference.live}")
        console.print(f"  replayed {difference.replayed}")
        if difference.made_by:
            console.print(f"  made by  {difference.made_by}")
    console.print(
        "[bold green]replay identical[/bold green]" if verdict.identical else "[bold red]replay differs[/bold red]"
    )
