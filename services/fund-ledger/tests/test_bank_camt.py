"""The bank's statement as camt.053: taken as the others are, of any version; what could harm a reader is refused."""

from typing import Any, Final

import httpx
import pytest

from kernel.testing.surroundings import Service

PATH: Final = "/v1/bank-statements?county=445202&fund=MA"
XML: Final = {"content-type": "application/xml"}
RECEIPT: Final = {"county": "445202", "fund": "MA", "amount": "500.00", "source": "BUDGET", "value_on": "2019-07-30"}


def _balance(code: str, amount: str, day: str, sign: str = "CRDT") -> str:
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    return f'<Bal>{kind}<Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>'


def _entry(amount: str, sign: str, day: str, *, text: str = "", status: str = "<Cd>BOOK</Cd>", ccy: str = "CNY") -> str:
    return (
        f'<Ntry><Amt Ccy="{ccy}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>{status}</Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>BR{amount}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def _file(*parts: str, version: str = "08", before: str = "", summary: str = "") -> bytes:
    head = f'<?xml version="1.0" encoding="UTF-8"?>{before}'
    space = f'xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"'
    stated = f"<Stmt><Id>1</Id>{summary}{''.join(parts)}</Stmt>"
    return f"{head}<Document {space}><BkToCstmrStmt>{stated}</BkToCstmrStmt></Document>".encode()


async def _take(finance: httpx.AsyncClient, content: bytes) -> tuple[int, Any]:
    answer = await finance.post(PATH, content=content, headers=XML)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("version", ["02", "08", "13"])
@pytest.mark.parametrize("status", ["BOOK", "<Cd>BOOK</Cd>"])
async def test_booked_entries_meet_their_journals_and_lead_to_the_closing(
    finance: httpx.AsyncClient, version: str, status: str
) -> None:
    receipt = (await finance.post("/v1/fund-receipts", json=RECEIPT)).json()["journal_id"]
    content = _file(
        _balance("OPBD", "0.00", "2019-07-30"),
        _balance("CLBD", "499.50", "2019-07-31"),
        _entry("500.00", "CRDT", "2019-07-30", text=f"财政拨款 {receipt}", status=status),
        _entry("0.50", "DBIT", "2019-07-31", text="手续费 张三 6222021234567890123", status=status),
        _entry("9.00", "DBIT", "2019-07-31", status="<Cd>PDNG</Cd>"),
        version=version,
    )
    assert await _take(finance, content) == (201, {"statement_id": "445202-MA-2019-07-31", "open": 1})
    lines = (await finance.get("/v1/bank-statements/445202-MA-2019-07-31/lines")).json()["items"]
    assert [(line["amount"], line["balance"], line["journals"]) for line in lines] == [
        ("500.00", "500.00", [receipt]),
        ("-0.50", "499.50", []),
    ]
    assert lines[1]["text"] == "手续费 ***0123", "whom it names is not kept"
    # The next one goes on where it ended; the bank dates its opening by the evening before.
    after = [_balance("PRCD", "499.50", "2019-07-31"), _balance("CLBD", "489.50", "2019-08-01")]
    assert (await _take(finance, _file(*after, _entry("10.00", "DBIT", "2019-08-01"))))[0] == 201
    assert (await _take(finance, content))[1]["code"] == "BANK_FILE_TWICE"


@pytest.mark.parametrize(
    ("moment", "last"),
    [
        ("2019-07-30T23:30:00", "2019-07-30"),
        ("2019-07-30T01:00:00+08:00", "2019-07-30"),
        ("2019-07-29T16:30:00Z", "2019-07-30"),
        ("2019-07-30T16:30:00Z", "2019-07-31"),
    ],
)
async def test_a_moment_with_a_zone_is_a_day_in_china(finance: httpx.AsyncClient, moment: str, last: str) -> None:
    closing = CLOSE.replace("<Dt><Dt>2019-07-30</Dt></Dt>", f"<Dt><DtTm>{moment}</DtTm></Dt>")
    days = "<FrToDt><FrDtTm>2019-07-30T00:00:00</FrDtTm><ToDtTm>2019-07-30T23:59:59</ToDtTm></FrToDt>"
    status, body = await _take(finance, _file(OPEN, closing, RIGHT, summary=days))
    assert (status, body.get("statement_id")) == (201, f"445202-MA-{last}"), body


BOMB: Final = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
FILE_OF_OURS: Final = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>'
OPEN: Final = _balance("OPBD", "0.00", "2019-07-30")
CLOSE: Final = _balance("CLBD", "500.00", "2019-07-30")
RIGHT: Final = _entry("500.00", "CRDT", "2019-07-30")
SUMMARY: Final = "<TxsSummry><TtlCdtNtries><NbOfNtries>{}</NbOfNtries><Sum>{}</Sum></TtlCdtNtries></TxsSummry>"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (_file(OPEN, CLOSE, RIGHT, before=BOMB), "BANK_FILE_MALFORMED"),
        (_file(OPEN, CLOSE, RIGHT, before=FILE_OF_OURS), "BANK_FILE_MALFORMED"),
        (_file(OPEN, CLOSE, RIGHT)[:-30], "BANK_FILE_TRUNCATED"),
        (_file(OPEN, CLOSE, RIGHT).replace(b"</Stmt>", b""), "BANK_FILE_MALFORMED"),
        (_file(OPEN, RIGHT), "BANK_FILE_MALFORMED"),
        (_file(CLOSE, RIGHT), "BANK_FILE_MALFORMED"),
        (_file(OPEN, CLOSE, _entry("499.99", "CRDT", "2019-07-30")), "BANK_FILE_SUM"),
        (_file(OPEN, CLOSE, RIGHT, summary=SUMMARY.format(2, "500.00")), "BANK_FILE_SUM"),
        (_file(OPEN, CLOSE, RIGHT, summary=SUMMARY.format(1, "500.01")), "BANK_FILE_SUM"),
        (_file(OPEN, CLOSE, _entry("500.00", "CRDT", "2019-07-30", ccy="USD")), "BANK_FILE_CURRENCY"),
        (_file(OPEN, CLOSE, _entry("五百", "CRDT", "2019-07-30")), "BANK_FILE_MALFORMED"),
        (_file(OPEN, CLOSE, _entry("", "CRDT", "2019-07-30")), "BANK_FILE_MALFORMED"),
        (_file(OPEN, CLOSE, _entry("-500.00", "DBIT", "2019-07-30")), "BANK_FILE_MALFORMED"),
        (_file(OPEN, CLOSE, _entry("500.00", "BOTH", "2019-07-30")), "BANK_FILE_MALFORMED"),
        (_file(OPEN, CLOSE, _entry("500.00", "CRDT", "30.7.2019")), "BANK_FILE_MALFORMED"),
        (_file(OPEN, _balance("CLBD", "0.00", "2019-07-30")), "BANK_FILE_EMPTY"),
        (_file(OPEN, _balance("CLBD", "500.00", "2019-07-29"), RIGHT), "BANK_FILE_MALFORMED"),
        (_file(OPEN, CLOSE, RIGHT, "</Stmt><Stmt>", OPEN, CLOSE, RIGHT), "BANK_FILE_MALFORMED"),
        (b"<a/></Document>", "BANK_FILE_MALFORMED"),
        (b'<?xml version="1.0" encoding="no-such"?><Document></Document>', "BANK_FILE_MALFORMED"),
        (b"<Document></Document>", "BANK_FILE_MALFORMED"),
    ],
)
async def test_a_broken_or_harmful_file_is_refused_and_nothing_is_taken(
    ledger: Service, finance: httpx.AsyncClient, content: bytes, code: str
) -> None:
    status, body = await _take(finance, content)
    assert (status, body["code"]) == (422, code), body
    assert await ledger.pool.fetchval("SELECT count(*) FROM events") == 0
