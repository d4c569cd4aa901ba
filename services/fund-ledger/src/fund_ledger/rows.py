"""The ledger's read model: its topics' rows, each event with an entry."""

from typing import Final

from fund_ledger.event_types import REGISTRY
from fund_ledger.journals import rows as journals
from kernel.writing.read_model import ReadModel

READ_MODEL: Final = ReadModel(REGISTRY, tables=(journals.TABLES,), topics=(journals.ROWS,))
