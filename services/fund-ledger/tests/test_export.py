"""The exported books, proved by programs that we did not write: beancount's bean-check, and hledger."""

import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from contracts.settlement import CONTRACT
from fund_ledger.config import Config
from fund_ledger.main import build
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings
from onestop.ledger.books import Span
from onestop.ledger.export import Format, export
from onestop.ledger.names import Names

COUNTY: Final = "445202"
YEAR: Final = Span(COUNTY, date(2019, 1, 1), date(2019, 12, 31))
BEAN_CHECK: Final = Path(sys.executable).with_name("bean-check")
HLEDGER: Final = shutil.which("hledger")
needs_hledger: Final = pytest.mark.skipif(HLEDGER is None, reason="needs Debian's hledger on the PATH")


def bean_check(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BEAN_CHECK, file], capture_output=True, text=True, check=False)


def hledger(file: Path) -> subprocess.CompletedProcess[str]:
    assert HLEDGER is not None
    return subprocess.run([HLEDGER, "check", "--strict", "-f", file], capture_output=True, text=True, check=False)


Prove = Callable[[Path], subprocess.CompletedProcess[str]]
FORMS: Final = [
    pytest.param(Format.BEANCOUNT, bean_check, id="beancount"),
    pytest.param(Format.HLEDGER, hledger, id="hledger", marks=needs_hledger),
]


@pytest.fixture
async def books(around: Surroundings, config: Config, bills: Any) -> Service:
    """A year with an opening before it, bills, a revocation after a month's close, refunds, payments and a return."""
    now = [datetime(2019, 8, 1, 1, 0, tzinfo=UTC)]
    ledger = await around.serve("fund_ledger", lambda host: build(host, config), clock=lambda: now[0])
    finance = await ledger.client(Role.FINANCE)

    async def book(path: str, **body: Any) -> httpx.Response:
        answer = await finance.post(path, json=body or None)
        assert answer.is_success, answer.text
        return answer

    money = {"county": COUNTY, "fund": "MA"}
    await book("/v1/fund-receipts", **money, amount="100.00", source="OPENING", value_on="2018-12-31")
    await book("/v1/fund-receipts", **money, amount="1000.00", source="BUDGET", value_on="2019-03-31")
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("BMI", 5_000), bills.layer("MA", 700)))
    prepaid = bills.settled("S2", bills.layer("MA", 300), bills.layer("HRED", 90), person_id="P_2.x", refund_fen=4_000)
    await around.tell(CONTRACT, "P_2.x", prepaid)
    relief = bills.settled("S3", bills.layer("MASEC", 100, "MA", payout_fen=50), hospital_id="H:1", person_id="P3")
    await around.tell(CONTRACT, "P3", relief)

    async def booked(number: int) -> bool:
        return bool(await ledger.pool.fetchval("SELECT count(*) = $1 FROM journals", number))

    await eventually(lambda: booked(5))
    paid = await book("/v1/payments", **money, amount="7.00", value_on="2019-08-01", hospital_id="H1")
    now[0] = datetime(2019, 9, 3, 1, 0, tzinfo=UTC)
    await book(f"/v1/counties/{COUNTY}/months/2019-08/closing")
    await book(f"/v1/journals/{paid.json()['journal_id']}/return", reason="BANK_RETURNED")
    await around.tell(CONTRACT, "P1", bills.revoked("S1"))
    await eventually(lambda: booked(8))
    return ledger


async def _exported(database: str, form: Format, folder: Path, span: Span = YEAR) -> Path:
    text = io.StringIO()
    await export(database, span, form, text)
    file = folder / f"books.{form}"
    file.write_text(text.getvalue(), encoding="utf-8")
    return file


@pytest.mark.parametrize(("form", "prove"), FORMS)
async def test_a_year_s_books_are_proved(
    books: Service, database: str, tmp_path: Path, form: Format, prove: Prove
) -> None:
    file = await _exported(database, form, tmp_path)
    proved = prove(file)
    assert proved.returncode == 0, proved.stdout + proved.stderr
    text = file.read_text(encoding="utf-8")
    assert text.count("opening") == 1
    assert text.count("Assets:Bank:C445202:MA") >= 7


@pytest.mark.parametrize(("form", "prove"), FORMS)
@pytest.mark.parametrize("wrong", ["1000.00", "-7.00", "50.00"])
async def test_one_wrong_amount_is_found(
    books: Service, database: str, tmp_path: Path, form: Format, prove: Prove, wrong: str
) -> None:
    file = await _exported(database, form, tmp_path)
    text = file.read_text(encoding="utf-8")
    where = text.index(f"  {wrong} CNY", text.index("Assets"))
    assert f"  {wrong} CNY" in text
    file.write_text(f"{text[:where]}  {wrong[:-1]}1 CNY{text[where + len(wrong) + 6 :]}", encoding="utf-8")
    assert prove(file).returncode != 0


@pytest.mark.parametrize(("form", "prove"), FORMS)
async def test_a_lost_journal_is_found_by_the_month_s_balances(
    books: Service, database: str, tmp_path: Path, form: Format, prove: Prove
) -> None:
    async with books.pool.acquire() as connection:
        await connection.execute("DELETE FROM journals WHERE kind = 'receipt' AND source = 'BUDGET'")
    assert prove(await _exported(database, form, tmp_path)).returncode != 0


@pytest.mark.parametrize(("form", "prove"), FORMS)
async def test_a_county_and_a_year_without_books_are_empty_and_right(
    books: Service, database: str, tmp_path: Path, form: Format, prove: Prove
) -> None:
    for span in (Span("445222", YEAR.first, YEAR.last), Span(COUNTY, date(2017, 1, 1), date(2017, 12, 31))):
        assert prove(await _exported(database, form, tmp_path, span)).returncode == 0


def test_two_accounts_never_share_a_name() -> None:
    names = Names()
    assert names.of("payable/hospital/H_1.a/445202/MA") == "Liabilities:Payable:Hospital:IH-5f-1-2e-a:C445202:MA"
    assert names.of("payable/hospital/H_1.a/445202/MA") == names.of("payable/hospital/H_1.a/445202/MA")
    with pytest.raises(ValueError, match="would both be"):
        names.of("payable/hospital/H-5f-1-2e-a/445202/MA")
