"""The papers of a case: what is handed in, and what is still missing (000 一(一)3 一套材料; 003 二(六) 凭相关票据)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec


class PaperKind(StrEnum):
    """A paper that may be handed in."""

    INVOICE = "INVOICE"  # 正规票据: without it nothing is aided (004 八(一))
    FEE_LIST = "FEE_LIST"  # 费用清单
    DISCHARGE_RECORD = "DISCHARGE_RECORD"  # 出院小结
    DIAGNOSIS = "DIAGNOSIS"  # 诊断证明
    ID_COPY = "ID_COPY"  # 身份证或户口本复印件
    CARD_COPY = "CARD_COPY"  # 社保卡（医保卡）复印件
    BANK_COPY = "BANK_COPY"  # 银行账户复印件
    AUTHORISATION = "AUTHORISATION"  # 委托书


class Paper(msgspec.Struct, frozen=True):
    """A paper, by the reference under which the office keeps it: the paper itself is personal data."""

    kind: PaperKind
    reference: str


#: Of all cases, and of stays besides. The documents speak of one set of papers (一套材料) and of the formal invoice;
#: what else belongs to a set is a sample, which a place may set otherwise.
NEEDED: Final = frozenset({PaperKind.INVOICE, PaperKind.FEE_LIST, PaperKind.ID_COPY})
OF_STAYS: Final = frozenset({PaperKind.DISCHARGE_RECORD})


def needed_of(named: Iterable[str] | None) -> frozenset[PaperKind]:
    """The papers that a place asks for, by their names; raises ValueError for a kind that there is not."""
    return NEEDED if named is None else frozenset(map(PaperKind, named))


def missing(kind: str, papers: Iterable[Paper], needed: frozenset[PaperKind] = NEEDED) -> tuple[PaperKind, ...]:
    """What is not there yet of what is asked for a stay, or for a visit; the invoice is asked for anyhow."""
    return missing_kinds(kind, (paper.kind for paper in papers), needed)


def missing_kinds(
    kind: str, kinds: Iterable[PaperKind], needed: frozenset[PaperKind] = NEEDED
) -> tuple[PaperKind, ...]:
    """The same by the kinds of the papers that are there."""
    asked = needed | {PaperKind.INVOICE} | (OF_STAYS if kind == "inpatient" else frozenset())
    return tuple(sorted(asked - set(kinds)))
