"""The same file as pain.001.001.09 (ISO 20022), for a bank that takes orders so: one batch, an order a payment.

Accounts in China have no IBAN and their branches a CNAPS number (联行号), so both are named as such.
"""

from collections.abc import Iterable, Mapping
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from fund_ledger.payees.domain import Details
from fund_ledger.payment_files.domain.file import FileLine, PaymentFile
from kernel.values.money import yuan_from_fen

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
#: The longest name that a message, a batch or an order may have.
NAME_MAX: Final = 35


def message_id(file_id: str) -> str:
    """What the bank knows a file by: its day and its own part, as a whole name may be longer than a bank takes."""
    return "-".join(file_id.split("-")[-2:])


def order_id(journal_id: str) -> str:
    """What the bank knows a payment by; with its hyphens a journal's name is longer than a bank takes."""
    name = journal_id.replace("-", "")
    assert len(name) <= NAME_MAX, f"{journal_id} is no name for a bank"
    return name


def initiation(of: PaymentFile, lines: Iterable[FileLine], accounts: Mapping[str, Details], payer: Details) -> bytes:
    """The file as XML: the same bytes whenever it is made for the same payer."""
    document = Element("Document", xmlns=NAMESPACE)
    orders = SubElement(document, "CstmrCdtTrfInitn")
    head = SubElement(orders, "GrpHdr")
    _texts(head, MsgId=message_id(of.file_id), CreDtTm=f"{of.made_on}T00:00:00+08:00", **_sums(of))
    _texts(SubElement(head, "InitgPty"), Nm=payer.holder)
    batch = SubElement(orders, "PmtInf")
    _texts(batch, PmtInfId=message_id(of.file_id), PmtMtd="TRF", **_sums(of))
    _texts(SubElement(batch, "ReqdExctnDt"), Dt=f"{of.made_on}")
    _party(batch, "Dbtr", payer)
    for line in lines:
        _order(SubElement(batch, "CdtTrfTxInf"), line, accounts[line.account_id])
    content: bytes = tostring(document, encoding="UTF-8", xml_declaration=True)
    return content


def _order(order: Element, line: FileLine, to: Details) -> None:
    _texts(SubElement(order, "PmtId"), InstrId=str(line.number), EndToEndId=order_id(line.journal_id))
    amount = SubElement(SubElement(order, "Amt"), "InstdAmt", Ccy="CNY")
    amount.text = yuan_from_fen(line.amount_fen)
    _agent(order, "Cdtr", to)
    _texts(SubElement(order, "Cdtr"), Nm=to.holder)
    _account(order, "Cdtr", to)
    # A statement that repeats it is matched to the payment by it.
    _texts(SubElement(order, "RmtInf"), Ustrd=line.journal_id)


def _party(under: Element, who: str, of: Details) -> None:
    _texts(SubElement(under, who), Nm=of.holder)
    _account(under, who, of)
    _agent(under, who, of)


def _account(under: Element, who: str, of: Details) -> None:
    _texts(SubElement(SubElement(SubElement(under, f"{who}Acct"), "Id"), "Othr"), Id=of.number)


def _agent(under: Element, who: str, of: Details) -> None:
    """The branch: by its CNAPS number where that is known, and by its name."""
    branch = SubElement(SubElement(under, f"{who}Agt"), "FinInstnId")
    if of.bank_code:
        member = SubElement(branch, "ClrSysMmbId")
        _texts(SubElement(member, "ClrSysId"), Cd="CNAPS")
        _texts(member, MmbId=of.bank_code)
    _texts(branch, Nm=of.bank)


def _sums(of: PaymentFile) -> dict[str, str]:
    return {"NbOfTxs": str(of.lines), "CtrlSum": yuan_from_fen(of.total_fen)}


def _texts(under: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(under, name).text = text
