"""Showing the law in force: the candidates of a place on a day, each with everything that it orders."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table

from law.methods.layer import Layer
from law.packs import Policy
from law.packs.model import PackFile
from workbench.policy.clocks import when
from workbench.policy.figures import FigureRow, figures_in_force
from workbench.policy.words import applies_to


def show(console: Console, candidates: Iterable[Policy], kind: str | None, category: str | None) -> None:
    """Print the candidates in their order; ``kind`` and ``category`` leave out figures that are not for them."""
    for number, policy in enumerate(candidates, start=1):
        document = policy.file.document
        console.rule(f"{number}. {policy.policy_id}", align="left")
        console.print(f"[bold]{document.number}[/bold] {document.title}", highlight=False)
        until = policy.file.in_force_to or "further notice"
        console.print(f"{document.issuer}, {document.issued}; in force {policy.file.in_force_from} to {until}")
        file = policy.file
        served = [(c.code, c.name, c.clause) for c in file.population.categories if category in (None, c.code)]
        funds = [
            (fund.code, fund.name, fund.owner, ", ".join(fund.pays(file.read_as)), fund.clause) for fund in file.funds
        ]
        counted = [(count.name, count.adds, count.clause) for count in file.accumulators]
        clocks = [(clock.name, when(clock), clock.clause) for clock in file.clocks]
        readings = [(reading.ambiguity, reading.value, reading.why) for reading in file.readings]
        for table in (
            _table("Who is served 保障对象", "code", "name", "clause", rows=served),
            _layers(policy, kind, category),
            _figures(policy, kind, category),
            _table("Funds 资金", "code", "name", "owner", "pays only", "clause", rows=funds),
            _table("Counted over the year 年度累计", "name", "adds", "clause", rows=counted),
            _table("Clocks 期限", "what", "due", "clause", rows=clocks),
            _table("Readings where the text is open 条文理解", "question", "taken as", "why", rows=readings),
        ):
            if table.row_count:
                console.print(table)


def _table(title: str, *headings: str, rows: Iterable[tuple[str, ...]] = ()) -> Table:
    table = Table(*headings, title=title, title_justify="left", title_style="bold")
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        table.add_row(*row)
    return table


def _layers(policy: Policy, kind: str | None, category: str | None) -> Table:
    table = _table("Layers in order 支付顺序", "", "payer", "name", "method", "for", "paid from", "clause")
    for number, layer in enumerate(policy.file.layers, start=1):
        whom = "all insured" if layer.everyone else applies_to(layer.for_, policy.file)
        for_kind = not layer.for_.kind or kind is None or kind in layer.for_.kind
        if for_kind and (not layer.for_.category or category is None or category in layer.for_.category):
            paid_from = "\n".join(_paid_from(layer, policy.file, category))
            table.add_row(str(number), layer.payer, layer.name, layer.method, whom, paid_from, layer.clause)
    return table


def _paid_from(layer: Layer, file: PackFile, category: str | None) -> Iterator[str]:
    for row in layer.funding:
        if not row.for_.category:
            yield " then ".join(row.funds)
            return
        if category is None or category in row.for_.category:
            yield f"{' then '.join(row.funds)}: {applies_to(row.for_, file)}"
    yield layer.payer


def _figures(policy: Policy, kind: str | None, category: str | None) -> Table:
    table = _table(f"Figures in force on {policy.on} 标准", "payer", "what", "for", "value", "clause")
    for row in figures_in_force(policy.file, policy.on, policy.readings):
        if _meant(row, kind, category):
            table.add_row(row.of.payer, row.of.table.words, row.of.whom, _value(row, policy), row.clause)
    return table


def _meant(row: FigureRow, kind: str | None, category: str | None) -> bool:
    to = row.of.to
    return (not to.kind or kind is None or kind in to.kind) and (
        not to.category or category is None or category in to.category
    )


def _value(row: FigureRow, policy: Policy) -> str:
    _, _, name = (row.value or "").partition("to be configured: ")
    configured = policy.configured.get(name)
    return f"{configured} (configured: {name})" if configured else row.value or row.of.table.nothing
