"""A settlement's story as a person reads it at the terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from kernel.values.money import yuan_from_fen
from law import Adjudication, LayerTrace
from onestop.found_by import FoundSettlement
from onestop.trace import Step, Story


def print_choice(console: Console, found: Sequence[FoundSettlement]) -> None:
    """Several settlements that are meant by one name."""
    for one in found:
        line = f"{one.settlement_id}  {one.discharged_on}  {one.hospital_id}  stay {one.encounter_id}"
        console.print(line, soft_wrap=True, highlight=False)
    console.print(f"{len(found)} settlements; `onestop trace SETTLEMENT` tells one of them")


def print_story(console: Console, story: Story) -> None:
    """The bill with its layers and clauses, what was supplemented later, and what happened in which service."""
    settled, result = story.settlement, story.settlement.adjudication
    console.print(f"\n[bold]Settlement {settled.settlement_id}[/bold]  {settled.hospital_id}, {settled.claim.kind}")
    _print_bill(console, result, "Who pays what, and why")
    for supplement in story.supplements:
        console.print(f"\n[bold]Supplement {supplement.supplement_id}[/bold]  review {supplement.review_id}")
        for change in supplement.layers:
            console.print(f"  {change.payer:<10} {yuan_from_fen(change.amount_fen):>14} yuan  {change.clause}")
        console.print(f"  {'patient':<10} {yuan_from_fen(supplement.patient_fen):>14} yuan")
        _print_bill(console, supplement.adjudication, "Who pays what after it, and why")
    for step in story.steps:
        console.print(f"  {step.occurred_at:%H:%M:%S.%f} {step.service:<12} {step.type:<22} {summary_of(step)}")


def _print_bill(console: Console, result: Adjudication, title: str) -> None:
    console.print(f"category {result.category}, {result.document}, policy {result.policy_id}")
    table = Table(title=title, title_justify="left")
    table.add_column("payer")
    table.add_column("yuan", justify="right", no_wrap=True)
    table.add_column("how it comes about")
    table.add_column("clause")
    for layer in result.layers:
        table.add_row(layer.payer, yuan_from_fen(layer.amount_fen), how_of(layer), layer.clause)
    table.add_row("patient", yuan_from_fen(result.patient_pays_fen), "what is left", "", style="bold")
    table.add_row("total", yuan_from_fen(result.total_fen), "", "", style="bold")
    console.print(table)
    if result.payout_fen:
        console.print(f"beside the bill, paid to the person: {yuan_from_fen(result.payout_fen)} yuan")


def how_of(layer: LayerTrace) -> str:
    """How a layer's amount comes about."""
    parts = []
    if layer.percent and layer.base_fen is not None:
        parts.append(f"{layer.percent} % of {yuan_from_fen(layer.base_fen)}")
    elif layer.base_fen is not None:
        parts.append(f"on {yuan_from_fen(layer.base_fen)}")
    bounds = (("asked", layer.asked_fen), ("limit", layer.cap_fen))
    parts += [f"{word} {yuan_from_fen(fen)}" for word, fen in bounds if fen is not None]
    if layer.before_fen is not None and layer.after_fen is not None:
        parts.append(f"year {yuan_from_fen(layer.before_fen)} → {yuan_from_fen(layer.after_fen)}")
    if layer.funds and layer.funds != (layer.payer,):
        parts.append("paid from " + " then ".join(layer.funds))
    return ", ".join([*parts, *layer.flags])


def summary_of(step: Step) -> str:
    """What an event says, in a line; amounts in yuan."""
    event = step.event
    postings = getattr(event, "postings", None)
    if postings:
        return "; ".join(f"{p.account} {yuan_from_fen(p.amount_fen)}" for p in postings)
    if (finding := getattr(event, "finding", None)) is not None:
        return (
            f"patient {yuan_from_fen(finding.patient_fen)}, because of identity's revision {finding.identity_revision}"
        )
    for name in ("state", "kind", "category", "discharged_on", "cancelled_from", "decision", "reason"):
        value = getattr(event, name, None)
        if value is not None:
            return f"{name} {value}"
    return ""
