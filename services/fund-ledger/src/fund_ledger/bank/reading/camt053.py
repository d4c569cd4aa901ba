"""A bank's statement as camt.053 (ISO 20022), of any version: booked entries and both balances, read safely.

A file that declares entities or a document type is refused: a few lines of such could fill any memory.
"""

from datetime import date, datetime, timedelta
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from fund_ledger.bank.domain.statement import LINES_MAX
from fund_ledger.bank.reading.said import Said, SaidLine, fen_of, malformed, truncated
from fund_ledger.bank.reading.words import kept, names_in
from kernel.values.china_time import china_date
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused

_END: Final = b"Document>"
#: OPBD opens, or PRCD: what the statement before closed with. CLBD closes.
_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = "CLBD"
_SIGNS: Final = {"CRDT": 1, "DBIT": -1}
_REFERENCES: Final = ("{*}NtryRef", "{*}AcctSvcrRef", ".//{*}Refs/{*}EndToEndId", ".//{*}Refs/{*}InstrId")
_TEXTS: Final = (".//{*}RmtInf/{*}Ustrd", "{*}AddtlNtryInf", ".//{*}AddtlTxInf")


def camt(content: bytes) -> Said:
    """What a camt.053 file says. Raises Refused BANK_FILE_MALFORMED, _TRUNCATED, _CURRENCY, _SUM or _TOO_LONG."""
    statement = _statement(content)
    balances = {code: one for one in statement.findall("{*}Bal") if (code := _text(one, "{*}Tp/{*}CdOrPrtry/{*}Cd"))}
    opened = next((code for code in _OPENING if code in balances), None)
    if opened is None or _CLOSING not in balances:
        raise malformed("the file", "it has no opening (OPBD, PRCD) or no closing balance (CLBD)")
    entries = [one for one in statement.findall("{*}Ntry") if _status(one) == "BOOK"]
    if len(entries) > LINES_MAX:
        raise Refused("BANK_FILE_TOO_LONG", f"one file may have {LINES_MAX} lines; take fewer days at once")
    booked = [_day(one, "{*}BookgDt", f"entry {number}") for number, one in enumerate(entries, start=1)]
    last = _day(balances[_CLOSING], "{*}Dt", _CLOSING)
    first = _first(statement, _day(balances[opened], "{*}Dt", opened), last, booked, opened)
    lines = [_line(one, day, first, last) for one, day in zip(entries, booked, strict=True)]
    _check_summary(statement, lines)
    return Said(lines, _fen(balances[opened], opened), _fen(balances[_CLOSING], _CLOSING), first, last)


def _statement(content: bytes) -> Element:
    if not content.rstrip().endswith(_END):
        raise truncated("it does not end with its document")
    try:
        document: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as wrong:
        raise malformed("the file", f"it is no XML that may be read here ({type(wrong).__name__})") from None
    statements = document.findall("{*}BkToCstmrStmt/{*}Stmt")
    if not statements:
        raise malformed("the file", "it is no camt.053: it holds no statement (BkToCstmrStmt/Stmt)")
    if len(statements) > 1:
        raise malformed("the file", "it holds several statements; take one of one account at a time")
    return statements[0]


def _first(statement: Element, opened: date, closed: date, booked: list[date], code: str) -> date:
    """The first day: as said, or else by the opening balance, which banks date by that day or by the evening before."""
    if statement.find("{*}FrToDt") is not None:
        first = _day(statement, "{*}FrToDt", "the statement", "FrDtTm", "FrDt")
    elif code == "OPBD" and opened in booked:
        first = opened
    else:
        first = min(opened + timedelta(days=1), closed)
    if first > closed or opened > closed:
        raise malformed("the file", f"it opens on {min(first, opened)}, after it closes on {closed}")
    return first


def _line(entry: Element, booked_on: date, first: date, last: date) -> SaidLine:
    value = entry.find("{*}ValDt")
    references = " ".join(_all(entry, _REFERENCES))
    details = " ".join(_all(entry, _TEXTS))
    return SaidLine(
        value_on=booked_on if value is None else _day(entry, "{*}ValDt", "an entry"),
        entered_on=min(max(booked_on, first), last),
        amount_fen=_fen(entry, "an entry"),
        balance_fen=None,
        reference=kept(references),
        text=kept(details),
        names=names_in(references, details),
    )


def _check_summary(statement: Element, lines: list[SaidLine]) -> None:
    """What the bank says of all entries has to be what they come to; banks may leave it out."""
    for kind, sign in (("TtlCdtNtries", 1), ("TtlDbtNtries", -1)):
        counted = [line.amount_fen * sign for line in lines if line.amount_fen * sign > 0]
        number = _text(statement, f"{{*}}TxsSummry/{{*}}{kind}/{{*}}NbOfNtries")
        told = _text(statement, f"{{*}}TxsSummry/{{*}}{kind}/{{*}}Sum")
        if number and number != str(len(counted)):
            raise Refused("BANK_FILE_SUM", f"the file says {number[:10]} entries in {kind}, and it has {len(counted)}")
        if told and fen_of(told, kind) != sum(counted):
            right = yuan_from_fen(sum(counted))
            raise Refused("BANK_FILE_SUM", f"the file says {told[:20]} yuan in {kind}, and its entries come to {right}")


def _fen(one: Element, where: str) -> int:
    amount, sign = one.find("{*}Amt"), _SIGNS.get(_text(one, "{*}CdtDbtInd"))
    if amount is None or sign is None:
        raise malformed(where, "it has no amount, or does not say whether it is a credit")
    currency = amount.get("Ccy", "")
    if currency != "CNY":
        raise Refused("BANK_FILE_CURRENCY", f"the file is in {currency[:3]}, not in CNY")
    fen = fen_of(amount.text or "", where)
    if fen < 0 or not (amount.text or "").strip():
        raise malformed(where, "an amount has no sign of its own, and is never empty")
    return fen * sign


def _status(entry: Element) -> str:
    return _text(entry, "{*}Sts/{*}Cd") or _text(entry, "{*}Sts")


def _day(one: Element, path: str, where: str, *names: str) -> date:
    for name in names or ("Dt", "DtTm"):
        text = _text(one, f"{path}/{{*}}{name}")
        if text:
            try:
                return _china_day(text)
            except ValueError:
                raise malformed(where, f"{text[:20]!r} is no day") from None
    raise malformed(where, "it has no day")


def _china_day(text: str) -> date:
    """The day in China of a day or a moment; a moment without a zone is China's."""
    if "T" not in text:
        return date.fromisoformat(text[:10])
    moment = datetime.fromisoformat(text)
    return moment.date() if moment.tzinfo is None else china_date(moment)


def _text(one: Element, path: str) -> str:
    return (one.findtext(path) or "").strip()


def _all(entry: Element, paths: tuple[str, ...]) -> list[str]:
    return [text for path in paths for found in entry.findall(path) if (text := (found.text or "").strip())]
