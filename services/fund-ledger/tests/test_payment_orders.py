"""Payment files in XML: orders that the standard's own schema accepts, and the bank's report on each of them."""

import json
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pytest
import xmlschema
from defusedxml.ElementTree import fromstring

from fund_ledger.config import PAYER_ACCOUNTS_SETTING, POLICIES_SETTING, Config, PayerAccount, config_from
from fund_ledger.main import build
from fund_ledger.payees.domain import Details
from fund_ledger.payment_files.domain.file import FileLine, PaymentFile
from fund_ledger.payment_files.reading.initiation import NAMESPACE, initiation, message_id
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)
PAYER: Final = PayerAccount(holder="某区医疗保障局", number="44001234567890", bank="某银行", bank_code="102586000011")
XML: Final = {"content-type": "application/xml"}
SCHEMA: Final = str(files("sepaxml") / "schemas" / "pain.001.001.09.xsd")


@pytest.fixture(params=["445202/MA"])
async def ledger(around: Surroundings, config: Config, request: pytest.FixtureRequest) -> Service:
    """One whose bank takes the orders of a fund's account in XML."""
    here = msgspec.structs.replace(config, payers={request.param: PAYER})
    return await around.serve("fund_ledger", lambda host: build(host, here), clock=lambda: NOW)


def _said(order: Any, *path: str) -> str:
    text: str = order.findtext("/".join(f"{{{NAMESPACE}}}{name}" for name in path))
    return text


async def test_a_file_is_orders_that_the_standard_s_schema_accepts(
    finance: httpx.AsyncClient, paid_out: tuple[str, str], desk: Any
) -> None:
    await desk.know_both()
    path = await desk.made(*paid_out)
    fetched = await finance.get(f"{path}/content.xml")
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "application/xml"), fetched.text
    assert (await finance.get(f"{path}/content.xml")).content == fetched.content
    xmlschema.XMLSchema(SCHEMA).validate(fetched.content.decode())
    document = fromstring(fetched.content)
    start = ("CstmrCdtTrfInitn", "GrpHdr")
    said = [_said(document, *start, name) for name in ("MsgId", "NbOfTxs", "CtrlSum")]
    assert said == [message_id(path.rpartition("/")[2]), "2", "9.00"]
    orders = document.findall(f".//{{{NAMESPACE}}}CdtTrfTxInf")
    assert [
        (_said(o, "Amt", "InstdAmt"), _said(o, "CdtrAcct", "Id", "Othr", "Id"), _said(o, "Cdtr", "Nm")) for o in orders
    ] == [("7.00", "40001234567890", "某医院"), ("2.00", "6222021234567890123", "张三")]
    assert [_said(o, "RmtInf", "Ustrd") for o in orders] == list(paid_out)
    assert len((await finance.get(f"{path}/looks")).json()["items"]) == 2


def test_a_long_name_of_a_fund_and_signs_of_xml_are_orders_as_well() -> None:
    of = PaymentFile(
        file_id="445202-A23456789012345B-20190801-0123456789ab",
        county="445202",
        fund="A23456789012345B",
        lines=1,
        total_fen=10**12,
        check_hash="",
        made_on=NOW.date(),
        made_by="finance-1",
    )
    line = FileLine(
        number=500,
        journal_id="0b9fd5a4-95b5-5b1d-8f0e-4b2f1c1f0a11",
        kind="payment",
        payee_kind="hospital",
        payee_id="H1",
        account_id="A",
        tail="6789",
        amount_fen=10**12,
    )
    to = Details(holder='<某> & "某"', number="123456789", bank="某行'分行")
    payer = msgspec.convert(PAYER, Details, from_attributes=True)
    xmlschema.XMLSchema(SCHEMA).validate(initiation(of, [line], {"A": to}, payer).decode())


@pytest.mark.parametrize("ledger", ["445202/POVFUND"], indirect=True)
async def test_an_account_that_no_setting_names_has_no_orders(
    finance: httpx.AsyncClient, paid_out: tuple[str, str], desk: Any
) -> None:
    await desk.know_both()
    path = await desk.made(*paid_out)
    refused = await finance.get(f"{path}/content.xml")
    assert (refused.status_code, refused.json()["code"]) == (409, "PAYER_ACCOUNT_OFF")
    assert (await finance.get(f"{path}/looks")).json()["items"] == [], "no account was seen"
    unknown = await finance.get("/v1/payment-files/none/content.xml")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "PAYMENT_FILE_UNKNOWN")


