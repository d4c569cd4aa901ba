"""The waterfall on a page: each layer in its order with its method, figures, counts and funds."""

from law.methods.layer import Layer
from law.packs.model import PackFile
from workbench.policy.figures import FigureRow, figures
from workbench.policy.page.markdown import paragraph, section, table
from workbench.policy.words import applies_to

_HEADINGS = ("what", "for", "from", "figure", "clause")


def waterfall(file: PackFile) -> list[str]:
    """All layers, and what is counted over the year."""
    in_force = {f"{reading.ambiguity}:{reading.value}" for reading in file.readings}
    layers = [line for i, layer in enumerate(file.layers, start=1) for line in _layer(i, layer, file, in_force)]
    return section(
        "Who pays, in order 支付顺序",
        paragraph(
            "Each payer takes its part of what those before it have left of the bill; the patient pays the rest."
        ),
        layers,
        _counts(file),
    )


def _layer(number: int, layer: Layer, file: PackFile, in_force: set[str]) -> list[str]:
    rows = [row for row in figures(file) if row.of.payer == layer.payer]
    taken = [row for row in rows if in_force.issuperset(row.of.to.reading)]
    other = [row for row in rows if not in_force.issuperset(row.of.to.reading)]
    return [
        f"### {number}. {layer.name} ({layer.payer})",
        "",
        *paragraph(f"{layer.DESCRIPTION} Clause: {layer.clause}."),
        *[f"- {fact}" for fact in _facts(layer, file)],
        "",
        *(paragraph("Of one kind of figure, the first line that fits counts.") if len(taken) > 1 else []),
        *table(_HEADINGS, [_row(row) for row in taken]),
        *(paragraph("Only under another reading of the text:") if other else []),
        *table([*_HEADINGS, "reading"], [(*_row(row), ", ".join(row.of.to.reading)) for row in other]),
    ]


def _facts(layer: Layer, file: PackFile) -> list[str]:
    whom = "everyone insured" if layer.everyone else "the people served"
    to = applies_to(layer.for_, file)
    facts = [f"for {whom}{'' if to == 'all' else f': {to}'}"]
    if layer.lessens_own_cost:
        facts.append("what it pays of the compliant cost is not the person's own for the payers after it")
    if layer.needs_referral:
        told = applies_to(layer.referral_for, file)
        facts.append(f"out of county only with a referral{'' if told == 'all' else f' ({told})'}")
    facts += [f"counted in `{counted.name}`: {applies_to(counted.for_, file)}" for counted in layer.counters]
    facts += [
        f"paid from {', then '.join(row.funds)}: {applies_to(row.for_, file)} ({row.clause})" for row in layer.funding
    ]
    return [*facts, *layer.facts()]


def _row(row: FigureRow) -> tuple[str, ...]:
    value = row.value or row.of.table.nothing
    sample = " (a sample)" if row.sample else ""
    return row.of.table.words, row.of.whom, str(row.from_ or ""), f"{value}{sample}", row.clause


def _counts(file: PackFile) -> list[str]:
    rows = [(known.name, known.adds, known.clause) for known in file.accumulators]
    if not rows:
        return []
    return [
        "### Counted over the year 年度累计",
        "",
        *paragraph("Per person and calendar year, by the day of discharge or of the visit."),
        *table(["name", "adds", "clause"], rows),
    ]
