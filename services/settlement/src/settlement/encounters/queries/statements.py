"""The patient's statement (结算说明) of a settlement on file: how it was decided, and what was decided again since."""

from typing import Final

from kernel.values.china_time import china_date
from law import recalculated, statement
from law.packs.model import PackFile
from settlement.encounters.queries.encounters import SettlementOnFile

REVOKED: Final = "这次结算已经撤销，下面的内容不再有效。"


def statement_lines(found: SettlementOnFile, file: PackFile) -> tuple[str, ...]:
    """The lines in reading order; ``file`` is the pack that the last outcome rests on."""
    outcome = found.outcome
    later = (
        recalculated(china_date(change.supplemented_at), change.patient_fen, change.payout_fen)
        for change in found.supplements
    )
    lines = (*statement(outcome.adjudication, outcome.claim, file), *later)
    return (REVOKED, *lines) if found.revoked else lines
