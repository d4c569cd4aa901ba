"""A comparison of two policies as a person reads it at the terminal."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from kernel.values.money import yuan_from_fen
from law import Adjudication
from law.packs import Policy
from law.packs.names import open_figures_of_bills
from workbench.policy.comparing import Comparison, Difference, Group
from workbench.policy.words import KINDS, LEVELS, PLACES


def print_comparison(console: Console, a: Policy, b: Policy, found: Comparison, limit: int) -> None:
    """The figures that differ, then the people who pay otherwise, worst first, at most ``limit`` groups."""
    console.print(f"A: {_name(a)}\nB: {_name(b)}", highlight=False)
    for note in _notes(a, b):
        console.print(note, highlight=False)
    if found.figures:
        console.print(_figures(found))
    if found.groups:
        console.print(_groups(found.groups[:limit]))
    shown = min(limit, len(found.groups))
    console.print(
        f"{found.differing} of {found.cases} cases come out otherwise, in {len(found.groups)} groups; {shown} shown"
    )


def _name(policy: Policy) -> str:
    return f"{policy.policy_id}  {policy.file.document.number}  on {policy.on}"


def _notes(a: Policy, b: Policy) -> Iterator[str]:
    changed = sorted(b.readings - a.readings)
    if a.policy_id == b.policy_id and changed:
        yield f"read otherwise in B: {', '.join(changed)}"
    configured = {name: side.configured[name] for side in (a, b) for name in open_figures_of_bills(side.file)}
    if configured:
        told = ", ".join(f"{name} = {value}" for name, value in configured.items())
        yield f"left open by the documents, here (samples unless configured): {told}"


def _figures(found: Comparison) -> Table:
    table = _table("Figures that differ", "payer", "what", "for", "A", "B", "clause")
    for change in found.figures:
        row = change.row.of
        table.add_row(row.payer, row.table.words, row.whom, change.a, change.b, change.row.clause)
    return table


def _groups(groups: tuple[Group, ...]) -> Table:
    table = _table("Who pays otherwise", "who", "care", "the bill that differs most", "A", "B", "B - A", "clause")
    table.expand = True
    for column, ratio in zip(table.columns, (3, 2, 4, 0, 0, 0, 3), strict=True):
        column.ratio, column.no_wrap = ratio or None, not ratio
    for group in groups:
        most = group.most
        more = f"\n({group.cases} cases)"
        by = yuan_from_fen(most.by_fen) if most.by_fen else ""
        table.add_row(
            "、".join(group.people), _care(group), _bill(most) + more, _result(most.a), _result(most.b), by, most.clause
        )
    return table


def _care(group: Group) -> str:
    places = dict.fromkeys(f"{PLACES[place].split()[0]} {LEVELS[level]}" for _, (place, level) in group.care)
    kinds = dict.fromkeys(KINDS[kind].split()[0] for kind, _ in group.care)
    if len(places) * len(kinds) == len(group.care):
        return f"{'、'.join(kinds)}\n{', '.join(places)}"
    return "\n".join(f"{KINDS[kind].split()[0]} {PLACES[p].split()[0]} {LEVELS[v]}" for kind, (p, v) in group.care)


def _bill(difference: Difference) -> str:
    case = difference.case
    parts = [f"{yuan_from_fen(case.total_fen)}, {case.shape.name}"]
    if case.earlier is not None:
        parts.append(f"after a stay of {yuan_from_fen(case.earlier.total_fen)}, {case.earlier.shape.name}")
    if not case.referred:
        parts.append("without a referral")
    if case.approved_by:
        parts.append(f"special case approved by {', '.join(case.approved_by)}")
    return "; ".join(parts)


def _result(result: Adjudication | str) -> str:
    if isinstance(result, str):
        return f"refused: {result}"
    pays = yuan_from_fen(result.patient_pays_fen)
    return f"{pays}\ncash {yuan_from_fen(result.payout_fen)}" if result.payout_fen else pays


def _table(title: str, *headings: str) -> Table:
    table = Table(*headings, title=title, title_justify="left", title_style="bold", show_lines=True)
    for column in table.columns:
        column.overflow = "fold"
        column.justify = "right" if column.header in {"A", "B", "B - A"} else "left"
    return table
