"""Money on a page: what is excluded from aid, the funds, prepayment, clearing, advances, premiums, sources."""

from typing import assert_never

from law.packs.model import Fund, PackFile
from law.packs.rules import Advance, Assessment, Clearing, Contracted, Placement, Prepayment, Quota, Reserve
from workbench.policy.page.markdown import paragraph, section, table
from workbench.policy.words import applies_to


def exclusions(file: PackFile) -> list[str]:
    """Reasons for which some payers do not pay."""
    rule = file.exclusions
    if rule is None:
        return []
    rows = [(reason.reason, reason.unless or "", reason.clause) for reason in rule.reasons]
    return section(
        "What is not aided 不予救助",
        paragraph(f"For these reasons {', '.join(rule.withhold)} pay nothing, and nothing is counted."),
        table(["reason", "unless", "clause"], rows),
    )


def funds(file: PackFile) -> list[str]:
    """Funds and what is ordered about them."""
    rows = [(known.code, known.name, known.owner, _pays(known), known.clause) for known in file.funds]
    return section(
        "Funds 资金",
        table(["code", "name", "owner", "pays only (专款专用)", "clause"], rows),
        table(["prepayment 预付", "rule", "clause"], [(p.fund, _prepaid(p), p.clause) for p in file.prepayment]),
        table(["clearing 清算", "when", "clause"], [(c.account, _cleared(c), c.clause) for c in file.clearing]),
        table(["advance 垫付", "rule", "clause"], [(a.name, _advanced(a), a.clause) for a in file.advances]),
        table(
            ["source 来源", "share", "clause"],
            [(s.name, f"{s.percent}%" if s.percent else "", s.clause) for s in file.sources],
        ),
        _premium(file),
    )


def _pays(fund: Fund) -> str:
    also = (f"{', '.join(read.purposes)} (under {', '.join(read.reading)})" for read in fund.also)
    purposes = "; ".join((", ".join(fund.purposes), *also))
    if fund.appropriation_yuan is None:
        return purposes
    often = "a year" if fund.appropriated == "yearly" else "once"
    return f"{purposes}; {fund.appropriation_yuan} 元 {often}"


def _prepaid(rule: Prepayment) -> str:
    match rule:
        case Reserve(months=months, percent_of_year=percent, combine=combine):
            how = {"max": "the larger of", "percent_only": "the second of", "months_only": "the first of"}[combine]
            said = f"{how} {months} months and {percent}% of the year's policy fund"
        case Assessment(prepay_percent=percent):
            said = f"{percent}% beforehand, the rest by assessment in proportion to the score"
        case Quota(percent=percent):
            said = f"{percent}% of last year's real cost; what is left at the year's end lessens the next quota"
        case Placement():
            said = "placed at hospitals for aid on the spot"
        case Contracted():
            said = "as the contract with the institution says"
        case _ as unknown:
            assert_never(unknown)
    return said


def _cleared(clearing: Clearing) -> str:
    month = "" if clearing.month is None else f", in month {clearing.month}"
    return f"every {clearing.every}{month}: refund or top-up (多退少补)"


def _advanced(advance: Advance) -> str:
    lines = [
        f"{line.person.replace('_', ' ')} above {line.above_yuan} 元 (超过)"
        f"{' and at risk of falling into poverty (可能因病致贫)' if line.needs_risk else ''}"
        for line in advance.lines
    ]
    return "; ".join([*lines, f"paid back by the {advance.repaid_by}", f"shortfall: {advance.shortfall}"])


def _premium(file: PackFile) -> list[str]:
    rule = file.premium
    if rule is None:
        return []
    rows = [(applies_to(row.for_, file), _by(row.for_.reading, row.funds), row.clause) for row in rule.rows]
    return [*paragraph(f"Premium paid for them 参保资助: {rule.clause}."), *table(["whose", "from", "clause"], rows)]


def _by(readings: tuple[str, ...], funds_in_order: tuple[str, ...]) -> str:
    only = f" (under {', '.join(readings)})" if readings else ""
    return f"{', then '.join(funds_in_order)}{only}"
