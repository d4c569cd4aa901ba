"""The bank's answer as pain.002 (ISO 20022), of any version: what became of each order, read safely."""

from typing import Final
from uuid import UUID
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from fund_ledger.bank.reading.said import fen_of
from fund_ledger.payment_files.domain.file import LINES_MAX, Result, Why
from fund_ledger.payment_files.reading.answer import SaidAnswer
from fund_ledger.payment_files.reading.initiation import message_id
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused

_END: Final = b"Document>"
#: Settled on the payer's account, or on the payee's; anything else but a rejection may still change.
_PAID: Final = frozenset({"ACSC", "ACCC"})
_REJECTED: Final = "RJCT"
_REASONS: Final[dict[str, Why]] = {
    "AC04": "ACCOUNT_CLOSED",
    "AC06": "ACCOUNT_CLOSED",
    "AC07": "ACCOUNT_CLOSED",
    "AC01": "ACCOUNT_WRONG",
    "AC03": "ACCOUNT_WRONG",
    "BE01": "ACCOUNT_WRONG",
    "RC01": "ACCOUNT_WRONG",
}


def report_of(content: bytes, file_id: str) -> SaidAnswer:
    """What a report says of the file ``file_id``, or of the one that it names.

    Raises Refused RETURN_FILE_MALFORMED, RETURN_FILE_TRUNCATED or RETURN_FILE_SUM.
    """
    try:
        return _read(_report(content), file_id)
    except Refused as refused:
        # What the bank's other files are called stays with them.
        if refused.code == "BANK_FILE_MALFORMED":
            raise _malformed(refused.detail) from None
        raise


def _read(report: Element, file_id: str) -> SaidAnswer:
    named = _text(report, "{*}OrgnlGrpInfAndSts/{*}OrgnlMsgId")
    orders = report.findall("{*}OrgnlPmtInfAndSts/{*}TxInfAndSts")
    if len(orders) > LINES_MAX:
        raise _malformed(f"it has more than the {LINES_MAX} orders that a file may have")
    results = tuple(_result(order, f"order {place}") for place, order in enumerate(orders, start=1))
    _check_sums(report, results)
    return SaidAnswer(file_id if named == message_id(file_id) else named, None, results)


def _report(content: bytes) -> Element:
    if not content.rstrip().endswith(_END):
        detail = "it does not end with its document; the answer seems to be cut off, fetch it from the bank again"
        raise Refused("RETURN_FILE_TRUNCATED", detail)
    try:
        document: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as wrong:
        raise _malformed(f"it is no XML that may be read here ({type(wrong).__name__})") from None
    report = document.find("{*}CstmrPmtStsRpt")
    if report is None:
        raise _malformed("it is no pain.002: it holds no report (CstmrPmtStsRpt)")
    return report


def _result(order: Element, where: str) -> Result:
    number, status = _text(order, "{*}OrgnlInstrId"), _text(order, "{*}TxSts")
    if not (number.isascii() and number.isdigit() and len(number) <= len(str(LINES_MAX))):
        raise _malformed(f"{where}: OrgnlInstrId is no number of a line")
    if status not in _PAID and status != _REJECTED:
        wanted = ", ".join(sorted(_PAID))
        raise _malformed(f"{where}: TxSts is {wanted} or {_REJECTED}; take the answer once no order is under way")
    amount = order.find("{*}OrgnlTxRef/{*}Amt/{*}InstdAmt")
    if amount is None or amount.get("Ccy") != "CNY":
        raise _malformed(f"{where}: it names no amount in CNY (OrgnlTxRef/Amt/InstdAmt)")
    code = _text(order, "{*}StsRsnInf/{*}Rsn/{*}Cd")
    return Result(
        number=int(number),
        journal_id=_journal(_text(order, "{*}OrgnlEndToEndId")),
        amount_fen=fen_of((amount.text or "").strip(), where),
        paid=status in _PAID,
        why=None if status in _PAID else _REASONS.get(code, "OTHER"),
    )


def _journal(order_id: str) -> str:
    """The payment's name as it is here; what is no such name stays as it is, and is refused with the line."""
    try:
        return str(UUID(hex=order_id))
    except ValueError:
        return order_id


def _check_sums(report: Element, results: tuple[Result, ...]) -> None:
    head = report.find("{*}OrgnlGrpInfAndSts")
    said, total = (_text(head, name) if head is not None else "" for name in ("{*}OrgnlNbOfTxs", "{*}OrgnlCtrlSum"))
    if said and said != str(len(results)):
        raise Refused("RETURN_FILE_SUM", f"the answer is for {said[:15]} orders, and it has {len(results)}")
    right = sum(one.amount_fen for one in results)
    if total and fen_of(total, "OrgnlCtrlSum") != right:
        raise Refused(
            "RETURN_FILE_SUM", f"the orders of the answer come to {yuan_from_fen(right)} yuan, not to its sum"
        )


def _text(under: Element, path: str) -> str:
    return (under.findtext(path) or "").strip()


def _malformed(what: str) -> Refused:
    return Refused("RETURN_FILE_MALFORMED", what)
