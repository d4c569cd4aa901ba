"""Accounts of the chart under names that plain-text accounting programs know: a root, then parts with capitals."""

from typing import Final

from fund_ledger.journals.domain import accounts

_ROOTS: Final = {
    accounts.BANK: "Assets:Bank",
    accounts.FUND: "Equity:Fund",
    accounts.PAYABLE: "Liabilities:Payable",
    accounts.RECEIVABLE: "Assets:Receivable",
    accounts.MEMO: "Expenses:Memo",
}
#: The other side of a memo, which is of a hospital.
_MEMO_OF: Final = "Income:Memo"


class Names:
    """Gives each account one name, and never two accounts the same."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}

    def of(self, account: str) -> str:
        """The name of an account, such as ``Liabilities:Payable:Hospital:IH1:C445202:MA``."""
        name = _name(account)
        other = self._given.setdefault(name, account)
        if other != account:
            raise ValueError(f"{other} and {account} would both be {name}: no program could tell them apart")
        return name


def _name(account: str) -> str:
    parsed = accounts.parse(account)
    root = _MEMO_OF if parsed.kind == accounts.MEMO and parsed.payee_kind else _ROOTS[parsed.kind]
    payee = (parsed.payee_kind.capitalize(), f"I{_part(parsed.payee_id or '')}") if parsed.payee_kind else ()
    return ":".join((root, *payee, f"C{parsed.county}", _part(parsed.fund)))


def _part(text: str) -> str:
    """Letters, digits and dashes stay; each other character becomes its number between dashes."""
    return "".join(c if c.isalnum() or c == "-" else f"-{ord(c):02x}-" for c in text)