def _report(path: str, *orders: tuple[int, str, str, str, str], count: str = "2", total: str = "9.00") -> bytes:
    """The bank's pain.002: of each order its number, journal, amount, status and reason."""
    told = "".join(
        f"<TxInfAndSts><OrgnlInstrId>{number}</OrgnlInstrId><OrgnlEndToEndId>{journal.replace('-', '')}"
        f"</OrgnlEndToEndId><TxSts>{status}</TxSts><StsRsnInf><Rsn><Cd>{why}</Cd></Rsn></StsRsnInf>"
        f'<OrgnlTxRef><Amt><InstdAmt Ccy="CNY">{amount}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>'
        for number, journal, amount, status, why in orders
    )
    head = (
        f"<OrgnlMsgId>{message_id(path)}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        f"<OrgnlNbOfTxs>{count}</OrgnlNbOfTxs><OrgnlCtrlSum>{total}</OrgnlCtrlSum>"
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
        f"<OrgnlGrpInfAndSts>{head}</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>{told}</OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    ).encode()


async def test_what_the_bank_s_report_rejects_is_owed_again(
    finance: httpx.AsyncClient, paid_out: tuple[str, str], desk: Any
) -> None:
    await desk.know_both()
    path = await desk.made(*paid_out)
    first, second = (1, paid_out[0], "7.00", "ACSC", ""), (2, paid_out[1], "2.00", "RJCT", "AC04")
    whole = _report(path, first, second)
    cases = [
        (whole[:-20], "RETURN_FILE_TRUNCATED"),
        (b"<!DOCTYPE d [<!ENTITY e 'x'>]>" + whole, "RETURN_FILE_MALFORMED"),
        (b"<Document></Document>", "RETURN_FILE_MALFORMED"),
        (_report(path, first, (2, paid_out[1], "2.00", "PDNG", "")), "RETURN_FILE_MALFORMED"),
        (_report(path, first, (2, paid_out[1], "2.0x", "RJCT", "")), "RETURN_FILE_MALFORMED"),
        (_report(path, first, second, count="3"), "RETURN_FILE_SUM"),
        (_report(path, first, second, total="9.01"), "RETURN_FILE_SUM"),
        (_report(path, first, count="1", total="7.00"), "RETURN_FILE_LINES"),
        (_report(path, first, (2, paid_out[0], "2.00", "RJCT", "")), "RETURN_FILE_LINES"),
        (_report("445202-MA-20190801-0123456789ab", first, second), "RETURN_FILE_FOREIGN"),
    ]
    for content, code in cases:
        refused = await finance.post(f"{path}/answer", content=content, headers=XML)
        assert refused.json()["code"] == code, content
    taken = await finance.post(f"{path}/answer", content=whole, headers=XML)
    assert (taken.status_code, taken.json()["returns"]) == (200, [f"{paid_out[1]}-return"]), taken.text
    lines = (await finance.get(f"{path}/lines")).json()["items"]
    assert [(line["result"], line["why"]) for line in lines] == [("paid", None), ("rejected", "ACCOUNT_CLOSED")]


def test_the_settings_name_the_accounts_of_funds_and_nothing_else(tmp_path: Path) -> None:
    packs = {POLICIES_SETTING: str(Path(__file__).parents[3] / "policies")}
    assert config_from(packs).payers == {}
    file = tmp_path / "payers.json"
    file.write_bytes(msgspec.json.encode({"445202/MA": PAYER}))
    assert config_from({**packs, PAYER_ACCOUNTS_SETTING: str(file)}).payers == {"445202/MA": PAYER}
    file.write_text(json.dumps({"445202/MA": {"holder": "某", "number": "1", "bank": "某", "iban": "1"}}))
    with pytest.raises(msgspec.ValidationError, match="iban"):
        config_from({**packs, PAYER_ACCOUNTS_SETTING: str(file)})
