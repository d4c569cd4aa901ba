"""Explaining a worked example: the trace of each step as a table, and the patient's statement below it."""

from rich.console import Console
from rich.panel import Panel
from rich.table import Table as Grid

from kernel.values.money import yuan_from_fen
from law import LayerTrace, statement
from law.packs import PackLibrary
from workbench.examples.kinds.part import Table
from workbench.examples.playing import PlayedBack, PlayedBill, PlayedRefusal, play
from workbench.examples.runner import table_outcomes
from workbench.examples.settle import SettleExample


def explain(console: Console, example: SettleExample, library: PackLibrary) -> None:
    """Print every step of an example; raises Refused and UnknownPackError."""
    _head(console, example)
    for played in play(example, library):
        match played:
            case PlayedBill():
                _bill(console, played)
            case PlayedBack():
                refund = yuan_from_fen(played.result.patient_pays_fen)
                console.print(f"\nstep {played.step.id}: taken back; {refund} 元 go back to the patient")
            case PlayedRefusal():
                outcome = f"refused: {played.refused}" if played.refused else "settled, although it must be refused"
                console.print(f"\nstep {played.step.id}: {outcome}", highlight=False)


def explain_table(console: Console, example: Table, library: PackLibrary) -> None:
    """Print an example that is a table of cases: what each must come to, and what it comes to."""
    _head(console, example)
    table = Grid("case", "field", "expected", "got")
    for outcome in table_outcomes(example, library):
        for field, expected in outcome.expected.items():
            table.add_row(outcome.step, field, str(expected), str(outcome.got.get(field)))
    console.print(table)
    if example.working:
        console.print(f"by hand: {example.working}", highlight=False)


def _head(console: Console, example: SettleExample | Table) -> None:
    console.print(f"[bold]{example.id}[/bold]  {example.title}", highlight=False)
    console.print(f"clauses: {'; '.join(example.clause)}", highlight=False)


def _bill(console: Console, played: PlayedBill) -> None:
    claim, result = played.claim, played.result
    console.print(
        f"\nstep {played.step.id}: {claim.kind}, {claim.place}, {claim.level or 'any level'}, {claim.discharged_on}, "
        f"category {result.category}, {result.document}",
        highlight=False,
    )
    table = Grid("payer", "how")
    for heading in ("left", "base", "rate", "limit", "in the year", "amount"):
        table.add_column(heading, justify="right")
    table.add_column("clause")
    for column in table.columns:
        column.overflow = "fold"
        # An amount must not be broken in two; the year's two standings may stand one under the other.
        column.no_wrap = column.justify == "right" and column.header != "in the year"
    for layer in result.layers:
        table.add_row(*_row(layer))
    pays = yuan_from_fen(result.patient_pays_fen)
    table.add_row("patient", "", *[""] * 5, pays, "", style="bold")
    table.add_row("total", "", *[""] * 5, yuan_from_fen(result.total_fen), "", style="bold")
    console.print(table)
    changed = {name: after for name, after in result.after_fen.items() if after != result.before_fen.get(name, 0)}
    for name, after in changed.items():
        console.print(f"  {name}: {yuan_from_fen(result.before_fen.get(name, 0))} → {yuan_from_fen(after)}")
    console.print(Panel("\n".join(statement(result, claim, played.policy.file)), title="结算说明", expand=False))


def _row(layer: LayerTrace) -> tuple[str, ...]:
    year = ""
    if layer.before_fen is not None and layer.after_fen is not None:
        year = f"{yuan_from_fen(layer.before_fen)} → {yuan_from_fen(layer.after_fen)}"
    return (
        layer.payer,
        ", ".join((layer.method, *layer.flags)),
        yuan_from_fen(layer.left_before_fen),
        _yuan(layer.base_fen if layer.base_fen is not None else layer.asked_fen),
        f"{layer.percent}%" if layer.percent else "",
        _yuan(layer.cap_fen),
        year,
        yuan_from_fen(layer.amount_fen),
        layer.clause,
    )


def _yuan(fen: int | None) -> str:
    return "" if fen is None else yuan_from_fen(fen)
