"""A bank's statement as MT940 (SWIFT), read by the library of that name (decision 0042)."""

from datetime import date, timedelta
from typing import Any, Final

import mt940

from fund_ledger.bank.domain.statement import LINES_MAX
from fund_ledger.bank.reading.said import Said, SaidLine, fen_of, malformed, truncated
from fund_ledger.bank.reading.words import kept, names_in
from kernel.values.refusals import Refused

_CLOSING: Final = ":62F:"


def swift(content: bytes) -> Said:
    """What an MT940 file says. Raises Refused BANK_FILE_MALFORMED, _TRUNCATED, _CURRENCY or _TOO_LONG."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    if ":60F:" not in text:
        raise malformed("the file", "it has no opening balance (:60F:)")
    if _CLOSING not in text:
        raise truncated(f"it has no closing balance ({_CLOSING})")
    if text.count(_CLOSING) > 1:
        raise malformed("the file", "it holds several statements; take one of one account at a time")
    try:
        parsed: Any = mt940.parse(text)
        opening, closing = parsed.data["final_opening_balance"], parsed.data["final_closing_balance"]
        lines = [one.data for one in parsed.transactions]
    except Exception as wrong:  # the library raises whatever its patterns run into
        raise malformed("the file", f"it is no MT940 ({type(wrong).__name__})") from wrong
    currencies = {opening.amount.currency, closing.amount.currency, *(line["currency"] for line in lines)}
    if currencies != {"CNY"}:
        raise Refused("BANK_FILE_CURRENCY", f"the file is in {', '.join(sorted(map(str, currencies)))}, not in CNY")
    if len(lines) > LINES_MAX:
        raise Refused("BANK_FILE_TOO_LONG", f"one file may have {LINES_MAX} lines; take fewer days at once")
    first, last = _days(_plain(opening.date), _plain(closing.date))
    read = [_line(line, f"line {number}", first, last) for number, line in enumerate(lines, start=1)]
    return Said(read, fen_of(opening.amount.amount, ":60F:"), fen_of(closing.amount.amount, ":62F:"), first, last)


def _days(opened: date, closed: date) -> tuple[date, date]:
    """The days of a statement: banks open with the balance of the evening before, or with that of the first morning."""
    if opened > closed:
        raise malformed("the file", f"it opens on {opened} (:60F:), after it closes on {closed} ({_CLOSING})")
    return min(opened + timedelta(days=1), closed), closed


def _plain(day: date) -> date:
    return date(day.year, day.month, day.day)


def _line(line: dict[str, Any], where: str, first: date, last: date) -> SaidLine:
    value_on = _plain(line["date"])
    entered_on = _plain(line.get("entry_date") or value_on)
    references = f"{line.get('customer_reference') or ''} {line.get('bank_reference') or ''}"
    details = line.get("transaction_details") or ""
    return SaidLine(
        value_on=value_on,
        # A year is not in it, and some banks leave it out: it is a day of the statement in any case.
        entered_on=min(max(entered_on, first), last),
        amount_fen=fen_of(line["amount"].amount, where),
        balance_fen=None,
        reference=kept(references),
        text=kept(details),
        names=names_in(references, details),
    )
